import type { EmvCipher } from '../../emv/emv-cipher.ts'
import {
  type CryptogramContext,
  issuerAuthenticationData,
  schemeCryptogram,
  schemeMasterKey,
} from '../../emv/schemes.ts'
import type { CryptogramInput } from '../core/security-module-port.ts'
import type { ClearKey } from './key-store.ts'

/** Cards whose derived keys are kept; beyond it all are derived anew. */
const CACHE_SIZE = 20_000

/** Cryptograms of cards, with each card's master key derived once. */
export class CardKeysCache {
  readonly #cipher: EmvCipher
  /** By issuer key as it is prepared, then by card: the key's own digits in the name took longer than the look-up. */
  #masterKeys = new WeakMap<ClearKey, Map<string, Uint8Array>>()
  #size = 0

  constructor(cipher: EmvCipher) {
    this.#cipher = cipher
  }

  cryptogram(issuerKey: ClearKey, input: CryptogramInput): Uint8Array {
    const masterKey = this.masterKey(issuerKey, input)
    return schemeCryptogram(this.#cipher, input.scheme, masterKey, contextOf(input), input.data)
  }

  authenticationData(issuerKey: ClearKey, input: CryptogramInput, responseCode: string): Uint8Array {
    const masterKey = this.masterKey(issuerKey, input)
    const context = contextOf(input)
    return issuerAuthenticationData(
      this.#cipher,
      input.scheme,
      masterKey,
      context,
      input.cryptogram,
      responseCode,
    )
  }

  masterKey(
    issuerKey: ClearKey,
    { scheme, pan, panSequence }: Pick<CryptogramInput, 'scheme' | 'pan' | 'panSequence'>,
  ): Uint8Array {
    const name = `${scheme} ${pan} ${panSequence}`
    const known = this.#masterKeys.get(issuerKey)?.get(name)
    if (known !== undefined) return known
    const key = schemeMasterKey(this.#cipher, scheme, issuerKey.bytes, pan, panSequence)
    this.#keep(issuerKey, name, key)
    return key
  }

  #keep(issuerKey: ClearKey, name: string, key: Uint8Array): void {
    if (this.#size >= CACHE_SIZE) {
      this.#masterKeys = new WeakMap()
      this.#size = 0
    }
    const ofIssuer = this.#masterKeys.get(issuerKey)
    if (ofIssuer === undefined) this.#masterKeys.set(issuerKey, new Map([[name, key]]))
    else ofIssuer.set(name, key)
    this.#size++
  }
}

function contextOf({
  applicationTransactionCounter,
  unpredictableNumber,
}: CryptogramInput): CryptogramContext {
  return { applicationTransactionCounter, unpredictableNumber }
}
