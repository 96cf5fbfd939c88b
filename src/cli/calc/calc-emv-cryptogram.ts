import { concatBytes, toHex } from '../../base/bytes.ts'
import { arpcMethod1, arpcMethod2, scriptMac } from '../../emv/cryptogram.ts'
import {
  CRYPTOGRAM_SCHEMES,
  type CryptogramContext,
  type CryptogramScheme,
  schemeCryptogram,
  schemeMasterKey,
  schemeScriptKey,
  schemeSessionKey,
} from '../../emv/schemes.ts'
import { bareCryptogram, checkValue2, cipher, sequenceOf } from './calc-emv-keys.ts'
import { CalcFailure } from './calc-failure.ts'
import type { CalcInputs } from './calc-inputs.ts'
import { type CalcOutputs, type Operation, outputs } from './operation.ts'

/** Sizes of the objects that stand at the same place in every cryptogram's data. Source: EMV Book 2, 8.1.1. */
const SIZES: Readonly<Record<string, number>> = {
  '9F02': 6,
  '9F03': 6,
  '9F1A': 2,
  '95': 5,
  '5F2A': 2,
  '9A': 3,
  '9C': 1,
  '9F37': 4,
  '82': 2,
  '9F36': 2,
}
const DEFAULT_ORDER = ['9F02', '9F03', '9F1A', '95', '5F2A', '9A', '9C', '9F37', '82', '9F36']

/** From issuer keys to ARQC, ARPC and script MAC. Source: EMV Book 2, 8; Visa VIS 1.5; M/Chip 4; JR/T 0025. */
export const EMV_CRYPTOGRAM: Operation = {
  category: 'emv-cryptogram',
  zh: 'ARQC、ARPC、脚本 MAC（CVN10、CVN18、M/Chip、PBOC 01）',
  en: 'ARQC, ARPC and script MAC (CVN10, CVN18, M/Chip, PBOC 01)',
  inputs: [
    ['imkAc', "issuer's master key for cryptograms, 16 bytes (imk in short)"],
    ['imkSmi', "issuer's master key for script MACs, 16 bytes"],
    ['pan', 'card number'],
    ['psn', 'card sequence number; 00 when left out'],
    ['scheme', CRYPTOGRAM_SCHEMES.join(', ')],
    ['data', 'the data that the cryptogram signs'],
    ['dataOrder', 'tags of the data, when they are not in the usual order'],
    ['atc', 'transaction counter; from the data when left out'],
    ['un', 'unpredictable number; from the data when left out'],
    ['arc', 'response code for the ARPC, 2 bytes'],
    ['csu', 'card status update for the ARPC of method 2, 4 bytes'],
    ['command', 'script command header, 5 bytes: gives its MAC'],
    ['sessionKey', '16 bytes, instead of the issuer keys'],
    ['padding', '80 (default) or zeros, with a session key'],
  ],
  run(inputs) {
    const sessionKey = inputs.optionalText('sessionKey')?.replace(/\s/g, '')
    if (sessionKey !== undefined && /^[0-9A-Fa-f]{32}$/.test(sessionKey))
      return bareCryptogram(inputs, inputs.hex('sessionKey', 16))
    return issuedCryptogram(inputs, schemeOf(inputs))
  },
}

/** Named, or told by the description of the session key or by the id. */
function schemeOf(inputs: CalcInputs): CryptogramScheme {
  const named = inputs.optionalText('scheme')?.toLowerCase()
  const exact = CRYPTOGRAM_SCHEMES.find((scheme) => scheme === named)
  if (exact !== undefined) return exact
  const words = [named, inputs.optionalText('sessionKey'), inputs.optionalText('padding'), inputs.hint]
    .join(' ')
    .toLowerCase()
  const found = SCHEME_WORDS.find(([pattern]) => pattern.test(words))?.[1]
  if (found !== undefined) return found
  if (named !== undefined) throw new CalcFailure(`scheme is none of ${CRYPTOGRAM_SCHEMES.join(', ')}`)
  return 'pboc-01'
}

const SCHEME_WORDS: readonly (readonly [pattern: RegExp, scheme: CryptogramScheme])[] = [
  [/pboc|jr\/t/, 'pboc-01'],
  [/cvn-?(18|22)/, 'visa-cvn18'],
  [/cvn-?10|visa.*directly|master key used directly/, 'visa-cvn10'],
  [/(cvn-?|chip-?)(17|11)/, 'mchip-17'],
  [/(cvn-?|chip-?)(20|14)/, 'mchip-20'],
  [/(cvn-?|chip-?)(21|15)/, 'mchip-21'],
  [/(cvn-?|chip-?)(16)|m\/?chip|mastercard/, 'mchip-16'],
  [/common/, 'visa-cvn18'],
]

const ARPC_UNDER_SESSION_KEY: ReadonlySet<CryptogramScheme> = new Set([
  'visa-cvn18',
  'mchip-20',
  'mchip-21',
  'pboc-01',
])

function issuedCryptogram(inputs: CalcInputs, scheme: CryptogramScheme): CalcOutputs {
  const pan = inputs.digits('pan', 8, 19)
  const sequence = sequenceOf(inputs)
  const data = inputs.hex('data')
  const context = contextOf(inputs, data)
  const masterKeyOf = (name: string): Uint8Array =>
    schemeMasterKey(cipher, scheme, inputs.hex(name, 16), pan, sequence)
  const masterKey = masterKeyOf(inputs.has('imkAc') ? 'imkAc' : 'imk')
  const sessionKey = schemeSessionKey(cipher, scheme, masterKey, context)
  const arqc = schemeCryptogram(cipher, scheme, masterKey, context, data)
  const arpcKey = ARPC_UNDER_SESSION_KEY.has(scheme) ? sessionKey : masterKey
  return outputs({
    scheme,
    iccMasterKey: toHex(masterKey),
    iccMkKcv2: checkValue2(masterKey),
    sessionKey: toHex(sessionKey),
    sessionKeyKcv2: checkValue2(sessionKey),
    arqc: toHex(arqc),
    ...arpcOutputs(inputs, arpcKey, masterKey, arqc),
    ...scriptOutputs(inputs, scheme, masterKeyOf, context, arqc),
  })
}

function arpcOutputs(
  inputs: CalcInputs,
  key: Uint8Array,
  masterKey: Uint8Array,
  arqc: Uint8Array,
): CalcOutputs {
  const update = inputs.optionalHex('csu', 4)
  if (update !== undefined) {
    const arpc = toHex(arpcMethod2(cipher, key, arqc, update, inputs.optionalHex('pad')))
    return { arpc, arpcMethod2: arpc }
  }
  const code = inputs.optionalHex('arc', 2) ?? inputs.optionalHex('arpcRc', 2)
  if (code === undefined) return {}
  const arpc = toHex(arpcMethod1(cipher, key, arqc, code))
  return {
    arpc,
    arpcMethod1: arpc,
    arpcMethod1UnderIccMk: toHex(arpcMethod1(cipher, masterKey, arqc, code)),
  }
}

/** The MAC covers the command's header, the counter and the ARQC. Source: Visa VIS 1.5, D.4; M/Chip 4. */
function scriptOutputs(
  inputs: CalcInputs,
  scheme: CryptogramScheme,
  masterKeyOf: (name: string) => Uint8Array,
  context: CryptogramContext,
  arqc: Uint8Array,
): CalcOutputs {
  if (!inputs.has('imkSmi')) return {}
  const key = schemeScriptKey(cipher, scheme, masterKeyOf('imkSmi'), context, arqc)
  const command = inputs.optionalHex('command')
  return outputs({
    smiSessionKeyKcv2: checkValue2(key),
    scriptMac8:
      command &&
      toHex(scriptMac(cipher, key, concatBytes([command, context.applicationTransactionCounter, arqc]))),
  })
}

/** Counter and number are given, or read from the signed data. */
function contextOf(inputs: CalcInputs, data: Uint8Array): CryptogramContext {
  const order =
    inputs
      .optionalText('dataOrder')
      ?.toUpperCase()
      .split(/[\s,|]+/) ?? DEFAULT_ORDER
  return {
    applicationTransactionCounter: inputs.optionalHex('atc', 2) ?? partOf(data, order, '9F36', 'atc'),
    unpredictableNumber: inputs.optionalHex('un', 4) ?? partOf(data, order, '9F37', 'un'),
  }
}

function partOf(data: Uint8Array, order: readonly string[], wanted: string, name: string): Uint8Array {
  let at = 0
  for (const tag of order) {
    const size = SIZES[tag]
    if (size === undefined) break
    if (tag === wanted && data.length >= at + size) return data.subarray(at, at + size)
    at += size
  }
  throw new CalcFailure(`${name} is missing, and the data do not hold it`)
}
