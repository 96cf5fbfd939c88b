import { concatBytes, equalBytes } from '../base/bytes.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { CertificateError } from './certificates.ts'
import type { Sha1 } from './emv-cipher.ts'
import { type RsaPublicKey, rsaRecover } from './rsa.ts'

/** What a card signed freshly. Views into new memory. */
export interface DynamicSignature {
  /** Everything that the card put under the signature, its length as the signature says. */
  readonly dynamicData: Uint8Array
  /** Tag 9F4C, 2 to 8 bytes. */
  readonly dynamicNumber: Uint8Array
}

/** The signature of a GENERATE AC with CDA. */
export interface CombinedSignature extends DynamicSignature {
  readonly cryptogramInformation: number
  /** 8 bytes. */
  readonly cryptogram: Uint8Array
  /** 20 bytes. */
  readonly transactionDataHash: Uint8Array
}

const HASH_SIZE = 20
const FIXED_SIZE = 25

/**
 * Checks tag 9F4B. `terminalData`: the DDOL data for DDA, the unpredictable number for CDA.
 *
 * Source: EMV Book 2, 6.5.2.
 */
export function verifyDynamicSignature(
  sha1: Sha1,
  iccKey: RsaPublicKey,
  signature: Uint8Array,
  terminalData: Uint8Array,
): Result<DynamicSignature, CertificateError> {
  const plain = rsaRecover(iccKey, signature)
  if (plain === undefined || plain.length < FIXED_SIZE) return err({ kind: 'badSize' })
  if (plain[plain.length - 1] !== 0xbc) return err({ kind: 'badTrailer' })
  if (plain[0] !== 0x6a) return err({ kind: 'badHeader' })
  if (plain[1] !== 0x05) return err({ kind: 'badFormat' })
  const hashAt = plain.length - 1 - HASH_SIZE
  const body = plain.subarray(1, hashAt)
  const hash = sha1(concatBytes([body, terminalData]))
  if (!equalBytes(hash, plain.subarray(hashAt, plain.length - 1))) return err({ kind: 'badHash' })
  if (body[1] !== 0x01) return err({ kind: 'badAlgorithm' })
  const size = body[2] ?? 0
  const dynamicData = body.subarray(3, 3 + size)
  const numberSize = dynamicData[0] ?? 0
  if (dynamicData.length !== size || numberSize + 1 > size) return err({ kind: 'badFormat' })
  if (body.subarray(3 + size).some((byte) => byte !== 0xbb)) return err({ kind: 'badFormat' })
  return ok({ dynamicData, dynamicNumber: dynamicData.subarray(1, 1 + numberSize) })
}

/** Checks tag 9F4B of a GENERATE AC; the caller compares identifier and hash. Source: EMV Book 2, 6.6.2. */
export function verifyCombinedSignature(
  sha1: Sha1,
  iccKey: RsaPublicKey,
  signature: Uint8Array,
  unpredictableNumber: Uint8Array,
): Result<CombinedSignature, CertificateError> {
  const opened = verifyDynamicSignature(sha1, iccKey, signature, unpredictableNumber)
  if (!opened.ok) return opened
  const { dynamicData, dynamicNumber } = opened.value
  const at = 1 + dynamicNumber.length
  const information = dynamicData[at]
  if (information === undefined || dynamicData.length < at + 29) return err({ kind: 'badFormat' })
  return ok({
    dynamicData,
    dynamicNumber,
    cryptogramInformation: information,
    cryptogram: dynamicData.subarray(at + 1, at + 9),
    transactionDataHash: dynamicData.subarray(at + 9, at + 29),
  })
}
