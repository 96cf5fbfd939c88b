import { asciiToBytes, concatBytes, equalBytes } from '../base/bytes.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { BlockPadding } from './block-padding.ts'
import {
  deriveCommonSessionKey,
  deriveMastercardSessionKey,
  deriveMasterKey,
  derivePbocSessionKey,
  deriveVisaScriptKey,
  type MasterKeyOption,
} from './card-keys.ts'
import { applicationCryptogram, arpcMethod1, arpcMethod2 } from './cryptogram.ts'
import type { EmvCipher } from './emv-cipher.ts'

/** How an issuer's cards make cryptograms. The numbers are cryptogram versions as the schemes write them. */
export type CryptogramScheme =
  | 'visa-cvn10'
  | 'visa-cvn18'
  | 'mchip-16'
  | 'mchip-17'
  | 'mchip-20'
  | 'mchip-21'
  | 'pboc-01'

export const CRYPTOGRAM_SCHEMES: readonly CryptogramScheme[] = [
  'visa-cvn10',
  'visa-cvn18',
  'mchip-16',
  'mchip-17',
  'mchip-20',
  'mchip-21',
  'pboc-01',
]

export type TagLookup = (tag: string) => Uint8Array | undefined

/** What a session key is made from besides the master key. */
export interface CryptogramContext {
  /** 2 bytes. */
  readonly applicationTransactionCounter: Uint8Array
  /** 4 bytes. */
  readonly unpredictableNumber: Uint8Array
}

type KeyRule = (cipher: EmvCipher, masterKey: Uint8Array, context: CryptogramContext) => Uint8Array

interface SchemeRules {
  readonly masterKey: MasterKeyOption
  readonly sessionKey: KeyRule
  readonly arpcKey: KeyRule
  readonly arpcMethod: 1 | 2
  /** 2 bytes that go with an ARPC of method 1: the response code as text, or bits of its own. */
  readonly responseCode: 'text' | 'mastercard'
  readonly padding: BlockPadding
  readonly scriptKey: (
    cipher: EmvCipher,
    masterKey: Uint8Array,
    context: CryptogramContext,
    arqc: Uint8Array,
  ) => Uint8Array
  /** Whether each script command's MAC begins from the one before. */
  readonly chainsScriptMacs: boolean
  /** Which part of 9F10 is signed, and how long 9F10 must be. */
  readonly issuerDataSizeMin: number
  readonly issuerData: (issuerApplicationData: Uint8Array) => Uint8Array
}

const commonKey: KeyRule = (cipher, masterKey, { applicationTransactionCounter }) =>
  deriveCommonSessionKey(cipher, masterKey, concatBytes([applicationTransactionCounter, new Uint8Array(6)]))
const noDerivation: KeyRule = (_cipher, masterKey) => masterKey
const mastercardKey: KeyRule = (cipher, masterKey, context) =>
  deriveMastercardSessionKey(
    cipher,
    masterKey,
    context.applicationTransactionCounter,
    context.unpredictableNumber,
  )
const pbocKey: KeyRule = (cipher, masterKey, { applicationTransactionCounter }) =>
  derivePbocSessionKey(cipher, masterKey, applicationTransactionCounter)

const visaScriptKey: SchemeRules['scriptKey'] = (_cipher, masterKey, context) =>
  deriveVisaScriptKey(masterKey, context.applicationTransactionCounter)

/** Length, key index, version, then four bytes of card verification results. */
const verificationResults4 = (data: Uint8Array): Uint8Array => data.subarray(3, 7)
/** Key index, version, then six bytes of card verification results. */
const verificationResults6 = (data: Uint8Array): Uint8Array => data.subarray(2, 8)
/** The same, then, after the two-byte authentication code, eight bytes of counters. */
const resultsAndCounters = (data: Uint8Array): Uint8Array =>
  concatBytes([data.subarray(2, 8), data.subarray(10, 18)])

const MCHIP_16: SchemeRules = {
  masterKey: 'A',
  sessionKey: mastercardKey,
  arpcKey: noDerivation,
  arpcMethod: 1,
  responseCode: 'mastercard',
  padding: '80',
  scriptKey: (cipher, masterKey, _context, arqc) => deriveCommonSessionKey(cipher, masterKey, arqc),
  chainsScriptMacs: false,
  issuerDataSizeMin: 8,
  issuerData: verificationResults6,
}
const MCHIP_17: SchemeRules = { ...MCHIP_16, issuerDataSizeMin: 18, issuerData: resultsAndCounters }
const VISA_CVN10: SchemeRules = {
  masterKey: 'A',
  sessionKey: noDerivation,
  arpcKey: noDerivation,
  arpcMethod: 1,
  responseCode: 'text',
  padding: 'zeros',
  scriptKey: visaScriptKey,
  chainsScriptMacs: true,
  issuerDataSizeMin: 7,
  issuerData: verificationResults4,
}

/** Source: docs of EMV at Tillwire, 9, with the marks of each row; Visa VIS 1.5; M/Chip 4; JR/T 0025.7. */
const RULES: Readonly<Record<CryptogramScheme, SchemeRules>> = {
  'visa-cvn10': VISA_CVN10,
  'visa-cvn18': {
    ...VISA_CVN10,
    masterKey: 'B',
    sessionKey: commonKey,
    arpcKey: commonKey,
    arpcMethod: 2,
    padding: '80',
    issuerDataSizeMin: 1,
    issuerData: (data) => data,
  },
  'mchip-16': MCHIP_16,
  'mchip-17': MCHIP_17,
  'mchip-20': { ...MCHIP_16, sessionKey: commonKey, arpcKey: commonKey },
  'mchip-21': { ...MCHIP_17, sessionKey: commonKey, arpcKey: commonKey },
  'pboc-01': {
    ...VISA_CVN10,
    sessionKey: pbocKey,
    arpcKey: pbocKey,
    padding: '80',
    scriptKey: pbocKey,
  },
}

/** Tags under every cryptogram, in order. Source: EMV Book 2, 8.1.1. */
const SIGNED_TAGS = ['9F02', '9F03', '9F1A', '95', '5F2A', '9A', '9C', '9F37', '82', '9F36'] as const

/** The bytes under a cryptogram of `scheme`, before padding; or the tag that is missing or too short. */
export function cryptogramData(
  scheme: CryptogramScheme,
  lookup: TagLookup,
): Result<Uint8Array, { readonly kind: 'missing'; readonly tag: string }> {
  const rules = RULES[scheme]
  const parts: Uint8Array[] = []
  for (const tag of SIGNED_TAGS) {
    const value = lookup(tag)
    if (value === undefined) return err({ kind: 'missing', tag })
    parts.push(value)
  }
  const issuerData = lookup('9F10')
  if (issuerData === undefined || issuerData.length < rules.issuerDataSizeMin) {
    return err({ kind: 'missing', tag: '9F10' })
  }
  parts.push(rules.issuerData(issuerData))
  return ok(concatBytes(parts))
}

/** ICC master key of a card of `scheme`. `panSequence`: two digits. */
export function schemeMasterKey(
  cipher: EmvCipher,
  scheme: CryptogramScheme,
  issuerMasterKey: Uint8Array,
  pan: string,
  panSequence: string,
): Uint8Array {
  return deriveMasterKey(cipher, issuerMasterKey, pan, panSequence, RULES[scheme].masterKey)
}

/** Key of the application cryptogram, 16 bytes. `masterKey`: the card's. */
export function schemeSessionKey(
  cipher: EmvCipher,
  scheme: CryptogramScheme,
  masterKey: Uint8Array,
  context: CryptogramContext,
): Uint8Array {
  return RULES[scheme].sessionKey(cipher, masterKey, context)
}

/** Application cryptogram, 8 bytes. `masterKey`: the card's; `data`: of `cryptogramData`. */
export function schemeCryptogram(
  cipher: EmvCipher,
  scheme: CryptogramScheme,
  masterKey: Uint8Array,
  context: CryptogramContext,
  data: Uint8Array,
): Uint8Array {
  const { sessionKey, padding } = RULES[scheme]
  return applicationCryptogram(cipher, sessionKey(cipher, masterKey, context), data, padding)
}

/** Key of script MACs (from the SMI master key) or of script encipherment (from SMC), 16 bytes. */
export function schemeScriptKey(
  cipher: EmvCipher,
  scheme: CryptogramScheme,
  masterKey: Uint8Array,
  context: CryptogramContext,
  arqc: Uint8Array,
): Uint8Array {
  return RULES[scheme].scriptKey(cipher, masterKey, context, arqc)
}

export function chainsScriptMacs(scheme: CryptogramScheme): boolean {
  return RULES[scheme].chainsScriptMacs
}

const APPROVALS: ReadonlySet<string> = new Set(['00', '10', '11'])

/** "Issuer approves online transaction" of a card status update. Source: EMV Book 3, annex C10. */
const CSU_APPROVED = Uint8Array.of(0x00, 0x80, 0x00, 0x00)
const CSU_DECLINED = new Uint8Array(4)

/**
 * Tag 91 for the card: ARPC and response code (10 bytes), or ARPC and card status update (8 bytes).
 * `masterKey`: the card's; `responseCode`: two characters.
 */
export function issuerAuthenticationData(
  cipher: EmvCipher,
  scheme: CryptogramScheme,
  masterKey: Uint8Array,
  context: CryptogramContext,
  arqc: Uint8Array,
  responseCode: string,
): Uint8Array {
  const rules = RULES[scheme]
  const key = rules.arpcKey(cipher, masterKey, context)
  const approved = APPROVALS.has(responseCode)
  if (rules.arpcMethod === 2) {
    const update = approved ? CSU_APPROVED : CSU_DECLINED
    return concatBytes([arpcMethod2(cipher, key, arqc, update), update])
  }
  const code =
    rules.responseCode === 'text' ? asciiToBytes(responseCode) : Uint8Array.of(0x00, approved ? 0x10 : 0x00)
  return concatBytes([arpcMethod1(cipher, key, arqc, code), code])
}

/** What a card makes of tag 91: whether the ARPC is right, and whether the issuer approves. */
export function checkIssuerAuthentication(
  cipher: EmvCipher,
  scheme: CryptogramScheme,
  masterKey: Uint8Array,
  context: CryptogramContext,
  arqc: Uint8Array,
  authenticationData: Uint8Array,
): { readonly authentic: boolean; readonly approved: boolean } {
  const rules = RULES[scheme]
  const key = rules.arpcKey(cipher, masterKey, context)
  if (rules.arpcMethod === 2) {
    const update = authenticationData.subarray(4, 8)
    if (update.length !== 4) return { authentic: false, approved: false }
    const arpc = arpcMethod2(cipher, key, arqc, update, authenticationData.subarray(8))
    const authentic = equalBytes(arpc, authenticationData.subarray(0, 4))
    return { authentic, approved: authentic && ((update[1] ?? 0) & 0x80) !== 0 }
  }
  const code = authenticationData.subarray(8, 10)
  if (authenticationData.length !== 10) return { authentic: false, approved: false }
  const authentic = equalBytes(arpcMethod1(cipher, key, arqc, code), authenticationData.subarray(0, 8))
  const approved =
    rules.responseCode === 'text'
      ? APPROVALS.has(String.fromCharCode(...code))
      : ((code[1] ?? 0) & 0x10) !== 0
  return { authentic, approved: authentic && approved }
}
