import { hkdfSync } from 'node:crypto'
import { toHex } from '../../base/bytes.ts'
import type { Random } from '../../base/ports.ts'
import { type BlockCipher, createAes, createSm4, createTdes } from '../../crypto/block-cipher.ts'
import { KeyBlockProtection, unwrapKeyBlock, wrapKeyBlock } from '../../crypto/key-block.ts'
import { type CheckValueAlgorithm, keyCheckValue } from '../../crypto/key-check-value.ts'
import { type MessageMacAlgorithm, type PreparedMac, prepareMessageMac } from '../../crypto/mac.ts'
import type { KeyAlgorithm, KeyUsage, WrappedKey } from '../core/security-module-port.ts'
import { SecurityModuleError } from './security-module-error.ts'

/** Key usage in a key block; digits are for proprietary use. Source: ASC X9 TR 31-2018, table 6. */
const USAGE_CODES: Readonly<Record<KeyUsage, string>> = {
  terminalMaster: 'K0',
  keyBlockProtection: 'K1',
  pin: 'P0',
  mac: 'M0',
  track: 'D0',
  issuerMasterAc: 'E0',
  issuerMasterSmc: 'E1',
  issuerMasterSmi: 'E2',
  pinVerification: 'V0',
  panEncryption: '10',
}

/** Source: ASC X9 TR 31-2018, table 7; SM4 has no letter. */
const ALGORITHM_CODES: Readonly<Record<KeyAlgorithm, string>> = {
  des: 'D',
  tdes2: 'T',
  aes128: 'A',
  sm4: '4',
}

export const KEY_SIZES: Readonly<Record<KeyAlgorithm, number>> = { des: 8, tdes2: 16, aes128: 16, sm4: 16 }

const CHECK_VALUES: Readonly<Record<KeyAlgorithm, readonly [algorithm: CheckValueAlgorithm, size: number]>> =
  {
    des: ['tdes', 4],
    tdes2: ['tdes', 4],
    aes128: ['aes-cmac', 3],
    sm4: ['sm4', 4],
  }

/** A key in clear, prepared for use. It never leaves the security module. */
export interface ClearKey {
  readonly algorithm: KeyAlgorithm
  readonly bytes: Uint8Array
  readonly cipher: BlockCipher
  macOf(algorithm: MessageMacAlgorithm): PreparedMac
}

/** A key that says what it is for. */
interface UsedKey extends ClearKey {
  readonly usage: KeyUsage
}

/** Keys kept prepared; the oldest make room. A terminal uses three, so this serves thousands of live terminals. */
const CACHE_SIZE = 50_000
/** Master keys of terminals: each is used for the three keys of a sign-in, and then not for a day. */
const MASTERS_SIZE = 64

/** Wraps and unwraps keys under keys derived from the local master key. */
export class KeyStore {
  readonly #wrappingKey: KeyBlockProtection
  readonly #random: Random
  readonly #cache = new Map<string, UsedKey>()
  readonly #masters = new Map<string, UsedKey>()

  constructor(localMasterKey: Uint8Array, random: Random) {
    this.#wrappingKey = new KeyBlockProtection(deriveFrom(localMasterKey, 'key wrapping', 32))
    this.#random = random
  }

  generate(usage: KeyUsage, algorithm: KeyAlgorithm): WrappedKey {
    return this.wrap(usage, algorithm, this.#random.bytes(KEY_SIZES[algorithm]))
  }

  wrap(usage: KeyUsage, algorithm: KeyAlgorithm, key: Uint8Array): WrappedKey {
    if (key.length !== KEY_SIZES[algorithm]) {
      throw new SecurityModuleError(`a ${algorithm} key has ${KEY_SIZES[algorithm]} bytes, not ${key.length}`)
    }
    const block = wrapKeyBlock({
      protectionKey: this.#wrappingKey,
      header: {
        version: 'D',
        usage: USAGE_CODES[usage],
        algorithm: ALGORITHM_CODES[algorithm],
        modeOfUse: 'N',
        keyVersion: '00',
        exportability: 'N',
        optional: [],
      },
      key,
      random: this.#random,
    })
    return { block, checkValue: checkValueOf(algorithm, key) }
  }

  /**
   * The key in `wrapped`, if it is one for `usage`.
   *
   * @throws {SecurityModuleError} when it was changed, belongs to another local master key, or has another usage.
   */
  open(wrapped: WrappedKey, usage: KeyUsage): ClearKey {
    const key = this.openAny(wrapped)
    if (key.usage === usage) return key
    throw new SecurityModuleError(`a key for ${key.usage} can't be used as a key for ${usage}`)
  }

  /** The key in `wrapped`, whatever it is for. Throws as `open`. */
  openAny(wrapped: WrappedKey): UsedKey {
    const known = this.#cache.get(wrapped.block) ?? this.#masters.get(wrapped.block)
    if (known !== undefined) return known
    const opened = unwrapKeyBlock(this.#wrappingKey, wrapped.block)
    if (!opened.ok) {
      throw new SecurityModuleError(
        `a wrapped key can't be opened (${opened.error.kind}); it was changed, or the local master key is another one`,
      )
    }
    const { header, key } = opened.value
    const keyUsage = nameOf(USAGE_CODES, header.usage)
    const algorithm = nameOf(ALGORITHM_CODES, header.algorithm)
    if (keyUsage === undefined || algorithm === undefined) {
      throw new SecurityModuleError('a wrapped key has a usage or algorithm that this release does not know')
    }
    const clear = new PreparedKey(keyUsage, algorithm, key)
    if (keyUsage === 'terminalMaster') keep(this.#masters, MASTERS_SIZE, wrapped.block, clear)
    else keep(this.#cache, CACHE_SIZE, wrapped.block, clear)
    return clear
  }
}

/** Puts `key` into `kept`, where the oldest makes room once there are `countMax`. */
function keep(kept: Map<string, UsedKey>, countMax: number, block: string, key: UsedKey): void {
  if (kept.size >= countMax) {
    for (const oldest of kept.keys()) {
      kept.delete(oldest)
      break
    }
  }
  kept.set(block, key)
}

/** There are three for each live terminal: it has no part before it is used. */
class PreparedKey implements UsedKey {
  readonly usage: KeyUsage
  readonly algorithm: KeyAlgorithm
  readonly bytes: Uint8Array
  readonly cipher: BlockCipher
  /** The last algorithm asked for: a key has one as long as its terminal keeps its profile. */
  #macAlgorithm: MessageMacAlgorithm | undefined
  #mac: PreparedMac | undefined

  constructor(usage: KeyUsage, algorithm: KeyAlgorithm, bytes: Uint8Array) {
    this.usage = usage
    this.algorithm = algorithm
    this.bytes = bytes
    this.cipher = cipherOf(algorithm, bytes)
  }

  macOf(algorithm: MessageMacAlgorithm): PreparedMac {
    if (this.#mac !== undefined && this.#macAlgorithm === algorithm) return this.#mac
    this.#mac = prepareMessageMac(algorithm, this.bytes)
    this.#macAlgorithm = algorithm
    return this.#mac
  }
}

function cipherOf(algorithm: KeyAlgorithm, bytes: Uint8Array): BlockCipher {
  if (algorithm === 'aes128') return createAes(bytes)
  return algorithm === 'sm4' ? createSm4(bytes) : createTdes(bytes)
}

function checkValueOf(algorithm: KeyAlgorithm, key: Uint8Array): string {
  const [name, size] = CHECK_VALUES[algorithm]
  return toHex(keyCheckValue(name, key, size))
}

function nameOf<K extends string>(codes: Readonly<Record<K, string>>, code: string): K | undefined {
  return (Object.keys(codes) as K[]).find((name) => codes[name] === code)
}

/** A key of its own for each purpose. Source: RFC 5869. */
export function deriveFrom(localMasterKey: Uint8Array, purpose: string, size: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', localMasterKey, '', `tillwire ${purpose}`, size))
}
