import { bytesToAscii, fromHex, toHex } from '../../base/bytes.ts'
import { macUnionPayEcb } from '../../crypto/mac.ts'
import type { Codec } from '../../iso8583/compile.ts'
import { describeDecodeError } from '../../iso8583/decode-error.ts'
import { detectDialect, type Reading } from '../../iso8583/detect-dialect.ts'
import { macInput } from '../../iso8583/message-mac.ts'
import { fieldsToText } from '../../iso8583/message-text.ts'
import { builtInCodecs, codecOf, DIALECT_IDS } from '../message/dialects.ts'
import { CalcFailure } from './calc-failure.ts'
import type { CalcInputs } from './calc-inputs.ts'
import { type CalcOutputs, type Operation, outputs } from './operation.ts'

function readingOf(bytes: Uint8Array, codecs: readonly Codec[]): Reading {
  const best = detectDialect(bytes, codecs)[0]
  if (best === undefined) throw new CalcFailure('the message is shorter than any envelope')
  if (!best.result.ok) throw new CalcFailure(describeDecodeError(best.result.error))
  return best
}

/** A message of the UnionPay POS dialect. Source: UnionPay POS dialect, 1 to 4. */
export const CUP_MESSAGE: Operation = {
  category: 'cup-message',
  zh: '银联 POS 报文解析',
  en: 'a message of the UnionPay POS dialect taken apart',
  inputs: [
    ['hex', 'the message, with or without length, TPDU and header'],
    ['mak', 'MAC key: tells whether field 64 is right'],
  ],
  run(inputs) {
    const bytes = inputs.hex('hex')
    const reading = readingOf(bytes, [codecOf('unionpay-pos')])
    const body = bytes.subarray(reading.start)
    return outputs({
      length: reading.prefix === 'none' ? undefined : bytes.length - 2,
      tpdu: reading.envelope.tpdu,
      header: reading.envelope.header,
      ...messageOutputs(reading, toHex(body.subarray(2, 10))),
      ...macOutputs(inputs, reading, body),
    })
  },
}

function messageOutputs({ result }: Reading, bitmap: string | undefined): CalcOutputs {
  if (!result.ok) return {}
  return outputs({ mti: result.value.mti, bitmap, fields: { ...fieldsToText(result.value) } })
}

function macOutputs(inputs: CalcInputs, { codec, result }: Reading, body: Uint8Array): CalcOutputs {
  const mac = result.ok ? result.value.fields[64] : undefined
  if (!(mac instanceof Uint8Array)) return {}
  const mab = macInput(body, codec.spec)
  const key = makOf(inputs)
  return outputs({
    mab: toHex(mab),
    macAscii: /^[0-9A-F]{8}$/.test(bytesToAscii(mac)) ? bytesToAscii(mac) : undefined,
    macValid: key && toHex(macUnionPayEcb(key, mab)) === toHex(mac),
  })
}

/** As `mak`, or as a member of `keys`. */
function makOf(inputs: CalcInputs): Uint8Array | undefined {
  if (inputs.has('mak')) return inputs.hex('mak', 8, 16)
  const keys = inputs.raw('keys')
  const mak = typeof keys === 'object' && keys !== null && 'mak' in keys ? keys.mak : undefined
  return typeof mak === 'string' && /^([0-9A-Fa-f]{16}){1,2}$/.test(mak) ? fromHex(mak) : undefined
}

/** A message of plain ISO 8583:1987. */
export const ISO8583_ASCII: Operation = {
  category: 'iso8583-ascii',
  zh: 'ISO 8583:1987 报文解析',
  en: 'a message of plain ISO 8583:1987 taken apart',
  inputs: [
    ['message', 'the message as text'],
    ['messageHex', 'the message in hexadecimal'],
    ['dialect', 'iso1987-ascii (default) or any other; found by itself with "any"'],
  ],
  run(inputs) {
    const bytes = inputs.has('messageHex') ? inputs.hex('messageHex') : inputs.data('message')
    const dialect = inputs.choice('dialect', [...DIALECT_IDS, 'any'], 'iso1987-ascii')
    const reading = readingOf(bytes, dialect === 'any' ? builtInCodecs() : [codecOf(dialect)])
    return outputs({
      tpdu: reading.envelope.tpdu,
      ...messageOutputs(reading, asciiBitmap(bytes.subarray(reading.start), dialect)),
    })
  },
}

/** Sixteen digits, or thirty-two where the first bit announces a second bitmap. */
function asciiBitmap(body: Uint8Array, dialect: string): string | undefined {
  if (dialect !== 'iso1987-ascii') return undefined
  const digits = bytesToAscii(body.subarray(4, 36)).toUpperCase()
  return /^[89A-F]/.test(digits) ? digits : digits.slice(0, 16)
}
