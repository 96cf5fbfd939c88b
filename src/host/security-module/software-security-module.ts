import { constants, type KeyObject, publicEncrypt } from 'node:crypto'
import { inspect } from 'node:util'
import { fromHex, putAscii, toHex, xorBytes } from '../../base/bytes.ts'
import type { Random } from '../../base/ports.ts'
import { createEmvCipher } from '../../crypto/emv-cipher.ts'
import { constantTimeEqual, constantTimeEqualHex, hmacSha256 } from '../../crypto/hash.ts'
import { wrapKeyBlock } from '../../crypto/key-block.ts'
import { keyCheckValue } from '../../crypto/key-check-value.ts'
import { COMPONENT_COUNT, componentGroups, joinComponents } from '../../crypto/key-components.ts'
import { keyLabel, keyPlaintext } from '../../crypto/key-package.ts'
import { nodeRandom } from '../../crypto/node-random.ts'
import { decodePinBlock } from '../../crypto/pin-block.ts'
import { decryptTrackWith } from '../../crypto/track-cipher.ts'
import type {
  CryptogramInput,
  KeyAlgorithm,
  KeyUsage,
  MessageMacAlgorithm,
  ProtectedPan,
  SecurityModule,
  WrappedKey,
} from '../core/security-module-port.ts'
import { CardKeysCache } from './card-keys-cache.ts'
import { deriveFrom, KEY_SIZES, KeyStore } from './key-store.ts'
import { openLocalMasterKey } from './local-master-key.ts'
import { PanProtection } from './pan-protection.ts'
import { seal, unseal } from './sealed-data.ts'
import { SecurityModuleError } from './security-module-error.ts'

export interface SecurityModuleOptions {
  /** Folder of the local master key. */
  readonly directory: string
  readonly random?: Random
  /** Wrapped keys exist already: a missing local master key is then an error and no first start. */
  readonly hasWrappedKeys?: boolean
}

/**
 * Opens the security module of `directory`; makes its local master key at the first start.
 *
 * @throws {SecurityModuleError} with one sentence that says what to do.
 */
export function openSecurityModule(options: SecurityModuleOptions): SoftwareSecurityModule {
  const random = options.random ?? nodeRandom
  const localMasterKey = openLocalMasterKey(options.directory, random, options.hasWrappedKeys === true)
  return new SoftwareSecurityModule(localMasterKey, random)
}

const COLON = 0x3a

const WORKING_KEYS: ReadonlySet<KeyUsage> = new Set(['pin', 'mac', 'track'])

/** A security module in software: the walls are those of this class. */
export class SoftwareSecurityModule implements SecurityModule {
  readonly #keys: KeyStore
  readonly #pans: PanProtection
  readonly #cards: CardKeysCache
  readonly #random: Random
  readonly #dataKey: Uint8Array
  readonly #auditKey: Uint8Array
  readonly #codeKey: Uint8Array

  constructor(localMasterKey: Uint8Array, random: Random) {
    this.#keys = new KeyStore(localMasterKey, random)
    this.#pans = new PanProtection(localMasterKey, random)
    this.#cards = new CardKeysCache(createEmvCipher())
    this.#random = random
    this.#dataKey = deriveFrom(localMasterKey, 'sealed data', 32)
    this.#auditKey = deriveFrom(localMasterKey, 'audit log', 32)
    this.#codeKey = deriveFrom(localMasterKey, 'activation codes', 32)
  }

  generateKey(usage: KeyUsage, algorithm: KeyAlgorithm): WrappedKey {
    return this.#keys.generate(usage, algorithm)
  }

  /**
   * A key from two or more components that people bring, joined by exclusive or: the key ceremony, and the way in
   * for a published test key. Components are hexadecimal text.
   */
  importKeyComponents(usage: KeyUsage, algorithm: KeyAlgorithm, components: readonly string[]): WrappedKey {
    if (components.length < 2) throw new SecurityModuleError('a key comes in two components or more')
    const [first, ...others] = components.map((component) => {
      if (!/^([0-9A-Fa-f]{2})+$/.test(component))
        throw new SecurityModuleError('a key component is not hexadecimal')
      return fromHex(component)
    })
    if (first === undefined || others.some((component) => component.length !== first.length)) {
      throw new SecurityModuleError('the key components differ in length')
    }
    return this.#keys.wrap(usage, algorithm, others.reduce(xorBytes, first))
  }

  exportUnder(master: WrappedKey, key: WrappedKey): { cryptogram: Uint8Array; checkValue: Uint8Array } {
    const { cipher } = this.#keys.open(master, 'terminalMaster')
    const clear = this.#openWorkingKey(key)
    const algorithm = clear.algorithm === 'sm4' ? 'sm4' : clear.algorithm === 'aes128' ? 'aes-cmac' : 'tdes'
    return {
      cryptogram: Uint8Array.from(cipher.encrypt(clear.bytes)),
      checkValue: keyCheckValue(algorithm, clear.bytes),
    }
  }

  /** PIN, MAC and track keys may leave under a terminal master key; no other key may. */
  #openWorkingKey(key: WrappedKey) {
    const clear = this.#keys.openAny(key)
    if (WORKING_KEYS.has(clear.usage)) return clear
    throw new SecurityModuleError('only PIN, MAC and track keys leave under a terminal master key')
  }

  exportKeyBlock(protection: WrappedKey, key: WrappedKey): string {
    const { bytes } = this.#keys.open(protection, 'keyBlockProtection')
    const clear = this.#keys.open(key, 'terminalMaster')
    return wrapKeyBlock({
      protectionKey: bytes,
      header: {
        version: 'D',
        usage: 'K0',
        algorithm: clear.algorithm === 'aes128' ? 'A' : clear.algorithm === 'sm4' ? '4' : 'T',
        modeOfUse: 'D',
        keyVersion: '00',
        exportability: 'N',
        optional: [],
      },
      key: clear.bytes,
      random: this.#random,
    })
  }

  mac(key: WrappedKey, algorithm: MessageMacAlgorithm, data: Uint8Array): Uint8Array {
    return this.#keys.open(key, 'mac').macOf(algorithm)(data)
  }

  verifyMac(key: WrappedKey, algorithm: MessageMacAlgorithm, data: Uint8Array, mac: Uint8Array): boolean {
    return constantTimeEqual(this.mac(key, algorithm, data), mac)
  }

  decryptTrack(key: WrappedKey, digits: string): string {
    return decryptTrackWith(this.#keys.open(key, 'track').cipher, digits)
  }

  pinReference(key: WrappedKey, pan: string, pin: string): string {
    return toHex(this.#pinMac(key, pan, pin))
  }

  #pinMac(key: WrappedKey, pan: string, pin: string): Uint8Array {
    // Byte by byte: a text of both would be joined, laid out anew and read again.
    const data = new Uint8Array(pan.length + 1 + pin.length)
    putAscii(pan, data, 0)
    data[pan.length] = COLON
    putAscii(pin, data, pan.length + 1)
    return this.#keys.open(key, 'pinVerification').macOf('aes-cmac')(data)
  }

  verifyPin(input: {
    readonly pinKey: WrappedKey
    readonly verificationKey: WrappedKey
    readonly pinBlock: Uint8Array
    readonly panInBlock: string | undefined
    readonly pan: string
    readonly reference: string
  }): 'correct' | 'wrong' | 'malformed' {
    const { cipher } = this.#keys.open(input.pinKey, 'pin')
    if (input.pinBlock.length !== 8 || cipher.blockSize !== 8) return 'malformed'
    const block = cipher.decrypt(input.pinBlock)
    const pin = decodePinBlock({ format: 0, block, pan: input.panInBlock })
    if (!pin.ok) return 'malformed'
    const mac = this.#pinMac(input.verificationKey, input.pan, pin.value)
    return constantTimeEqualHex(mac, input.reference) ? 'correct' : 'wrong'
  }

  verifyCryptogram(key: WrappedKey, input: CryptogramInput): boolean {
    const issuerKey = this.#keys.open(key, 'issuerMasterAc')
    return constantTimeEqual(this.#cards.cryptogram(issuerKey, input), input.cryptogram)
  }

  issuerAuthentication(
    key: WrappedKey,
    input: CryptogramInput,
    authorisationResponseCode: string,
  ): Uint8Array {
    const issuerKey = this.#keys.open(key, 'issuerMasterAc')
    return this.#cards.authenticationData(issuerKey, input, authorisationResponseCode)
  }

  /**
   * A card's own master key, in clear: the personalisation of a card, and the only key that leaves so. `key`: the
   * issuer master key of the same use.
   */
  personaliseCardKey(
    key: WrappedKey,
    usage: 'issuerMasterAc' | 'issuerMasterSmi' | 'issuerMasterSmc',
    card: Pick<CryptogramInput, 'scheme' | 'pan' | 'panSequence'>,
  ): Uint8Array {
    return Uint8Array.from(this.#cards.masterKey(this.#keys.open(key, usage), card))
  }

  protectPan(pan: string): ProtectedPan {
    return this.#pans.protect(pan)
  }

  lookupOf(pan: string): string {
    return this.#pans.lookupOf(pan)
  }

  revealPan(ciphertext: Uint8Array): string {
    return this.#pans.reveal(ciphertext)
  }

  /** Seals data of this host that are no key, such as a private signing key. */
  sealData(data: Uint8Array): Uint8Array {
    return seal(this.#dataKey, this.#random, data)
  }

  /** Reverses `sealData`. */
  unsealData(sealed: Uint8Array): Uint8Array {
    return unseal(this.#dataKey, sealed)
  }

  /** Tag of an entry of the audit log: whoever changes the log without this module can't make it. 32 bytes. */
  auditTag(data: Uint8Array): Uint8Array {
    return hmacSha256(this.#auditKey, data)
  }

  /** One-way tag of an activation code: who has the database alone can't try codes against it. 32 bytes. */
  codeTag(data: Uint8Array): Uint8Array {
    return hmacSha256(this.#codeKey, data)
  }

  /**
   * A terminal master key for one PIN pad and one request of it, under the RSA key of the pad (OAEP, SHA-256).
   * Source: RFC 8017, 7.1; after ANSI X9 TR-34.
   */
  transportMasterKey(
    key: WrappedKey,
    pad: { readonly publicKey: KeyObject; readonly serialNumber: string; readonly nonce: Uint8Array },
  ): {
    readonly algorithm: 'tdes' | 'sm4'
    readonly cryptogram: Uint8Array
    readonly checkValue: Uint8Array
  } {
    const clear = this.#keys.open(key, 'terminalMaster')
    const algorithm = clear.algorithm === 'sm4' ? 'sm4' : 'tdes'
    if (clear.algorithm === 'aes128')
      throw new SecurityModuleError('a PIN pad takes TDES and SM4 master keys')
    const cryptogram = publicEncrypt(
      {
        key: pad.publicKey,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: 'sha256',
        oaepLabel: keyLabel(pad),
      },
      keyPlaintext(algorithm, clear.bytes),
    )
    return { algorithm, cryptogram, checkValue: keyCheckValue(algorithm, clear.bytes) }
  }

  /** A fresh terminal master key with its three components, each sealed until its page is printed. */
  makeKeyComponents(algorithm: 'tdes2' | 'sm4'): {
    readonly key: WrappedKey
    readonly components: readonly { readonly sealed: Uint8Array; readonly checkValue: string }[]
  } {
    const parts = Array.from({ length: COMPONENT_COUNT }, () => this.#random.bytes(KEY_SIZES[algorithm]))
    const checkAlgorithm = algorithm === 'sm4' ? 'sm4' : 'tdes'
    return {
      key: this.#keys.wrap('terminalMaster', algorithm, joinComponents(parts)),
      components: parts.map((part) => ({
        sealed: this.sealData(part),
        checkValue: toHex(keyCheckValue(checkAlgorithm, part)),
      })),
    }
  }

  /** One component in clear, for the page of its custodian: groups of six digits. Who calls it destroys `sealed`. */
  revealComponent(sealed: Uint8Array): readonly string[] {
    return componentGroups(this.unsealData(sealed))
  }

  [inspect.custom](): string {
    return 'SoftwareSecurityModule {}'
  }
}
