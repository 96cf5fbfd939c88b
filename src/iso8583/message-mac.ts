import { invariant } from '../base/invariant.ts'
import type { Message } from './message.ts'
import type { MessageSpec } from './spec.ts'

/** Bit of the message's MAC: 64, or 128 when the message has fields above 64. */
export function macBit(message: Message, spec: MessageSpec): 64 | 128 {
  if (spec.bits === 64) return 64
  const above = Object.keys(message.fields).some(
    (key) => Number(key) > 64 && message.fields[Number(key)] !== undefined,
  )
  return above ? 128 : 64
}

/** `message` with an empty MAC in its place, so that the bitmap announces it before the MAC is computed. */
export function withMacPlace(message: Message, spec: MessageSpec): Message {
  return {
    mti: message.mti,
    fields: { ...message.fields, [macBit(message, spec)]: new Uint8Array(MAC_SIZE) },
  }
}

export const MAC_SIZE = 8

/** Bytes of the MAC field on the wire. */
export function macFieldSize(spec: MessageSpec): number {
  return spec.elements[64]?.content === 'hex' ? MAC_SIZE * 2 : MAC_SIZE
}

/**
 * What the MAC is computed over: the encoded message from its type up to its MAC field, which is the last.
 * A view of `encoded`. Source: UnionPay POS dialect, 10.3; ANSI X9.9, 4.
 */
export function macInput(encoded: Uint8Array, spec: MessageSpec): Uint8Array {
  const size = encoded.length - macFieldSize(spec)
  invariant(size > 0, 'a message without a MAC field')
  return encoded.subarray(0, size)
}

/** Writes `mac` (8 bytes) into the MAC field of `encoded`. */
export function placeMac(encoded: Uint8Array, spec: MessageSpec, mac: Uint8Array): void {
  invariant(mac.length === MAC_SIZE, `MAC of ${mac.length} bytes`)
  const at = encoded.length - macFieldSize(spec)
  if (macFieldSize(spec) === MAC_SIZE) encoded.set(mac, at)
  else {
    const digits = '0123456789ABCDEF'
    for (const [index, byte] of mac.entries()) {
      encoded[at + index * 2] = digits.charCodeAt(byte >> 4)
      encoded[at + index * 2 + 1] = digits.charCodeAt(byte & 15)
    }
  }
}
