import { elementsOf, type MessageSpec } from '../spec.ts'
import { ISO1987_ROWS } from './iso1987-rows.ts'

/**
 * ISO 8583:1987 in binary: packed digits, bytes and bitmaps as they are. The layout that jPOS calls ISO87B:
 * track 3 is characters, a message security code has 16 bytes. Source: ISO 8583:1987, 4; jPOS ISO87BPackager.
 */
export const ISO1987_BINARY: MessageSpec = {
  id: 'iso1987-binary',
  mti: 'bcd',
  bitmap: 'binary',
  bits: 128,
  elements: elementsOf(
    {
      ...ISO1987_ROWS,
      36: ['ans...104', 'track3Data', 'never', '三磁道数据'],
      93: ['an6', 'responseIndicator', 'clear'],
      96: ['b16', 'messageSecurityCode', 'never', '报文安全码'],
    },
    { digits: 'bcd', tracks: 'bcd', bytes: 'binary', prefix: 'bcd' },
  ),
}
