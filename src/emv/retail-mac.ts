import { xorBytes } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'
import type { EmvCipher } from './emv-cipher.ts'

/** `zeros`: to a whole block, nothing when already whole. `80`: always 80, then zeros. */
export type BlockPadding = 'zeros' | '80'

/** Pads to whole 8-byte blocks. Source: ISO/IEC 9797-1, padding methods 1 and 2. */
export function padBlocks(data: Uint8Array, padding: BlockPadding): Uint8Array {
  const used = padding === '80' ? data.length + 1 : data.length
  const padded = new Uint8Array(Math.ceil(used / 8) * 8)
  padded.set(data)
  if (padding === '80') padded[data.length] = 0x80
  return padded
}

/**
 * MAC of whole blocks, 8 bytes: single DES chain with the left half, then D with the right, E with the left.
 * `initial`: the value to chain from, 8 bytes. Source: ISO/IEC 9797-1, algorithm 3; EMV Book 2, A1.2.
 */
export function retailMac(
  cipher: EmvCipher,
  key: Uint8Array,
  padded: Uint8Array,
  initial: Uint8Array = new Uint8Array(8),
): Uint8Array {
  invariant(key.length === 16, `MAC key of ${key.length} bytes`)
  invariant(padded.length % 8 === 0, `MAC of ${padded.length} bytes`)
  const left = key.subarray(0, 8)
  let chain = initial
  for (let at = 0; at < padded.length; at += 8) {
    chain = cipher.desEncrypt(left, xorBytes(chain, padded.subarray(at, at + 8)))
  }
  return Uint8Array.from(cipher.desEncrypt(left, cipher.desDecrypt(key.subarray(8, 16), chain)))
}
