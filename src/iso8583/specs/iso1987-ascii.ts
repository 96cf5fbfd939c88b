import { elementsOf, type MessageSpec } from '../spec.ts'
import { ISO1987_ROWS } from './iso1987-rows.ts'

/**
 * ISO 8583:1987 in ASCII: digits as characters, bytes and bitmaps as hexadecimal characters. The layout that
 * jPOS calls ISO87A. Source: ISO 8583:1987, 4; jPOS ISO87APackager.
 */
export const ISO1987_ASCII: MessageSpec = {
  id: 'iso1987-ascii',
  mti: 'ascii',
  bitmap: 'hex',
  bits: 128,
  elements: elementsOf(ISO1987_ROWS, { digits: 'ascii', tracks: 'ascii', bytes: 'hex', prefix: 'ascii' }),
}
