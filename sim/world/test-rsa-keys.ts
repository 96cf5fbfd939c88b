import { constants, createPrivateKey, type JsonWebKey, privateEncrypt } from 'node:crypto'
import type { CardKeyPair, SigningKey } from '../../hardware/emulator/chip-card/card-certificates.ts'
import { toHex } from '../../src/base/bytes.ts'
import keys from '../fixtures/rsa-test-keys.json' with { type: 'json' }

/**
 * RSA keys of the simulated certification authority, issuers and cards: always the same, so that each byte of a run
 * follows from its seed.
 */
export const TEST_RSA_KEYS: {
  readonly ca: JsonWebKey
  readonly issuer: JsonWebKey
  readonly card: CardKeyPair
} = {
  ca: keys.ca,
  issuer: keys.issuer,
  card: {
    modulus: fromBase64(keys.card.n),
    exponent: fromBase64(keys.card.e),
    privateExponent: toHex(fromBase64(keys.card.d)),
  },
}

/** Signs with a private key in JWK form. */
export function signingKeyFromJwk(jwk: JsonWebKey): SigningKey {
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  return {
    modulus: fromBase64(jwk.n ?? ''),
    exponent: fromBase64(jwk.e ?? ''),
    sign: (plain) => Uint8Array.from(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, plain)),
  }
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64url'))
}
