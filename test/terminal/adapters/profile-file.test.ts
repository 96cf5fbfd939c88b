import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_SETUP, parseProfile, readProfileFile } from '../../../src/terminal/adapters/profile-file.ts'
import { DEFAULT_PROFILE } from '../../../src/terminal/flows/terminal-profile.ts'

const fault = (value: unknown): string => {
  const parsed = parseProfile(JSON.stringify(value), 'p.json')
  return parsed.ok ? 'no fault' : parsed.error.message
}

describe('a profile file', () => {
  it('may leave out everything', () => {
    expect(parseProfile('{}', 'p.json')).toEqual({ ok: true, value: DEFAULT_SETUP })
  })

  it('may give everything that there is', () => {
    const { link, keepBatches, keepDays } = DEFAULT_SETUP
    const whole = { ...DEFAULT_PROFILE, link, journal: { keepBatches, keepDays } }
    expect(parseProfile(JSON.stringify(whole), 'p.json')).toEqual({ ok: true, value: DEFAULT_SETUP })
  })

  it('may name certification authorities', () => {
    const modulus = 'AB'.repeat(64)
    const caKeys = [{ rid: 'A000000333', index: 0x57, modulus, exponent: '010001', expiry: '301231' }]
    expect(parseProfile(JSON.stringify({ caKeys }), 'p.json')).toMatchObject({
      value: {
        caKeys: [
          {
            rid: new Uint8Array([0xa0, 0, 0, 3, 0x33]),
            index: 0x57,
            modulus: new Uint8Array(64).fill(0xab),
            exponent: new Uint8Array([1, 0, 1]),
            expiry: '301231',
          },
        ],
      },
    })
  })

  it('changes what it names', () => {
    const parsed = parseProfile(
      JSON.stringify({
        terminalId: '12345678',
        link: { prefix: 'ascii4' },
        journal: { keepBatches: 7, keepDays: 30 },
      }),
      'p.json',
    )
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        profile: { terminalId: '12345678', currency: '156' },
        link: { prefix: 'ascii4', frameSizeMax: 4096 },
        keepBatches: 7,
        keepDays: 30,
      },
    })
  })

  it('that is wrong names the member and what it should be', () => {
    expect(fault({ terminalId: '1' })).toBe('p.json: terminalId: expected 8 letters or digits')
    expect(fault({ replyTimeoutMs: 999 })).toMatch(/^p\.json: replyTimeoutMs: .*>=1000/)
    expect(fault({ replyTimeoutMs: '30' })).toMatch(/^p\.json: replyTimeoutMs: .*expected number/)
    expect(fault({ link: { prefix: 'three' } })).toMatch(/^p\.json: link\.prefix: .*binary2/)
    expect(fault({ transactions: ['sale', 'gift'] })).toMatch(/transactions\.1: .*preAuthorisation/)
    expect(fault({ terminalID: '12345678' })).toMatch(/Unrecognized key: "terminalID"/)
    expect(fault({ pinLengthMin: 8, pinLengthMax: 6 })).toMatch(/pinLengthMin: expected at most pinLengthMax/)
    expect(fault({ currency: '1', country: 2 })).toMatch(/currency: .*; country: /)
    expect(fault({ caKeys: [{ rid: 'A000000333', index: 1, modulus: 'AB', exponent: '03' }] })).toBe(
      'p.json: caKeys.0.modulus: expected 64 to 248 bytes in hexadecimal',
    )
    expect(fault([])).toMatch(/^p\.json: .*expected object/)
  })

  it('that is no JSON or not there says so', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tillwire-profile-test-'))
    const path = join(folder, 'profile.json')
    expect(readProfileFile(path)).toMatchObject({ error: { kind: 'notReadable' } })
    writeFileSync(path, '{"terminalId": ')
    expect(readProfileFile(path)).toMatchObject({
      error: { kind: 'notJson', message: `${path} is not JSON: check its commas, quotes and brackets` },
    })
    writeFileSync(path, '{"currency": "344"}')
    expect(readProfileFile(path)).toMatchObject({ ok: true, value: { profile: { currency: '344' } } })
    rmSync(folder, { recursive: true })
  })

  it('whatever it is, is a result', () => {
    fc.assert(fc.property(fc.json(), (json) => typeof parseProfile(json, 'p.json').ok === 'boolean'))
  })
})
