import fc from 'fast-check'
import Iso8583 from 'iso_8583'
import { describe, expect, it } from 'vitest'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { fieldsToText } from '../../src/iso8583/message-text.ts'
import { ISO1987_ASCII_BINARY_BITMAP } from '../../src/iso8583/specs/iso1987-ascii-binary-bitmap.ts'

const codec = compileSpec(ISO1987_ASCII_BINARY_BITMAP)

const digits = (size: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: size, maxLength: size })
const upTo = (size: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: size })
const text = (size: number) =>
  fc.string({ unit: fc.constantFrom(...'ABCDEFGHIJ 0123456789'), minLength: size, maxLength: size })

/** Fields on which the two agree what they hold; the other one checks times and currencies, so these are fixed. */
const FIELDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  2: fc.constantFrom('4761739001010119', '6210948000000011', '5413330089020011'),
  3: digits(6),
  4: digits(12),
  7: fc.constant('1123093000'),
  11: digits(6),
  12: fc.constant('093000'),
  13: fc.constant('1123'),
  18: digits(4),
  22: digits(3),
  25: digits(2),
  32: upTo(11),
  37: text(12),
  38: text(6),
  39: fc.constantFrom('00', '51', '05'),
  41: text(8),
  42: text(15),
  49: fc.constantFrom('840', '156'),
  90: digits(42),
  102: fc.string({ unit: fc.constantFrom(...'ABC123'), minLength: 1, maxLength: 28 }),
}

const message = fc.record(Object.fromEntries(Object.entries(FIELDS)), { requiredKeys: [] }) as fc.Arbitrary<
  Record<string, string>
>

describe('npm iso_8583 as a judge of the ASCII dialect with byte bitmaps', () => {
  it('reads what we write, and we read what it writes', () => {
    fc.assert(
      fc.property(message, fc.constantFrom('0100', '0200', '0400', '0800'), (fields, mti) => {
        const present = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
        const encoded = codec.encode({ mti, fields: present })
        if (!encoded.ok) throw new Error(JSON.stringify(encoded.error))
        const theirs = new Iso8583().getIsoJSON(Buffer.from(encoded.value), { lenHeader: false })
        const { 0: theirMti, ...theirFields } = theirs
        expect(theirMti).toBe(mti)
        expect(theirFields).toEqual(present)

        const written = new Iso8583({ 0: mti, ...present }).getBufferMessage()
        if (!Buffer.isBuffer(written)) throw new Error('the peer refused the message')
        const decoded = codec.decode(new Uint8Array(written.subarray(2)))
        if (!decoded.ok) throw new Error(JSON.stringify(decoded.error))
        expect(decoded.value.mti).toBe(mti)
        expect(fieldsToText(decoded.value)).toEqual(present)
      }),
      { numRuns: 200 },
    )
  })
})
