import { createCipheriv, createDecipheriv } from 'node:crypto'
import { concatBytes, equalBytes, fromHex, toHex } from '../../src/base/bytes.ts'
import type { Random } from '../../src/base/ports.ts'
import { type BlockCipher, createSm4, createTdes } from '../../src/crypto/block-cipher.ts'
import { unwrapKeyBlock } from '../../src/crypto/key-block.ts'
import { keyCheckValue } from '../../src/crypto/key-check-value.ts'
import { MESSAGE_MAC_KEY_SIZES, type PreparedMac, prepareMessageMac } from '../../src/crypto/mac.ts'
import { encodePinBlock } from '../../src/crypto/pin-block.ts'
import { encryptTrackWith } from '../../src/crypto/track-cipher.ts'
import { STATUS } from '../protocol/link-codes.ts'
import {
  type KeySlotName,
  type LinkMacAlgorithm,
  slotNumber,
  type WorkingKeysRequest,
} from '../protocol/pin-pad-payloads.ts'
import type { DeviceReply } from './device-session.ts'
import type { PadMemoryContent } from './pad-memory.ts'

/** Where the pad's keys are kept; a test keeps them in memory. */
export interface KeyMemory {
  readonly content: PadMemoryContent
  save(content: PadMemoryContent): void
}

const CHECK_VALUE_SIZE_MAX = 4
const IV_SIZE = 12
const CIPHERS_MAX = 4
const TAG_SIZE = 16

/**
 * The keys of one PIN pad and all that is done with them. Keys come in wrapped and never go out; each is used for
 * its one purpose.
 */
export class PinKeys {
  readonly #memory: KeyMemory
  readonly #random: Random
  /** Prepared for the keys that were used last. */
  #mac:
    | { readonly algorithm: LinkMacAlgorithm; readonly key: string; readonly prepared: PreparedMac }
    | undefined
  readonly #ciphers = new Map<string, BlockCipher>()

  constructor(memory: KeyMemory, random: Random) {
    this.#memory = memory
    this.#random = random
  }

  has(slot: KeySlotName): boolean {
    return this.#memory.content[slot] !== undefined
  }

  /** The reply's body is the check value. A new master key ends the life of the working keys. */
  loadMasterKey(block: string): DeviceReply {
    const { content } = this.#memory
    const unwrapped = unwrapKeyBlock(fromHex(content.keyBlockProtectionKey), block)
    if (!unwrapped.ok) return { status: STATUS.keyBlockBad }
    const { header, key } = unwrapped.value
    // TR-31: K0 and K1 are keys that encrypt keys; T is TDES, 4 is SM4 here.
    const algorithm = header.algorithm === 'T' ? 'tdes' : header.algorithm === '4' ? 'sm4' : undefined
    const sizes = algorithm === 'sm4' ? [16] : [16, 24]
    if (algorithm === undefined || !/^K[01]$/.test(header.usage) || !sizes.includes(key.length))
      return { status: STATUS.keyBlockBad }
    return this.takeMasterKey(algorithm, key)
  }

  /** A key that came to the pad another way: from afar, or in components. */
  takeMasterKey(algorithm: 'tdes' | 'sm4', key: Uint8Array): DeviceReply {
    this.#memory.save({ ...this.#withoutKeys(), masterKey: { algorithm, key: toHex(key) } })
    return { status: STATUS.ok, body: keyCheckValue(algorithm, key) }
  }

  /** What a pad keeps whatever its keys are. */
  #withoutKeys(): PadMemoryContent {
    const { serialNumber, keyBlockProtectionKey, dataKey, transport } = this.#memory.content
    const kept = { serialNumber, keyBlockProtectionKey, dataKey }
    return transport === undefined ? kept : { ...kept, transport }
  }

  /** All of them or none: a key with a wrong check value leaves the old ones where they are. */
  loadWorkingKeys({ algorithm, keys }: WorkingKeysRequest): DeviceReply {
    const { content } = this.#memory
    const { masterKey } = content
    if (masterKey === undefined) return missing('masterKey')
    const cipher = createCipher(masterKey.algorithm, masterKey.key)
    const next = { ...content, workingKeyAlgorithm: algorithm }
    for (const { slot, cryptogram, checkValue } of keys) {
      const sizes = algorithm === 'sm4' ? [16] : [8, 16, 24]
      if (!sizes.includes(cryptogram.length) || cryptogram.length % cipher.blockSize !== 0)
        return { status: STATUS.badPayload }
      const key = cipher.decrypt(cryptogram)
      if (!isCheckValue(algorithm, key, checkValue)) {
        return { status: STATUS.checkValueWrong, body: Uint8Array.of(slotNumber(slot)) }
      }
      if (slot !== 'masterKey') next[slot] = toHex(key)
    }
    this.#memory.save(next)
    return { status: STATUS.ok }
  }

  clearWorkingKeys(): void {
    const { masterKey } = this.#memory.content
    const kept = this.#withoutKeys()
    this.#memory.save(masterKey === undefined ? kept : { ...kept, masterKey })
  }

  mac(algorithm: LinkMacAlgorithm, data: Uint8Array): DeviceReply {
    const { macKey } = this.#memory.content
    if (macKey === undefined) return missing('macKey')
    // A key of another size belongs to another algorithm: the next sign-in brings the right one.
    if (!MESSAGE_MAC_KEY_SIZES[algorithm].includes(macKey.length / 2)) return missing('macKey')
    return { status: STATUS.ok, body: this.#macOf(algorithm, macKey)(data) }
  }

  encryptTrack(digits: string): DeviceReply {
    const { trackKey, workingKeyAlgorithm } = this.#memory.content
    if (trackKey === undefined) return missing('trackKey')
    // The method enciphers 16 digits: blocks of 8 bytes, which SM4 does not have.
    if (workingKeyAlgorithm === 'sm4') return { status: STATUS.wrongState }
    const text = encryptTrackWith(this.#cipherOf('tdes', trackKey), digits)
    return { status: STATUS.ok, body: Buffer.from(text, 'latin1') }
  }

  /** Whether a PIN block could be made; field 52 has room for the blocks of an 8-byte cipher only. */
  canEncryptPin(): DeviceReply {
    const { pinKey, workingKeyAlgorithm } = this.#memory.content
    if (pinKey === undefined) return missing('pinKey')
    return { status: workingKeyAlgorithm === 'sm4' ? STATUS.wrongState : STATUS.ok }
  }

  /** Format 0; without a card number its part is zeros. Source: ISO 9564-1, 9.3.1; UnionPay field 53. */
  pinBlock(pin: string, pan: string | undefined): Uint8Array | undefined {
    const { pinKey } = this.#memory.content
    if (pinKey === undefined) return undefined
    const block = encodePinBlock(pan === undefined ? { format: 0, pin } : { format: 0, pin, pan })
    return this.#cipherOf('tdes', pinKey).encrypt(block)
  }

  #macOf(algorithm: LinkMacAlgorithm, key: string): PreparedMac {
    if (this.#mac?.algorithm !== algorithm || this.#mac.key !== key) {
      this.#mac = { algorithm, key, prepared: prepareMessageMac(algorithm, fromHex(key)) }
    }
    return this.#mac.prepared
  }

  #cipherOf(algorithm: 'tdes' | 'sm4', key: string): BlockCipher {
    let cipher = this.#ciphers.get(`${algorithm} ${key}`)
    if (cipher === undefined) {
      if (this.#ciphers.size >= CIPHERS_MAX) this.#ciphers.clear()
      cipher = createCipher(algorithm, key)
      this.#ciphers.set(`${algorithm} ${key}`, cipher)
    }
    return cipher
  }

  /** AES-GCM under a key of its own; 28 bytes longer than `data`. */
  protect(data: Uint8Array): Uint8Array {
    const iv = this.#random.bytes(IV_SIZE)
    const cipher = createCipheriv('aes-256-gcm', fromHex(this.#memory.content.dataKey), iv)
    const sealed = concatBytes([cipher.update(data), cipher.final()])
    return concatBytes([iv, cipher.getAuthTag(), sealed])
  }

  unprotect(bytes: Uint8Array): DeviceReply {
    if (bytes.length < IV_SIZE + TAG_SIZE) return { status: STATUS.dataBad }
    try {
      const key = fromHex(this.#memory.content.dataKey)
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_SIZE))
      decipher.setAuthTag(bytes.subarray(IV_SIZE, IV_SIZE + TAG_SIZE))
      const body = concatBytes([decipher.update(bytes.subarray(IV_SIZE + TAG_SIZE)), decipher.final()])
      return { status: STATUS.ok, body }
    } catch {
      return { status: STATUS.dataBad }
    }
  }
}

function createCipher(algorithm: 'tdes' | 'sm4', keyHex: string): BlockCipher {
  return algorithm === 'sm4' ? createSm4(fromHex(keyHex)) : createTdes(fromHex(keyHex))
}

/** 3 or 4 bytes of the encryption of zeros. */
function isCheckValue(algorithm: 'tdes' | 'sm4', key: Uint8Array, checkValue: Uint8Array): boolean {
  if (checkValue.length < 3 || checkValue.length > CHECK_VALUE_SIZE_MAX) return false
  return [algorithm, ...(key.length === 16 ? (['aes', 'aes-cmac'] as const) : [])].some((each) =>
    equalBytes(keyCheckValue(each, key, checkValue.length), checkValue),
  )
}

function missing(slot: KeySlotName): DeviceReply {
  return { status: STATUS.keyMissing, body: Uint8Array.of(slotNumber(slot)) }
}
