import { elementsOf, type MessageSpec } from '../spec.ts'
import { ISO1987_ROWS } from './iso1987-rows.ts'

/**
 * ISO 8583:1987 in ASCII with bitmaps and byte fields as they are: what npm `iso_8583` and other clients send that
 * keep the digits readable and the bitmap short. Source: ISO 8583:1987, 4; iso_8583, "Message Length Indicator".
 */
export const ISO1987_ASCII_BINARY_BITMAP: MessageSpec = {
  id: 'iso1987-ascii-binary-bitmap',
  mti: 'ascii',
  bitmap: 'binary',
  bits: 128,
  elements: elementsOf(ISO1987_ROWS, { digits: 'ascii', tracks: 'ascii', bytes: 'binary', prefix: 'ascii' }),
}
