import { fromHex, toHex, xorBytes } from '../../../src/base/bytes.ts'
import { truncatePan } from '../../../src/base/exposure.ts'
import { createAes, createSm4, createTdes } from '../../../src/crypto/block-cipher.ts'
import { constantTimeEqual, hmacSha256, sha1 } from '../../../src/crypto/hash.ts'
import { keyCheckValue } from '../../../src/crypto/key-check-value.ts'
import { messageMac } from '../../../src/crypto/mac.ts'
import { decodePinBlock } from '../../../src/crypto/pin-block.ts'
import { decryptTrack } from '../../../src/crypto/track-cipher.ts'
import type { EmvCipher } from '../../../src/emv/emv-cipher.ts'
import { issuerAuthenticationData, schemeCryptogram, schemeMasterKey } from '../../../src/emv/schemes.ts'
import type {
  CryptogramInput,
  KeyAlgorithm,
  KeyUsage,
  MessageMacAlgorithm,
  ProtectedPan,
  SecurityModule,
  WrappedKey,
} from '../../../src/host/core/security-module-port.ts'

/** The same operations as a card's: single blocks by the project's ciphers. */
export const EMV_CIPHER: EmvCipher = {
  tdesEncrypt: (key, data) => createTdes(key).encrypt(data),
  tdesDecrypt: (key, data) => createTdes(key).decrypt(data),
  retailMac: (key, blocks, initial = new Uint8Array(8)) => {
    const left = createTdes(key.subarray(0, 8))
    let mac = initial
    for (let at = 0; at < blocks.length; at += 8)
      mac = left.encrypt(xorBytes(mac, blocks.subarray(at, at + 8)))
    return left.encrypt(createTdes(key.subarray(8, 16)).decrypt(mac))
  },
  sha1,
}

const SIZES: Readonly<Record<KeyAlgorithm, number>> = { des: 8, tdes2: 16, aes128: 16, sm4: 16 }
const LOOKUP_KEY = fromHex('000102030405060708090A0B0C0D0E0F')

/**
 * Does with clear keys what the real one does behind its wall, so that the tests of the core can look inside.
 * Keys come from a counter: the same run makes the same keys.
 */
export class ClearSecurityModule implements SecurityModule {
  readonly #keys = new Map<string, { readonly key: Uint8Array; readonly algorithm: KeyAlgorithm }>()
  #counter = 0
  /** Set to make the next use of a key fail as a damaged key block does. */
  broken = false

  generateKey(usage: KeyUsage, algorithm: KeyAlgorithm): WrappedKey {
    this.#counter++
    const seed = hmacSha256(LOOKUP_KEY, Uint8Array.of(this.#counter >> 8, this.#counter & 255))
    const key = seed.subarray(0, SIZES[algorithm])
    const block = `${usage}-${this.#counter}`
    this.#keys.set(block, { key, algorithm })
    return { block, checkValue: toHex(checkValueOf(algorithm, key)) }
  }

  /** The same keys in a module of its own, which goes on counting from the same number. */
  copy(): ClearSecurityModule {
    const copy = new ClearSecurityModule()
    for (const [block, key] of this.#keys) copy.#keys.set(block, key)
    copy.#counter = this.#counter
    return copy
  }

  /** A key that a vector gives. */
  importKey(usage: KeyUsage, algorithm: KeyAlgorithm, hex: string): WrappedKey {
    const key = fromHex(hex)
    const block = `${usage}-${hex.length}-${this.#keys.size}-imported`
    this.#keys.set(block, { key, algorithm })
    return { block, checkValue: toHex(checkValueOf(algorithm, key)) }
  }

  clearKey(wrapped: WrappedKey | undefined): Uint8Array {
    const found = this.#keys.get(wrapped?.block ?? '')
    if (found === undefined || this.broken) throw new TestKeyError('no such key')
    return found.key
  }

  exportUnder(master: WrappedKey, key: WrappedKey) {
    const { algorithm } = this.#keys.get(key.block) ?? { algorithm: 'des' as const }
    const clear = this.clearKey(key)
    const cipher = algorithm === 'sm4' ? createSm4(this.clearKey(master)) : createTdes(this.clearKey(master))
    return { cryptogram: cipher.encrypt(clear), checkValue: checkValueOf(algorithm, clear) }
  }

  exportKeyBlock(): string {
    return ''
  }

  mac(key: WrappedKey, algorithm: MessageMacAlgorithm, data: Uint8Array): Uint8Array {
    return messageMac(algorithm, this.clearKey(key), data).slice()
  }

  verifyMac(key: WrappedKey, algorithm: MessageMacAlgorithm, data: Uint8Array, mac: Uint8Array): boolean {
    return constantTimeEqual(this.mac(key, algorithm, data), mac)
  }

  decryptTrack(key: WrappedKey, digits: string): string {
    return decryptTrack(this.clearKey(key), digits)
  }

  pinReference(key: WrappedKey, pan: string, pin: string): string {
    return toHex(hmacSha256(this.clearKey(key), new TextEncoder().encode(`${pan}/${pin}`))).slice(0, 16)
  }

  verifyPin(input: Parameters<SecurityModule['verifyPin']>[0]): 'correct' | 'wrong' | 'malformed' {
    const key = this.clearKey(input.pinKey)
    const cipher = this.#keys.get(input.pinKey.block)?.algorithm === 'sm4' ? createSm4(key) : createTdes(key)
    const block = cipher.decrypt(input.pinBlock)
    const pin = decodePinBlock({ format: 0, block, pan: input.panInBlock })
    if (!pin.ok) return 'malformed'
    return this.pinReference(input.verificationKey, input.pan, pin.value) === input.reference
      ? 'correct'
      : 'wrong'
  }

  verifyCryptogram(key: WrappedKey, input: CryptogramInput): boolean {
    const { scheme } = input
    const expected = schemeCryptogram(EMV_CIPHER, scheme, this.#cardKey(key, input), input, input.data)
    return constantTimeEqual(expected, input.cryptogram)
  }

  issuerAuthentication(key: WrappedKey, input: CryptogramInput, responseCode: string): Uint8Array {
    const { scheme, cryptogram } = input
    return issuerAuthenticationData(
      EMV_CIPHER,
      scheme,
      this.#cardKey(key, input),
      input,
      cryptogram,
      responseCode,
    )
  }

  #cardKey(key: WrappedKey, { scheme, pan, panSequence }: CryptogramInput): Uint8Array {
    return schemeMasterKey(EMV_CIPHER, scheme, this.clearKey(key), pan, panSequence)
  }

  protectPan(pan: string): ProtectedPan {
    const lookup = this.lookupOf(pan)
    // Reversible under a key, which is all that the core relies on.
    const cipher = createAes(LOOKUP_KEY)
    const ciphertext = cipher.encrypt(fromHex(pan.padStart(32, '0')))
    return { ciphertext, lookup, truncated: truncatePan(pan) }
  }

  lookupOf(pan: string): string {
    return toHex(hmacSha256(LOOKUP_KEY, new TextEncoder().encode(pan))).slice(0, 32)
  }

  revealPan(ciphertext: Uint8Array): string {
    return toHex(createAes(LOOKUP_KEY).decrypt(ciphertext)).replace(/^0+/, '')
  }
}

class TestKeyError extends Error {
  override readonly name = 'SecurityModuleError'
}

function checkValueOf(algorithm: KeyAlgorithm, key: Uint8Array): Uint8Array {
  const kind = algorithm === 'sm4' ? 'sm4' : algorithm === 'aes128' ? 'aes' : 'tdes'
  return keyCheckValue(kind, key, 4)
}
