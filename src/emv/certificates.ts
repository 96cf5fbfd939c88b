import { concatBytes, equalBytes, toHex } from '../base/bytes.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Sha1 } from './emv-cipher.ts'
import { type RsaPublicKey, rsaRecover } from './rsa.ts'

/**
 * Why a certificate or signature is not accepted. `missing`: an object of the chain is not on the card.
 * `badSize`, `badHeader`, `badTrailer`, `badFormat`, `badHash`, `badAlgorithm`: of the recovered data.
 * `wrongIssuer`: the card number does not begin with the certificate's. `wrongPan`: it differs.
 */
export interface CertificateError {
  readonly kind:
    | 'missing'
    | 'badSize'
    | 'badHeader'
    | 'badTrailer'
    | 'badFormat'
    | 'badHash'
    | 'badAlgorithm'
    | 'wrongIssuer'
    | 'wrongPan'
    | 'expired'
    | 'remainderMissing'
}

/** What an issuer's certificate says, with the whole key. */
export interface IssuerCertificate {
  /** Eight digits, padded with F. */
  readonly issuerIdentification: string
  /** MMYY. */
  readonly expiry: string
  /** 3 bytes. */
  readonly serial: Uint8Array
  readonly key: RsaPublicKey
}

/** What a card's certificate says, with the whole key. */
export interface IccCertificate {
  /** Twenty digits, padded with F. */
  readonly pan: string
  readonly expiry: string
  readonly serial: Uint8Array
  readonly key: RsaPublicKey
}

const HASH_SIZE = 20
const HASH_SHA1 = 0x01
const KEY_RSA = 0x01

/** Recovered data between header 6A and hash, when size, trailer, header and hash are right. No `hashedTail`: no hash check. */
function openSignature(
  sha1: Sha1,
  key: RsaPublicKey,
  signature: Uint8Array,
  format: number,
  hashedTail: readonly Uint8Array[] | undefined,
): Result<Uint8Array, CertificateError> {
  const plain = rsaRecover(key, signature)
  if (plain === undefined || plain.length < HASH_SIZE + 3) return err({ kind: 'badSize' })
  if (plain[plain.length - 1] !== 0xbc) return err({ kind: 'badTrailer' })
  if (plain[0] !== 0x6a) return err({ kind: 'badHeader' })
  if (plain[1] !== format) return err({ kind: 'badFormat' })
  const hashAt = plain.length - 1 - HASH_SIZE
  const body = plain.subarray(1, hashAt)
  if (hashedTail === undefined) return ok(body)
  const hash = sha1(concatBytes([body, ...hashedTail]))
  if (!equalBytes(hash, plain.subarray(hashAt, plain.length - 1))) return err({ kind: 'badHash' })
  return ok(body)
}

interface KeyFields {
  readonly expiry: string
  readonly serial: Uint8Array
  readonly key: RsaPublicKey
}

/** Expiry, serial, algorithms, lengths and key, which both kinds of certificates carry after their owner's number. */
function readKeyFields(
  body: Uint8Array,
  at: number,
  remainder: Uint8Array | undefined,
  exponent: Uint8Array,
): Result<KeyFields, CertificateError> {
  const [hashAlgorithm, keyAlgorithm, keySize = 0, exponentSize = 0] = body.subarray(at + 5, at + 9)
  if (hashAlgorithm !== HASH_SHA1 || keyAlgorithm !== KEY_RSA) return err({ kind: 'badAlgorithm' })
  if (exponent.length !== exponentSize) return err({ kind: 'badSize' })
  const inside = body.subarray(at + 9)
  if (keySize <= inside.length) {
    if (inside.subarray(keySize).some((byte) => byte !== 0xbb)) return err({ kind: 'badFormat' })
  } else if (remainder === undefined) {
    return err({ kind: 'remainderMissing' })
  } else if (inside.length + remainder.length !== keySize) {
    return err({ kind: 'badSize' })
  }
  const modulus =
    keySize <= inside.length
      ? inside.slice(0, keySize)
      : concatBytes([inside, remainder ?? new Uint8Array(0)])
  return ok({
    expiry: toHex(body.subarray(at, at + 2)),
    serial: body.slice(at + 2, at + 5),
    key: { modulus, exponent },
  })
}

/**
 * Issuer key of tag 90 with tags 92 and 9F32, signed by a certification authority. `pan`, when given, must
 * begin with the certificate's issuer number. Expiry is not looked at: see `isCertificateExpired`.
 *
 * Source: EMV Book 2, 5.3 and 6.3.
 */
export function recoverIssuerKey(
  sha1: Sha1,
  caKey: RsaPublicKey,
  input: {
    readonly certificate: Uint8Array
    readonly remainder?: Uint8Array | undefined
    readonly exponent: Uint8Array
    readonly pan?: string | undefined
  },
): Result<IssuerCertificate, CertificateError> {
  const { certificate, remainder, exponent, pan } = input
  if (certificate.length < 36) return err({ kind: 'badSize' })
  const body = openSignature(sha1, caKey, certificate, 0x02, [remainder ?? new Uint8Array(0), exponent])
  if (!body.ok) return body
  const fields = readKeyFields(body.value, 5, remainder, exponent)
  if (!fields.ok) return fields
  const issuerIdentification = toHex(body.value.subarray(1, 5))
  const issuerDigits = issuerIdentification.replace(/F+$/, '')
  if (pan !== undefined && !pan.startsWith(issuerDigits)) return err({ kind: 'wrongIssuer' })
  return ok({ issuerIdentification, ...fields.value })
}

/**
 * Card key of tag 9F46 with tags 9F48 and 9F47, signed by the issuer. `staticData`: as `staticDataToAuthenticate`
 * gives it; undefined looks at the certificate without its hash, which proves nothing. `pan`, when given, must be
 * the certificate's.
 *
 * Source: EMV Book 2, 6.4.
 */
export function recoverIccKey(
  sha1: Sha1,
  issuerKey: RsaPublicKey,
  input: {
    readonly certificate: Uint8Array
    readonly remainder?: Uint8Array | undefined
    readonly exponent: Uint8Array
    readonly staticData: Uint8Array | undefined
    readonly pan?: string | undefined
  },
): Result<IccCertificate, CertificateError> {
  const { certificate, remainder, exponent, staticData, pan } = input
  if (certificate.length < 42) return err({ kind: 'badSize' })
  const tail = staticData && [remainder ?? new Uint8Array(0), exponent, staticData]
  const body = openSignature(sha1, issuerKey, certificate, 0x04, tail)
  if (!body.ok) return body
  const fields = readKeyFields(body.value, 11, remainder, exponent)
  if (!fields.ok) return fields
  const certified = toHex(body.value.subarray(1, 11))
  if (pan !== undefined && certified.replace(/F+$/, '') !== pan) return err({ kind: 'wrongPan' })
  return ok({ pan: certified, ...fields.value })
}

/** Data authentication code (2 bytes) of tag 93. Source: EMV Book 2, 5.4. */
export function verifyStaticSignature(
  sha1: Sha1,
  issuerKey: RsaPublicKey,
  signature: Uint8Array,
  staticData: Uint8Array,
): Result<Uint8Array, CertificateError> {
  const body = openSignature(sha1, issuerKey, signature, 0x03, [staticData])
  if (!body.ok) return body
  if (body.value.length < 4) return err({ kind: 'badSize' })
  if (body.value[1] !== HASH_SHA1) return err({ kind: 'badAlgorithm' })
  if (body.value.subarray(4).some((byte) => byte !== 0xbb)) return err({ kind: 'badFormat' })
  return ok(body.value.slice(2, 4))
}

/** Whether the last day of `expiry` (MMYY) lies before the given month. Years 50 to 99 are 1950 to 1999. */
export function isCertificateExpired(
  expiry: string,
  today: { readonly year: number; readonly month: number },
): boolean {
  const month = Number(expiry.slice(0, 2))
  const short = Number(expiry.slice(2, 4))
  if (!(month >= 1 && month <= 12) || !(short >= 0)) return true
  const year = short >= 50 ? 1900 + short : 2000 + short
  return year < today.year || (year === today.year && month < today.month)
}

/**
 * What the issuer signed of the card: records in AFL order, then the AIP when tag 9F4A says so; undefined when
 * 9F4A holds anything but the AIP's tag.
 *
 * Source: EMV Book 3, 10.3.
 */
export function staticDataToAuthenticate(
  records: readonly Uint8Array[],
  tagList: Uint8Array | undefined,
  interchangeProfile: Uint8Array,
): Uint8Array | undefined {
  if (tagList === undefined) return concatBytes(records)
  if (tagList.length !== 1 || tagList[0] !== 0x82) return undefined
  return concatBytes([...records, interchangeProfile])
}

/** SHA-1 of a certification authority key, the check value of key lists. Source: EMV Book 2, 11.2.2. */
export function caKeyChecksum(
  sha1: Sha1,
  input: {
    readonly rid: Uint8Array
    readonly index: number
    readonly modulus: Uint8Array
    readonly exponent: Uint8Array
  },
): Uint8Array {
  return sha1(concatBytes([input.rid, Uint8Array.of(input.index), input.modulus, input.exponent]))
}
