import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { summariseFrame, terminalCodec } from '../../../src/terminal/adapters/frame-summary.ts'

const ENVELOPE = fromHex('6000030000603200320001')
const PAN = '6210948000000011'

describe('what the log says of a frame', () => {
  it('names its fields and hides card, track, PIN, keys and chip data', () => {
    const encoded = terminalCodec().encode({
      mti: '0200',
      fields: {
        2: PAN,
        3: '000000',
        4: '000000001234',
        11: '000012',
        14: '3012',
        35: `${PAN}D30122200000000000`,
        41: '10000001',
        52: fromHex('0123456789ABCDEF'),
        55: fromHex('5A086210948000000011'),
        62: fromHex('00112233445566778899AABBCCDDEEFF'),
        64: fromHex('FEDCBA9876543210'),
      },
    })
    if (!encoded.ok) throw new Error(`does not encode: ${JSON.stringify(encoded.error)}`)
    const summary = summariseFrame(concatBytes([ENVELOPE, encoded.value]))
    expect(summary).toMatchObject({
      mti: '0200',
      fields: { 2: '621094******0011', 11: '000012', 41: '10000001' },
    })
    const text = JSON.stringify(summary)
    for (const secret of [PAN, '948000000', '0123456789ABCDEF', '00112233445566778899', '30122200', '5A08'])
      expect(text).not.toContain(secret)
  })

  it('says of what it can not read only how long it is and why', () => {
    expect(summariseFrame(new Uint8Array(5))).toEqual({ size: 5, error: 'shorter than its envelope' })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const summary = summariseFrame(concatBytes([ENVELOPE, bytes]))
        expect(summary.size).toBe(bytes.length + 11)
        if (summary.error !== undefined && bytes.length > 8)
          expect(JSON.stringify(summary)).not.toContain(toHex(bytes))
      }),
    )
  })
})
