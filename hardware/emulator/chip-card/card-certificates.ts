import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { invariant } from '../../../src/base/invariant.ts'
import type { CryptogramScheme } from '../../../src/emv/schemes.ts'
import { cardCipher } from './card-cipher.ts'
import { type PrivateOperation, privateOperation, signEmv } from './card-signature.ts'

/** A key pair whose private half stays with who holds it. */
export interface SigningKey {
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
  /** Raw private operation over as many bytes as the modulus. */
  readonly sign: PrivateOperation
}

/** What it takes to make an issuer's cards. */
export interface IssuerKeys {
  /** Registered application provider of the CA, 5 bytes in hexadecimal. */
  readonly rid: string
  readonly caIndex: number
  readonly ca: SigningKey
  readonly issuer: SigningKey
  /** MMYY. */
  readonly issuerExpiry: string
  /** Makes the card's key pair; a fresh one of `size` bytes when left out. */
  readonly newCardKey?: (size: number) => CardKeyPair
  /** The card's own master keys, 16 bytes each, upper-case hexadecimal. */
  cardKeys(
    pan: string,
    panSequence: string,
    scheme: CryptogramScheme,
  ): { readonly ac: string; readonly smi: string; readonly smc: string }
}

/** A card's own key pair. */
export interface CardKeyPair {
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
  /** Hexadecimal. */
  readonly privateExponent: string
}

export interface CertifiedCard {
  readonly issuerCertificate: Uint8Array
  readonly issuerRemainder: Uint8Array
  readonly cardCertificate: Uint8Array
  /** Over `otherStaticData`; empty without. */
  readonly otherCertificate: Uint8Array
  readonly cardRemainder: Uint8Array
  readonly cardExponent: Uint8Array
  readonly staticSignature: Uint8Array
  readonly signatureKey: { readonly modulus: string; readonly privateExponent: string }
}

const FORMAT_ISSUER = 0x02
const FORMAT_STATIC = 0x03
const FORMAT_CARD = 0x04
/** Both algorithms: SHA-1 and RSA. */
const ALGORITHMS = [0x01, 0x01] as const
const ISSUER_OVERHEAD = 36
const CARD_OVERHEAD = 42
const EXPONENT = 65_537

/** Certificates of issuer and card, with a new key pair for the card. Source: EMV Book 2, 5.3, 5.4 and 6.4. */
export function certifyCard(
  keys: IssuerKeys,
  card: {
    readonly pan: string
    /** MMYY. */
    readonly expiry: string
    readonly staticData: Uint8Array
    /** What the card tells in a reader's field: certified too, with the same key pair. */
    readonly otherStaticData?: Uint8Array
    /** Bytes of the card's modulus. */
    readonly signatureSize: number
  },
): CertifiedCard {
  const { ca, issuer } = keys
  const issuerParts = splitKey(issuer.modulus, ca.modulus.length - ISSUER_OVERHEAD)
  const issuerBody = concatBytes([
    Uint8Array.of(FORMAT_ISSUER),
    fromHex(`${card.pan.slice(0, 6)}FF${keys.issuerExpiry}000001`),
    Uint8Array.of(...ALGORITHMS, issuer.modulus.length, issuer.exponent.length),
    issuerParts.inside,
  ])
  const pair = (keys.newCardKey ?? newCardKey)(card.signatureSize)
  const cardParts = splitKey(pair.modulus, issuer.modulus.length - CARD_OVERHEAD)
  const cardBody = concatBytes([
    Uint8Array.of(FORMAT_CARD),
    fromHex(`${card.pan.padEnd(20, 'F')}${card.expiry}000001`),
    Uint8Array.of(...ALGORITHMS, pair.modulus.length, pair.exponent.length),
    cardParts.inside,
  ])
  const cardTail = (staticData: Uint8Array): Uint8Array =>
    concatBytes([cardParts.remainder, pair.exponent, staticData])
  const { otherStaticData } = card
  return {
    issuerCertificate: sign(ca, issuerBody, concatBytes([issuerParts.remainder, issuer.exponent])),
    issuerRemainder: issuerParts.remainder,
    cardCertificate: sign(issuer, cardBody, cardTail(card.staticData)),
    otherCertificate:
      otherStaticData === undefined ? new Uint8Array(0) : sign(issuer, cardBody, cardTail(otherStaticData)),
    cardRemainder: cardParts.remainder,
    cardExponent: pair.exponent,
    staticSignature: sign(issuer, Uint8Array.of(FORMAT_STATIC, 0x01, 0xda, 0xc1), card.staticData),
    signatureKey: { modulus: toHex(pair.modulus), privateExponent: pair.privateExponent },
  }
}

function sign(key: SigningKey, body: Uint8Array, hashedTail: Uint8Array): Uint8Array {
  return signEmv((data) => cardCipher.sha1(data), key.sign, key.modulus.length, body, hashedTail)
}

/** The part of a key inside a certificate, and the rest beside it. */
function splitKey(
  modulus: Uint8Array,
  room: number,
): { readonly inside: Uint8Array; readonly remainder: Uint8Array } {
  invariant(room > 0, 'the signing key is too short')
  return { inside: modulus.subarray(0, room), remainder: modulus.subarray(room) }
}

function newCardKey(size: number): CardKeyPair {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: size * 8, publicExponent: EXPONENT })
  const { modulus, exponent, privateExponent } = exportKey(privateKey)
  return { modulus, exponent, privateExponent: toHex(privateExponent) }
}

function exportKey(key: KeyObject): {
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
  readonly privateExponent: Uint8Array
} {
  const { n = '', e = '', d = '' } = key.export({ format: 'jwk' })
  return { modulus: fromBase64(n), exponent: fromBase64(e), privateExponent: fromBase64(d) }
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64url'))
}

/** A signing key of a PEM private key. */
export function signingKeyOf(pem: string): SigningKey {
  const { modulus, exponent, privateExponent } = exportKey(createPrivateKey(pem))
  return { modulus, exponent, sign: privateOperation(toHex(modulus), toHex(privateExponent)) }
}
