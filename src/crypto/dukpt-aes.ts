import { concatBytes } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'
import { createAes } from './block-cipher.ts'

/** Source: ANSI X9.24-3:2017, table 2. */
const USAGES = {
  keyEncryption: 0x0002,
  pin: 0x1000,
  macGeneration: 0x2000,
  macVerification: 0x2001,
  macBoth: 0x2002,
  dataEncrypt: 0x3000,
  dataDecrypt: 0x3001,
  dataBoth: 0x3002,
  derivation: 0x8000,
  initialKey: 0x8001,
} as const

/** Source: ANSI X9.24-3:2017, table 3: code and length in bits. */
const KEY_TYPES = {
  tdes2: { code: 0, bits: 128 },
  tdes3: { code: 1, bits: 192 },
  aes128: { code: 2, bits: 128 },
  aes192: { code: 3, bits: 192 },
  aes256: { code: 4, bits: 256 },
} as const

export type DukptAesUsage = Exclude<keyof typeof USAGES, 'derivation' | 'initialKey'>
export type DukptAesKeyType = keyof typeof KEY_TYPES

/** AES type of a key by its size: 16, 24 or 32 bytes. */
function typeOf(key: Uint8Array): 'aes128' | 'aes192' | 'aes256' {
  invariant(key.length === 16 || key.length === 24 || key.length === 32, `AES key of ${key.length} bytes`)
  return key.length === 16 ? 'aes128' : key.length === 24 ? 'aes192' : 'aes256'
}

/** Initial key of a device, of the size of `bdk`. `initialKeyId`: 8 bytes. Source: ANSI X9.24-3:2017, 6.3.3. */
export function deriveInitialKeyAes(bdk: Uint8Array, initialKeyId: Uint8Array): Uint8Array {
  invariant(initialKeyId.length === 8, `initial key ID of ${initialKeyId.length} bytes`)
  return derive(bdk, 'initialKey', typeOf(bdk), initialKeyId)
}

/** Splits a key serial number of 12 bytes into initial key ID (8) and transaction counter (4). */
export function splitKeySerialNumberAes(keySerialNumber: Uint8Array): {
  readonly initialKeyId: Uint8Array
  readonly counter: number
} {
  invariant(keySerialNumber.length === 12, `KSN of ${keySerialNumber.length} bytes`)
  const view = new DataView(keySerialNumber.buffer, keySerialNumber.byteOffset, 12)
  return { initialKeyId: keySerialNumber.slice(0, 8), counter: view.getUint32(8) }
}

/** Derivation key of the transaction, from which its working keys come. Source: ANSI X9.24-3:2017, 6.3.2. */
export function deriveTransactionKeyAes(initialKey: Uint8Array, keySerialNumber: Uint8Array): Uint8Array {
  const { initialKeyId, counter } = splitKeySerialNumberAes(keySerialNumber)
  const type = typeOf(initialKey)
  let key = initialKey
  let working = 0
  for (let shift = 31; shift >= 0; shift--) {
    const bit = (1 << shift) >>> 0
    if ((counter & bit) === 0) continue
    working = (working | bit) >>> 0
    key = derive(key, 'derivation', type, derivationTail(initialKeyId, working))
  }
  return key
}

/** Working key of the transaction. Source: ANSI X9.24-3:2017, 6.3.1. */
export function deriveWorkingKeyAes(
  transactionKey: Uint8Array,
  usage: DukptAesUsage,
  keyType: DukptAesKeyType,
  keySerialNumber: Uint8Array,
): Uint8Array {
  const { initialKeyId, counter } = splitKeySerialNumberAes(keySerialNumber)
  return derive(transactionKey, usage, keyType, derivationTail(initialKeyId, counter))
}

/** Right half of the initial key ID and the counter. */
function derivationTail(initialKeyId: Uint8Array, counter: number): Uint8Array {
  const tail = new Uint8Array(8)
  tail.set(initialKeyId.subarray(4, 8))
  new DataView(tail.buffer).setUint32(4, counter)
  return tail
}

function derive(
  key: Uint8Array,
  usage: keyof typeof USAGES,
  keyType: DukptAesKeyType,
  tail: Uint8Array,
): Uint8Array {
  const cipher = createAes(key)
  const { code, bits } = KEY_TYPES[keyType]
  const blocks: Uint8Array[] = []
  for (let block = 1; blocks.length * 128 < bits; block++) {
    const data = new Uint8Array(16)
    const view = new DataView(data.buffer)
    view.setUint8(0, 1)
    view.setUint8(1, block)
    view.setUint16(2, USAGES[usage])
    view.setUint16(4, code)
    view.setUint16(6, bits)
    data.set(tail, 8)
    blocks.push(cipher.encrypt(data))
  }
  return concatBytes(blocks).slice(0, bits / 8)
}
