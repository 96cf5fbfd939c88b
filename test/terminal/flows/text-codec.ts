import { asciiToBytes, bytesToAscii, concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { err, ok } from '../../../src/base/result.ts'
import type { FieldValue, Message } from '../../../src/iso8583/message.ts'
import type { MessageCodec } from '../../../src/terminal/flows/terminal-context.ts'

/** A readable stand-in for the wire: flows must not care how a message stands in bytes, only that 64 is last. */
export const textCodec: MessageCodec = {
  encode(message) {
    const { 64: mac, ...others } = message.fields
    const body = Object.entries(others).map(([bit, value]) => `${bit}=${textOf(value)}`)
    const text = asciiToBytes([message.mti, mac === undefined ? 'plain' : 'mac', ...body, ''].join('\n'))
    return ok(mac instanceof Uint8Array ? concatBytes([text, mac]) : text)
  },
  decode(bytes) {
    const text = bytesToAscii(bytes)
    const [mti = '', form] = text.split('\n', 2)
    if (!/^\d{4}$/.test(mti) || (form !== 'mac' && form !== 'plain')) return err({ kind: 'garbage' })
    const size = form === 'mac' ? bytes.length - 8 : bytes.length
    const fields: { [bit: number]: FieldValue } = {}
    for (const line of text.slice(0, size).split('\n').slice(2)) {
      const at = line.indexOf('=')
      if (at > 0) fields[Number(line.slice(0, at))] = fieldValue(line.slice(at + 1))
    }
    if (form === 'mac') fields[64] = bytes.slice(size)
    return ok({ mti, fields })
  },
}

function textOf(value: FieldValue | undefined): string {
  return value instanceof Uint8Array ? `hex:${toHex(value)}` : String(value)
}

function fieldValue(text: string): FieldValue {
  return text.startsWith('hex:') ? fromHex(text.slice(4)) : text
}

/** Field `bit` as text. */
export function text(message: Message | undefined, bit: number): string | undefined {
  const value = message?.fields[bit]
  return value instanceof Uint8Array ? toHex(value) : value
}
