import { concatBytes, toHex } from '../../base/bytes.ts'
import { createEmvCipher } from '../../crypto/emv-cipher.ts'
import {
  deriveCommonSessionKey,
  deriveMastercardSessionKey,
  deriveMasterKey,
  derivePbocSessionKey,
  deriveVisaScriptKey,
} from '../../emv/card-keys.ts'
import { applicationCryptogram, arpcMethod1, arpcMethod2, scriptMac } from '../../emv/cryptogram.ts'
import { CalcFailure } from './calc-failure.ts'
import type { CalcInputs } from './calc-inputs.ts'
import { type CalcOutputs, type Operation, outputs } from './operation.ts'

export const cipher = createEmvCipher()

/** First two bytes of the encryption of zeros. */
export function checkValue2(key: Uint8Array): string {
  return toHex(cipher.tdesEncrypt(key, new Uint8Array(8)).subarray(0, 2))
}

const METHODS = ['common', 'mastercard', 'pboc', 'visa-script'] as const

/** Card master keys and session keys. Source: EMV Book 2, annex A1. */
export const EMV_KEYS: Operation = {
  category: 'emv-key-derivation',
  zh: 'EMV 密钥分散：卡片主密钥、会话密钥',
  en: 'EMV key derivation: card master keys, session keys',
  inputs: [
    ['issuerMasterKey', '16 bytes: gives the card master key'],
    ['pan', 'card number'],
    ['psn', 'card sequence number, two digits; 00 when left out'],
    ['option', 'A (default) or B'],
    ['masterKey', '16 bytes: gives a session key'],
    ['r', 'diversifier of 8 bytes (common session key)'],
    ['atc', 'transaction counter, 2 bytes, instead of r'],
    ['un', 'unpredictable number, 4 bytes, for mastercard'],
    ['method', 'common (default), mastercard, pboc or visa-script'],
  ],
  run(inputs) {
    const masterKey = inputs.optionalHex('masterKey', 16) ?? inputs.optionalHex('iccMasterKey', 16)
    if (masterKey !== undefined) return sessionKeys(inputs, masterKey)
    const option = /b/i.test(inputs.optionalText('option') ?? 'A') ? 'B' : 'A'
    const issuerKey = inputs.hex(inputs.has('imk') ? 'imk' : 'issuerMasterKey', 16)
    const key = deriveMasterKey(cipher, issuerKey, inputs.digits('pan', 8, 19), sequenceOf(inputs), option)
    return { iccMasterKey: toHex(key), kcv: toHex(cipher.tdesEncrypt(key, new Uint8Array(8)).subarray(0, 3)) }
  },
}

export function sequenceOf(inputs: CalcInputs): string {
  return inputs.optionalDigits('psn', 1, 2)?.padStart(2, '0') ?? '00'
}

function sessionKeys(inputs: CalcInputs, masterKey: Uint8Array): CalcOutputs {
  const diversifier = inputs.optionalHex('r', 8)
  if (diversifier !== undefined)
    return { sessionKey: toHex(deriveCommonSessionKey(cipher, masterKey, diversifier)) }
  return { sessionKey: toHex(sessionKeyBy(inputs, masterKey, inputs.hex('atc', 2))) }
}

function sessionKeyBy(inputs: CalcInputs, masterKey: Uint8Array, atc: Uint8Array): Uint8Array {
  switch (inputs.choice('method', METHODS, 'common')) {
    case 'mastercard':
      return deriveMastercardSessionKey(cipher, masterKey, atc, inputs.hex('un', 4))
    case 'pboc':
      return derivePbocSessionKey(cipher, masterKey, atc)
    case 'visa-script':
      return deriveVisaScriptKey(masterKey, atc)
    case 'common':
      return deriveCommonSessionKey(cipher, masterKey, concatBytes([atc, new Uint8Array(6)]))
  }
}

/** Source: EMV Book 2, 8.2. */
export const EMV_ARPC: Operation = {
  category: 'emv-arpc',
  zh: 'ARPC 方法 1、方法 2',
  en: 'ARPC by method 1 or 2',
  inputs: [
    ['key', 'session or master key, 16 bytes'],
    ['arqc', '8 bytes'],
    ['arc', 'response code, 2 bytes (3030 is 00): method 1'],
    ['csu', 'card status update, 4 bytes: method 2'],
    ['pad', 'proprietary authentication data, up to 8 bytes, for method 2'],
  ],
  run(inputs) {
    const key = inputs.hex('key', 16)
    const arqc = inputs.hex('arqc', 8)
    const update = inputs.optionalHex('csu', 4)
    if (update === undefined) return { arpc: toHex(arpcMethod1(cipher, key, arqc, inputs.hex('arc', 2))) }
    const proprietary = inputs.optionalHex('pad') ?? inputs.optionalHex('proprietaryAuthenticationData')
    if (proprietary !== undefined && proprietary.length > 8)
      throw new CalcFailure('pad has more than 8 bytes')
    return { arpc: toHex(arpcMethod2(cipher, key, arqc, update, proprietary)) }
  },
}

/** Source: EMV Book 2, 9.2. */
export const EMV_SCRIPT: Operation = {
  category: 'emv-script',
  zh: '发卡行脚本 MAC',
  en: 'MAC of an issuer script',
  inputs: [
    ['sessionKey', '16 bytes'],
    ['data', 'command header, ATC, ARQC and data, as the scheme orders them'],
    ['previousMac', 'MAC of the command before, 8 bytes, where they are chained'],
  ],
  run(inputs) {
    const mac = scriptMac(
      cipher,
      inputs.hex('sessionKey', 16),
      inputs.hex('data'),
      inputs.optionalHex('previousMac', 8),
    )
    return { mac8: toHex(mac), mac4: toHex(mac.subarray(0, 4)) }
  },
}

/** A cryptogram under a known session key. */
export function bareCryptogram(inputs: CalcInputs, sessionKey: Uint8Array): CalcOutputs {
  const padding = /^(zero|00)/i.test(inputs.optionalText('padding') ?? '80') ? 'zeros' : '80'
  const ac = applicationCryptogram(cipher, sessionKey, inputs.hex('data'), padding)
  const code = inputs.optionalHex('arc', 2)
  return outputs({
    ac: toHex(ac),
    arqc: toHex(ac),
    arpc: code && toHex(arpcMethod1(cipher, sessionKey, ac, code)),
  })
}
