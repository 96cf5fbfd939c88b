import { toHex } from '../../base/bytes.ts'
import { sha1 } from '../../crypto/hash.ts'
import {
  caKeyChecksum,
  type IssuerCertificate,
  recoverIccKey,
  recoverIssuerKey,
  verifyStaticSignature,
} from '../../emv/certificates.ts'
import { verifyCombinedSignature, verifyDynamicSignature } from '../../emv/dynamic-signature.ts'
import { CalcFailure } from './calc-failure.ts'
import type { CalcInputs } from './calc-inputs.ts'
import { type CalcOutputs, type CalcValue, type Operation, outputs } from './operation.ts'

/** Check value of a certification authority's key. Source: EMV Book 2, 11.2. */
export const CA_KEY: Operation = {
  category: 'capk',
  zh: 'CA 公钥校验值',
  en: 'checksum of a CA public key',
  inputs: [
    ['rid', '5 bytes'],
    ['index', '1 byte'],
    ['modulus', 'up to 248 bytes'],
    ['exponent', '03 or 010001'],
  ],
  run(inputs) {
    const modulus = inputs.hex('modulus')
    const index = inputs.hex('index', 1)[0] ?? 0
    const key = { rid: inputs.hex('rid', 5), index, modulus, exponent: inputs.hex('exponent') }
    return { sha1: toHex(caKeyChecksum(sha1, key)), bits: modulus.length * 8 }
  },
}

/** A chain of certificates down to the card's signature. Source: EMV Book 2, 5 and 6. */
export const OFFLINE_DATA_AUTHENTICATION: Operation = {
  category: 'oda',
  zh: '脱机数据认证：SDA、DDA、CDA 证书链',
  en: 'offline data authentication: SDA, DDA or CDA chain',
  inputs: [
    ['caModulus', "the CA key's modulus"],
    ['caExponent', 'its exponent'],
    ['tag90', 'issuer certificate'],
    ['tag92', 'issuer key remainder'],
    ['tag9F32', 'issuer key exponent'],
    ['tag93', 'signed static data: SDA'],
    ['staticDataToAuthenticate', 'records (and AIP) that are signed'],
    ['tag9F46', 'card certificate'],
    ['tag9F48', 'card key remainder'],
    ['tag9F47', 'card key exponent'],
    ['pan', 'card number'],
    ['internalAuthenticateData', 'DDOL data: DDA'],
    ['internalAuthenticateSignature', 'signed dynamic data: DDA'],
    ['sdad', 'signed dynamic data of GENERATE AC: CDA'],
    ['unpredictableNumber', '4 bytes: CDA'],
  ],
  run(inputs) {
    const issuer = issuerOf(inputs)
    const staticData = inputs.optionalHex('staticDataToAuthenticate')
    const icc = inputs.has('tag9F46') ? iccOf(inputs, issuer, staticData) : undefined
    return outputs({
      issuer: issuerOutputs(issuer),
      issuerModulus: toHex(issuer.key.modulus),
      sda: sdaOutputs(inputs, issuer, staticData),
      ...(icc === undefined
        ? {}
        : {
            icc: {
              pan: icc.pan,
              expiryMMYY: icc.expiry,
              serial: toHex(icc.serial),
              modulusLength: icc.key.modulus.length,
              modulus: toHex(icc.key.modulus),
              hashValid: staticData !== undefined,
            },
            iccModulus: toHex(icc.key.modulus),
            ...ddaOutputs(inputs, icc.key),
            ...cdaOutputs(inputs, icc.key),
          }),
    })
  },
}

type Key = IssuerCertificate['key']

function issuerOf(inputs: CalcInputs): IssuerCertificate {
  const issuer = recoverIssuerKey(
    sha1,
    { modulus: inputs.hex('caModulus'), exponent: inputs.hex('caExponent') },
    {
      certificate: inputs.hex('tag90'),
      remainder: inputs.optionalHex('tag92'),
      exponent: inputs.hex('tag9F32'),
      pan: inputs.digits('pan', 8, 19),
    },
  )
  if (!issuer.ok) throw new CalcFailure(`the issuer certificate is not good: ${issuer.error.kind}`)
  return issuer.value
}

function issuerOutputs(issuer: IssuerCertificate): CalcOutputs {
  return {
    iin: issuer.issuerIdentification,
    expiryMMYY: issuer.expiry,
    serial: toHex(issuer.serial),
    modulusLength: issuer.key.modulus.length,
    modulus: toHex(issuer.key.modulus),
    hashValid: true,
  }
}

function iccOf(inputs: CalcInputs, issuer: IssuerCertificate, staticData: Uint8Array | undefined) {
  const icc = recoverIccKey(sha1, issuer.key, {
    certificate: inputs.hex('tag9F46'),
    remainder: inputs.optionalHex('tag9F48'),
    exponent: inputs.hex('tag9F47'),
    staticData,
    pan: inputs.digits('pan', 8, 19),
  })
  if (!icc.ok) throw new CalcFailure(`the card certificate is not good: ${icc.error.kind}`)
  return icc.value
}

function sdaOutputs(
  inputs: CalcInputs,
  issuer: IssuerCertificate,
  staticData: Uint8Array | undefined,
): CalcValue | undefined {
  const signature = inputs.optionalHex('tag93')
  if (signature === undefined) return undefined
  if (staticData === undefined) throw new CalcFailure('staticDataToAuthenticate is missing')
  const code = verifyStaticSignature(sha1, issuer.key, signature, staticData)
  return code.ok ? { dac: toHex(code.value), hashValid: true } : { hashValid: false, reason: code.error.kind }
}

function ddaOutputs(inputs: CalcInputs, key: Key): CalcOutputs {
  const signature = inputs.optionalHex('internalAuthenticateSignature')
  if (signature === undefined) return {}
  const signed = verifyDynamicSignature(sha1, key, signature, inputs.hex('internalAuthenticateData'))
  if (!signed.ok) return { dda: { hashValid: false, reason: signed.error.kind } }
  return { dda: { iccDynamicData: toHex(signed.value.dynamicData), hashValid: true } }
}

function cdaOutputs(inputs: CalcInputs, key: Key): CalcOutputs {
  const signature = inputs.optionalHex('sdad')
  if (signature === undefined) return {}
  const signed = verifyCombinedSignature(sha1, key, signature, inputs.hex('unpredictableNumber', 4))
  if (!signed.ok) return { sdadHashValid: false, reason: signed.error.kind }
  const { dynamicNumber, cryptogramInformation, cryptogram, transactionDataHash } = signed.value
  return {
    iccDynamicNumber: toHex(dynamicNumber),
    cid: toHex(Uint8Array.of(cryptogramInformation)),
    ac: toHex(cryptogram),
    transactionDataHash: toHex(transactionDataHash),
    sdadHashValid: true,
  }
}
