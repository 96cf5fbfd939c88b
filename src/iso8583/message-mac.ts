import { invariant } from '../base/invariant.ts'
import type { MessageSpec } from './spec.ts'

const MAC_SIZE = 8

/**
 * What the MAC is computed over: the encoded message from its type up to its MAC field, which is the last.
 * A view of `encoded`. Source: UnionPay POS dialect, 10.3; ANSI X9.9, 4.
 */
export function macInput(encoded: Uint8Array, spec: MessageSpec): Uint8Array {
  const isHex = spec.elements[64]?.content === 'hex'
  const size = encoded.length - (isHex ? MAC_SIZE * 2 : MAC_SIZE)
  invariant(size > 0, 'a message without a MAC field')
  return encoded.subarray(0, size)
}
