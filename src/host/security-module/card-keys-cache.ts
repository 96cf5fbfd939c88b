import { toHex } from '../../base/bytes.ts'
import type { EmvCipher } from '../../emv/emv-cipher.ts'
import {
  type CryptogramContext,
  issuerAuthenticationData,
  schemeCryptogram,
  schemeMasterKey,
} from '../../emv/schemes.ts'
import type { CryptogramInput } from '../core/security-module-port.ts'
import type { ClearKey } from './key-store.ts'

/** Cards whose derived keys are kept; the oldest make room. */
const CACHE_SIZE = 20_000

/** Cryptograms of cards, with each card's master key derived once. */
export class CardKeysCache {
  readonly #cipher: EmvCipher
  readonly #masterKeys = new Map<string, Uint8Array>()

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
    const name = `${toHex(issuerKey.bytes)} ${scheme} ${pan} ${panSequence}`
    const known = this.#masterKeys.get(name)
    if (known !== undefined) return known
    const key = schemeMasterKey(this.#cipher, scheme, issuerKey.bytes, pan, panSequence)
    if (this.#masterKeys.size >= CACHE_SIZE) this.#masterKeys.clear()
    this.#masterKeys.set(name, key)
    return key
  }
}

function contextOf({
  applicationTransactionCounter,
  unpredictableNumber,
}: CryptogramInput): CryptogramContext {
  return { applicationTransactionCounter, unpredictableNumber }
}
