import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../src/base/bytes.ts'
import { type Codec, compileSpec } from '../../src/iso8583/compile.ts'
import { envelopeBytes, parseEnvelope } from '../../src/iso8583/framing/envelope.ts'
import { lengthPrefixBytes } from '../../src/iso8583/framing/length-prefix.ts'
import { fieldsToText, messageFromText } from '../../src/iso8583/message-text.ts'
import { ISO1987_ASCII } from '../../src/iso8583/specs/iso1987-ascii.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import { textOf, vectorsOf } from '../vectors/vectors.ts'

const unionPay = compileSpec(UNIONPAY_POS)
const ascii = compileSpec(ISO1987_ASCII)

/** Both ways: the bytes give the values, and the values give the bytes. */
function checkBothWays(codec: Codec, bytes: Uint8Array, expected: Readonly<Record<string, unknown>>): void {
  const decoded = codec.decode(bytes)
  if (!decoded.ok) throw new Error(`refused: ${JSON.stringify(decoded.error)}`)
  expect(decoded.value.mti).toBe(expected['mti'])
  expect(fieldsToText(decoded.value)).toEqual(expected['fields'])
  const again = messageFromText(codec.spec, {
    mti: textOf(expected, 'mti'),
    fields: expected['fields'] as Record<string, string>,
  })
  if (!again.ok) throw new Error(`not read back: ${JSON.stringify(again.error)}`)
  const encoded = codec.encode(again.value)
  expect(encoded.ok && toHex(encoded.value)).toBe(toHex(bytes))
}

describe('cup-message', () => {
  for (const { id, origin, inputs, expected } of vectorsOf('cup-message')) {
    it(`${id} (${origin})`, () => {
      const all = fromHex(textOf(inputs, 'hex'))
      const frame = inputs['hasLength'] === true ? all.subarray(2) : all
      if (inputs['hasLength'] === true) {
        expect(frame.length).toBe(expected['length'])
        expect(toHex(lengthPrefixBytes('binary2', frame.length))).toBe(toHex(all.subarray(0, 2)))
      }
      const parsed = parseEnvelope(frame, 'tpduAndHeader')
      if (parsed === undefined) throw new Error('no envelope')
      expect(parsed.envelope.tpdu).toBe(expected['tpdu'])
      expect(parsed.envelope.header?.toLowerCase()).toBe(textOf(expected, 'header').toLowerCase())
      const bytes = frame.subarray(parsed.start)
      expect(toHex(bytes.subarray(2, 10))).toBe(expected['bitmap'])
      checkBothWays(unionPay, bytes, expected)
      expect(toHex(concatBytes([envelopeBytes(parsed.envelope), bytes]))).toBe(toHex(frame))
    })
  }
})

describe('iso8583-ascii', () => {
  for (const { id, origin, inputs, expected } of vectorsOf('iso8583-ascii')) {
    it(`${id} (${origin})`, () => checkBothWays(ascii, fromHex(textOf(inputs, 'messageHex')), expected))
  }
})
