import { concatBytes, xorBytes } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'
import { createTdes } from './block-cipher.ts'

/** What a transaction key is used for; each use is a variant of the derived key. */
export type DukptTdesUsage = 'pin' | 'macRequest' | 'macResponse' | 'dataRequest' | 'dataResponse'

/** Byte index, in each half, of the FF that makes the variant. Source: ANSI X9.24-1:2009, A.4.1. */
const VARIANT_BYTE: Readonly<Record<DukptTdesUsage, number>> = {
  pin: 7,
  macRequest: 6,
  macResponse: 4,
  dataRequest: 5,
  dataResponse: 3,
}

const HALF_MASK = Uint8Array.of(0xc0, 0xc0, 0xc0, 0xc0, 0, 0, 0, 0)
const KEY_MASK = concatBytes([HALF_MASK, HALF_MASK])
const COUNTER_TOP_BIT = 0x100000
const COUNTER_MASK = 0x1fffff

/**
 * Initial key of a device. `bdk`: 16 bytes; `keySerialNumber`: 10 bytes, its counter is ignored.
 * Source: ANSI X9.24-1:2009, A.6.
 */
export function deriveInitialKeyTdes(bdk: Uint8Array, keySerialNumber: Uint8Array): Uint8Array {
  invariant(bdk.length === 16 && keySerialNumber.length === 10, 'BDK of 16 and KSN of 10 bytes')
  const serial = clearCounter(keySerialNumber).subarray(0, 8)
  return concatBytes([createTdes(bdk).encrypt(serial), createTdes(xorBytes(bdk, KEY_MASK)).encrypt(serial)])
}

/** The 21-bit transaction counter of a key serial number. */
export function transactionCounter(keySerialNumber: Uint8Array): number {
  const [a = 0, b = 0, c = 0] = keySerialNumber.subarray(7)
  return ((a << 16) | (b << 8) | c) & COUNTER_MASK
}

function clearCounter(keySerialNumber: Uint8Array): Uint8Array {
  const cleared = Uint8Array.from(keySerialNumber)
  cleared[7] = (cleared[7] ?? 0) & 0xe0
  cleared[8] = 0
  cleared[9] = 0
  return cleared
}

/** Derived key of the transaction, 16 bytes, before any variant. Source: ANSI X9.24-1:2009, A.3. */
export function deriveTransactionKeyTdes(initialKey: Uint8Array, keySerialNumber: Uint8Array): Uint8Array {
  invariant(initialKey.length === 16 && keySerialNumber.length === 10, 'key of 16 and KSN of 10 bytes')
  const counter = transactionCounter(keySerialNumber)
  const register = clearCounter(keySerialNumber).subarray(2)
  let key: Uint8Array = initialKey
  for (let bit = COUNTER_TOP_BIT; bit > 0; bit >>= 1) {
    if ((counter & bit) === 0) continue
    register[5] = (register[5] ?? 0) | (bit >> 16)
    register[6] = (register[6] ?? 0) | ((bit >> 8) & 0xff)
    register[7] = (register[7] ?? 0) | (bit & 0xff)
    key = concatBytes([nextHalf(xorBytes(key, KEY_MASK), register), nextHalf(key, register)])
  }
  return key
}

/** Non-reversible key generation of one half. */
function nextHalf(key: Uint8Array, register: Uint8Array): Uint8Array {
  const left = key.subarray(0, 8)
  const right = key.subarray(8, 16)
  return xorBytes(createTdes(left).encrypt(xorBytes(register, right)), right)
}

/** Key for one use. Data keys are enciphered under themselves once more (A.4.1, figure A-2). */
export function dukptTdesVariant(transactionKey: Uint8Array, usage: DukptTdesUsage): Uint8Array {
  const key = Uint8Array.from(transactionKey)
  const at = VARIANT_BYTE[usage]
  key[at] = (key[at] ?? 0) ^ 0xff
  key[at + 8] = (key[at + 8] ?? 0) ^ 0xff
  return usage === 'dataRequest' || usage === 'dataResponse' ? createTdes(key).encrypt(key) : key
}
