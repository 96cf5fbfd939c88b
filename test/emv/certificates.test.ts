import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { sha1 } from '../../src/crypto/hash.ts'
import {
  caKeyChecksum,
  isCertificateExpired,
  recoverIccKey,
  recoverIssuerKey,
  staticDataToAuthenticate,
  verifyStaticSignature,
} from '../../src/emv/certificates.ts'
import { verifyCombinedSignature, verifyDynamicSignature } from '../../src/emv/dynamic-signature.ts'
import { rsaRecover } from '../../src/emv/rsa.ts'
import { textOf, vectorsOf } from '../vectors/vectors.ts'
import { hex, vectorOf } from './public-vectors.ts'

const nothing = new Uint8Array(0)

describe('CA keys: third-party check values', () => {
  for (const { id, inputs, expected } of vectorsOf('capk')) {
    it(id, () => {
      const key = {
        rid: hex(inputs, 'rid'),
        index: Number.parseInt(textOf(inputs, 'index'), 16),
        modulus: hex(inputs, 'modulus'),
        exponent: hex(inputs, 'exponent'),
      }
      expect(toHex(caKeyChecksum(sha1, key))).toBe(expected['sha1'])
      expect(key.modulus.length * 8).toBe(expected['bits'])
    })
  }
})

/** The real UnionPay test card, from CA key to dynamic signature. */
function unionPayChain() {
  const { inputs, expected } = vectorOf('oda-upi-full-chain')
  const issuer = recoverIssuerKey(
    sha1,
    { modulus: hex(inputs, 'caModulus'), exponent: hex(inputs, 'caExponent') },
    {
      certificate: hex(inputs, 'tag90'),
      remainder: hex(inputs, 'tag92'),
      exponent: hex(inputs, 'tag9F32'),
      pan: textOf(inputs, 'pan'),
    },
  )
  if (!issuer.ok) throw new Error(issuer.error.kind)
  return { inputs, expected, issuer: issuer.value, staticData: hex(inputs, 'staticDataToAuthenticate') }
}

describe('offline data authentication: a real UnionPay card', () => {
  const { inputs, expected, issuer, staticData } = unionPayChain()
  const wanted = expected as Readonly<Record<string, Readonly<Record<string, string>>>>
  const card = {
    certificate: hex(inputs, 'tag9F46'),
    remainder: hex(inputs, 'tag9F48'),
    exponent: hex(inputs, 'tag9F47'),
    staticData,
    pan: textOf(inputs, 'pan'),
  }

  it('issuer key', () => {
    expect(issuer.issuerIdentification).toBe(wanted['issuer']?.['iin'])
    expect(issuer.expiry).toBe(wanted['issuer']?.['expiryMMYY'])
    expect(toHex(issuer.serial)).toBe(wanted['issuer']?.['serial'])
    expect(toHex(issuer.key.modulus)).toBe(wanted['issuer']?.['modulus'])
  })

  it('static signature', () => {
    const code = verifyStaticSignature(sha1, issuer.key, hex(inputs, 'tag93'), staticData)
    expect(code.ok && toHex(code.value)).toBe(wanted['sda']?.['dac'])
    const other = Uint8Array.from(staticData)
    other[5] = (other[5] ?? 0) ^ 1
    expect(verifyStaticSignature(sha1, issuer.key, hex(inputs, 'tag93'), other)).toEqual({
      ok: false,
      error: { kind: 'badHash' },
    })
  })

  it('card key and dynamic signature', () => {
    const icc = recoverIccKey(sha1, issuer.key, card)
    if (!icc.ok) throw new Error(icc.error.kind)
    expect(icc.value.pan).toBe(wanted['icc']?.['pan'])
    expect(toHex(icc.value.key.modulus)).toBe(wanted['icc']?.['modulus'])
    const signature = hex(inputs, 'internalAuthenticateSignature')
    const signed = verifyDynamicSignature(
      sha1,
      icc.value.key,
      signature,
      hex(inputs, 'internalAuthenticateData'),
    )
    expect(signed.ok && toHex(signed.value.dynamicData)).toBe(wanted['dda']?.['iccDynamicData'])
    expect(verifyDynamicSignature(sha1, icc.value.key, signature, fromHex('00000000')).ok).toBe(false)
  })

  it('refuses another card number, a missing remainder, a changed certificate', () => {
    const kind = (changes: Partial<typeof card>) => {
      const result = recoverIccKey(sha1, issuer.key, { ...card, ...changes })
      return result.ok ? 'accepted' : result.error.kind
    }
    expect(kind({ pan: '6210948000000029' })).toBe('wrongPan')
    expect(
      kind({ certificate: card.certificate.map((byte, index) => (index === 9 ? byte ^ 4 : byte)) }),
    ).not.toBe('accepted')
    expect(kind({ staticData: nothing })).toBe('badHash')
    const withoutRemainder = recoverIccKey(sha1, issuer.key, {
      certificate: card.certificate,
      exponent: card.exponent,
      staticData,
    })
    expect(withoutRemainder.ok).toBe(false)
    const wrongIssuer = recoverIssuerKey(
      sha1,
      { modulus: hex(inputs, 'caModulus'), exponent: hex(inputs, 'caExponent') },
      {
        certificate: hex(inputs, 'tag90'),
        remainder: hex(inputs, 'tag92'),
        exponent: hex(inputs, 'tag9F32'),
        pan: '4000000000000002',
      },
    )
    expect(wrongIssuer).toEqual({ ok: false, error: { kind: 'wrongIssuer' } })
  })

  it('any bytes as a certificate are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 180 }), (certificate) => {
        expect(recoverIccKey(sha1, issuer.key, { ...card, certificate }).ok).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})

describe('combined signature: a Mastercard test card', () => {
  it('keys, dynamic number, cryptogram', () => {
    const { inputs, expected } = vectorOf('oda-mcF1-cda')
    const issuer = recoverIssuerKey(
      sha1,
      { modulus: hex(inputs, 'caModulus'), exponent: hex(inputs, 'caExponent') },
      { certificate: hex(inputs, 'tag90'), exponent: hex(inputs, 'tag9F32'), pan: textOf(inputs, 'pan') },
    )
    if (!issuer.ok) throw new Error(issuer.error.kind)
    expect(toHex(issuer.value.key.modulus)).toBe(expected['issuerModulus'])
    const icc = recoverIccKey(sha1, issuer.value.key, {
      certificate: hex(inputs, 'tag9F46'),
      remainder: hex(inputs, 'tag9F48'),
      exponent: hex(inputs, 'tag9F47'),
      // The vector has no static data: its certificate's hash can't be checked.
      staticData: undefined,
      pan: textOf(inputs, 'pan'),
    })
    if (!icc.ok) throw new Error(icc.error.kind)
    expect(toHex(icc.value.key.modulus)).toBe(expected['iccModulus'])
    const signed = verifyCombinedSignature(
      sha1,
      icc.value.key,
      hex(inputs, 'sdad'),
      hex(inputs, 'unpredictableNumber'),
    )
    if (!signed.ok) throw new Error(signed.error.kind)
    expect(toHex(signed.value.dynamicNumber)).toBe(expected['iccDynamicNumber'])
    expect(toHex(Uint8Array.of(signed.value.cryptogramInformation))).toBe(expected['cid'])
    expect(toHex(signed.value.cryptogram)).toBe(expected['ac'])
    expect(toHex(signed.value.transactionDataHash)).toBe(expected['transactionDataHash'])
  })
})

describe('offline data authentication: rules', () => {
  it('static data take the AIP only when 9F4A says so, and refuse anything else there', () => {
    const records = [fromHex('5A01AA'), fromHex('5F2401BB')]
    const profile = fromHex('7C00')
    expect(toHex(staticDataToAuthenticate(records, undefined, profile) ?? nothing)).toBe('5A01AA5F2401BB')
    expect(toHex(staticDataToAuthenticate(records, fromHex('82'), profile) ?? nothing)).toBe(
      '5A01AA5F2401BB7C00',
    )
    expect(staticDataToAuthenticate(records, fromHex('8284'), profile)).toBeUndefined()
    expect(staticDataToAuthenticate(records, nothing, profile)).toBeUndefined()
  })

  it('a certificate ends with its month', () => {
    expect(isCertificateExpired('1230', { year: 2030, month: 12 })).toBe(false)
    expect(isCertificateExpired('1230', { year: 2031, month: 1 })).toBe(true)
    expect(isCertificateExpired('1299', { year: 2026, month: 1 })).toBe(true)
    expect(isCertificateExpired('13AA', { year: 2026, month: 1 })).toBe(true)
  })

  it('a signature that is no number below the modulus recovers nothing', () => {
    const key = { modulus: fromHex('F1'), exponent: fromHex('03') }
    expect(rsaRecover(key, fromHex('F1'))).toBeUndefined()
    expect(rsaRecover(key, fromHex('0002'))).toBeUndefined()
    expect(toHex(rsaRecover(key, fromHex('02')) ?? nothing)).toBe('08')
    expect(rsaRecover({ modulus: fromHex('F0'), exponent: fromHex('03') }, fromHex('02'))).toBeUndefined()
    expect(rsaRecover({ modulus: nothing, exponent: fromHex('03') }, nothing)).toBeUndefined()
  })
})
