import { describe, expect, it } from 'vitest'
import { cardCipher as cipher } from '../../hardware/emulator/chip-card/card-cipher.ts'
import { asciiToBytes, concatBytes, fromHex, toHex } from '../../src/base/bytes.ts'
import { deriveCommonSessionKey, deriveMasterKey, deriveVisaScriptKey } from '../../src/emv/card-keys.ts'
import {
  applicationCryptogram,
  arpcMethod1,
  arpcMethod2,
  decipherScriptData,
  encipherScriptData,
  scriptMac,
} from '../../src/emv/cryptogram.ts'
import {
  CRYPTOGRAM_SCHEMES,
  type CryptogramScheme,
  checkIssuerAuthentication,
  cryptogramData,
  issuerAuthenticationData,
  schemeCryptogram,
  schemeMasterKey,
  schemeScriptKey,
  schemeSessionKey,
} from '../../src/emv/schemes.ts'
import { readScriptPin, scriptPinBlock } from '../../src/emv/script-pin.ts'
import { textOf, vectorsOf } from '../vectors/vectors.ts'
import { hex, vectorOf } from './public-vectors.ts'

/** First two bytes of the encryption of zeros, as the vectors write check values. */
function checkValue2(key: Uint8Array): string {
  return toHex(cipher.tdesEncrypt(key, new Uint8Array(8)).subarray(0, 2))
}

describe('EMV keys: third-party vectors', () => {
  for (const { id, inputs, expected } of vectorsOf('emv-key-derivation')) {
    it(id, () => {
      if (inputs['masterKey'] !== undefined) {
        const key = deriveCommonSessionKey(cipher, hex(inputs, 'masterKey'), hex(inputs, 'r'))
        expect(toHex(key)).toBe(expected['sessionKey'])
        return
      }
      const option = textOf(inputs, 'option') === 'B' ? 'B' : 'A'
      const key = deriveMasterKey(
        cipher,
        hex(inputs, 'issuerMasterKey'),
        textOf(inputs, 'pan'),
        textOf(inputs, 'psn'),
        option,
      )
      expect(toHex(key)).toBe(expected['iccMasterKey'])
    })
  }
})

describe('EMV cryptograms: third-party vectors', () => {
  it('emv-ac-1', () => {
    const { inputs, expected } = vectorOf('emv-ac-1')
    const ac = applicationCryptogram(cipher, hex(inputs, 'sessionKey'), hex(inputs, 'data'), '80')
    expect(toHex(ac)).toBe(expected['ac'])
  })

  it('ARPC methods 1 and 2', () => {
    const first = vectorOf('emv-arpc1-1')
    const { inputs } = first
    expect(toHex(arpcMethod1(cipher, hex(inputs, 'key'), hex(inputs, 'arqc'), hex(inputs, 'arc')))).toBe(
      first.expected['arpc'],
    )
    const second = vectorOf('emv-arpc2-1').inputs
    expect(toHex(arpcMethod2(cipher, hex(second, 'key'), hex(second, 'arqc'), hex(second, 'csu')))).toBe(
      vectorOf('emv-arpc2-1').expected['arpc'],
    )
  })

  it('script MAC', () => {
    const { inputs, expected } = vectorOf('emv-script-mac-1')
    expect(toHex(scriptMac(cipher, hex(inputs, 'sessionKey'), hex(inputs, 'data')))).toBe(expected['mac8'])
  })

  it('Visa CVN10 from issuer keys to script MAC', () => {
    const { inputs, expected } = vectorOf('emv-cvn10-full')
    const data = hex(inputs, 'data')
    const atc = fromHex('001C')
    const context = { applicationTransactionCounter: atc, unpredictableNumber: fromHex('52BF4585') }
    const card = (imk: string) =>
      schemeMasterKey(cipher, 'visa-cvn10', hex(inputs, imk), textOf(inputs, 'pan'), textOf(inputs, 'psn'))
    const arqc = schemeCryptogram(cipher, 'visa-cvn10', card('imkAc'), context, data)
    expect(checkValue2(card('imkAc'))).toBe(expected['iccMkKcv2'])
    expect(toHex(arqc)).toBe(expected['arqc'])
    expect(toHex(arpcMethod1(cipher, card('imkAc'), arqc, hex(inputs, 'arc')))).toBe(expected['arpcMethod1'])
    const key = schemeScriptKey(cipher, 'visa-cvn10', card('imkSmi'), context, arqc)
    expect(toHex(key)).toBe(toHex(deriveVisaScriptKey(card('imkSmi'), atc)))
    expect(toHex(scriptMac(cipher, key, concatBytes([hex(inputs, 'command'), atc, arqc])))).toBe(
      expected['scriptMac8'],
    )
  })

  it('M/Chip 16 from issuer keys to script MAC', () => {
    const { inputs, expected } = vectorOf('emv-mchip-cvn16')
    const context = {
      applicationTransactionCounter: hex(inputs, 'atc'),
      unpredictableNumber: hex(inputs, 'un'),
    }
    const card = (imk: string) =>
      schemeMasterKey(cipher, 'mchip-16', hex(inputs, imk), textOf(inputs, 'pan'), textOf(inputs, 'psn'))
    const arqc = schemeCryptogram(cipher, 'mchip-16', card('imkAc'), context, hex(inputs, 'data'))
    expect(checkValue2(schemeSessionKey(cipher, 'mchip-16', card('imkAc'), context))).toBe(
      expected['sessionKeyKcv2'],
    )
    expect(toHex(arqc)).toBe(expected['arqc'])
    const tag91 = issuerAuthenticationData(cipher, 'mchip-16', card('imkAc'), context, arqc, '00')
    expect(toHex(tag91)).toBe(`${expected['arpcMethod1UnderIccMk']}${inputs['arpcRc']}`)
    const key = schemeScriptKey(cipher, 'mchip-16', card('imkSmi'), context, arqc)
    expect(checkValue2(key)).toBe(expected['smiSessionKeyKcv2'])
    const signed = concatBytes([hex(inputs, 'command'), hex(inputs, 'atc'), arqc])
    expect(toHex(scriptMac(cipher, key, signed))).toBe(expected['scriptMac8'])
  })

  it('PBOC 01 stays as it was (a vector of our own: no other is known)', () => {
    const { inputs, expected } = vectorOf('pboc-cvn01-derived')
    const card = schemeMasterKey(cipher, 'pboc-01', hex(inputs, 'imk'), textOf(inputs, 'pan'), '01')
    const context = {
      applicationTransactionCounter: hex(inputs, 'atc'),
      unpredictableNumber: fromHex('3510540E'),
    }
    expect(toHex(card)).toBe(expected['iccMasterKey'])
    expect(toHex(schemeSessionKey(cipher, 'pboc-01', card, context))).toBe(expected['sessionKey'])
    const arqc = schemeCryptogram(cipher, 'pboc-01', card, context, hex(inputs, 'data'))
    expect(toHex(arqc)).toBe(expected['arqc'])
    const tag91 = issuerAuthenticationData(cipher, 'pboc-01', card, context, arqc, '00')
    expect(toHex(tag91)).toBe(`${expected['arpc']}3030`)
  })

  // Source: knovichikhin/pyemv, documentation of format_vis_pin_block.
  it('PIN block of a PIN change script', () => {
    const masterKey = fromHex('0123456789ABCDEFFEDCBA9876543210')
    expect(toHex(scriptPinBlock(masterKey, '1234'))).toBe('041234FF76543210')
    expect(readScriptPin(masterKey, fromHex('041234FF76543210'))).toBe('1234')
    expect(readScriptPin(masterKey, fromHex('051234FF76543210'))).toBeUndefined()
  })
})

describe('EMV schemes', () => {
  const tags: Readonly<Record<string, string>> = {
    '9F02': '000000006580',
    '9F03': '000000000000',
    '9F1A': '0156',
    '95': '0000008000',
    '5F2A': '0156',
    '9A': '150316',
    '9C': '00',
    '9F37': '3510540E',
    '82': '7C00',
    '9F36': '0006',
    '9F10': '07000103A0A80201',
  }
  const lookup = (tag: string) => (tags[tag] === undefined ? undefined : fromHex(tags[tag]))

  it('signs the tags in their order, then the results of 9F10', () => {
    const data = cryptogramData('pboc-01', lookup)
    expect(data.ok && toHex(data.value)).toBe(
      [
        '000000006580',
        '000000000000',
        '0156',
        '0000008000',
        '0156',
        '150316',
        '00',
        '3510540E',
        '7C00',
        '0006',
        '03A0A802',
      ].join(''),
    )
  })

  it('names the tag that is missing', () => {
    const without = (tag: string) =>
      cryptogramData('visa-cvn18', (each) => (each === tag ? undefined : lookup(each)))
    expect(without('9F37')).toEqual({ ok: false, error: { kind: 'missing', tag: '9F37' } })
    expect(without('9F10')).toEqual({ ok: false, error: { kind: 'missing', tag: '9F10' } })
  })

  it.each(CRYPTOGRAM_SCHEMES)(
    '%s: a card takes its own issuer answer and no other',
    (scheme: CryptogramScheme) => {
      const key = fromHex('2AE683E01FC80DF7627F381FD5B3F7E0')
      const context = {
        applicationTransactionCounter: fromHex('0006'),
        unpredictableNumber: fromHex('3510540E'),
      }
      const arqc = fromHex('A6132AD5A7386D42')
      const answer = issuerAuthenticationData(cipher, scheme, key, context, arqc, '00')
      const declined = issuerAuthenticationData(cipher, scheme, key, context, arqc, '51')
      const check = (data: Uint8Array) => checkIssuerAuthentication(cipher, scheme, key, context, arqc, data)
      expect(check(answer)).toEqual({ authentic: true, approved: true })
      expect(check(declined)).toEqual({ authentic: true, approved: false })
      for (let index = 0; index < answer.length; index++) {
        const wrong = answer.map((byte, at) => (at === index ? byte ^ 1 : byte))
        expect(check(wrong)).toEqual({ authentic: false, approved: false })
      }
      expect(check(answer.subarray(0, 7)).authentic).toBe(false)
    },
  )

  it('script data come back, and a wrong key does not open them', () => {
    const key = fromHex('345D1C9007062E9885FF443D12E0DA04')
    const data = asciiToBytes('PUT DATA of some length')
    const enciphered = encipherScriptData(cipher, key, data)
    expect(enciphered.length % 8).toBe(0)
    expect(decipherScriptData(cipher, key, enciphered)).toEqual(data)
    expect(decipherScriptData(cipher, key, enciphered.subarray(1))).toBeUndefined()
  })
})
