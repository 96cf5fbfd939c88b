import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { createTdes } from '../../../src/crypto/block-cipher.ts'
import { unwrapKeyBlock } from '../../../src/crypto/key-block.ts'
import { messageMac } from '../../../src/crypto/mac.ts'
import { encodePinBlock } from '../../../src/crypto/pin-block.ts'
import { encryptTrack } from '../../../src/crypto/track-cipher.ts'
import type { CryptogramScheme } from '../../../src/host/core/security-module-port.ts'
import { LOCAL_MASTER_KEY_FILE } from '../../../src/host/security-module/local-master-key.ts'
import { SecurityModuleError } from '../../../src/host/security-module/security-module-error.ts'
import { openSecurityModule } from '../../../src/host/security-module/software-security-module.ts'
import { vectorsOf } from '../../vectors/vectors.ts'

const PAN = '6210948000000011'
const ZEROS = '00000000000000000000000000000000'
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-security-module-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** A known key goes in as it would in a key ceremony: in components. */
const withKey = (hex: string) => [hex, ZEROS.slice(0, hex.length)]

describe('local master key', () => {
  it('is made once, readable by its owner only, and found again', () => {
    const first = openSecurityModule({ directory })
    const key = first.generateKey('mac', 'des')
    const path = join(directory, LOCAL_MASTER_KEY_FILE)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const again = openSecurityModule({ directory, hasWrappedKeys: true })
    const data = fromHex('0102')
    expect(toHex(again.mac(key, 'x9.9', data))).toBe(toHex(first.mac(key, 'x9.9', data)))
  })

  it('a file that others can read, of a wrong size, or missing beside wrapped keys is refused', () => {
    const path = join(directory, LOCAL_MASTER_KEY_FILE)
    expect(() => openSecurityModule({ directory, hasWrappedKeys: true })).toThrow(/missing.*backup/)
    expect(readdirSync(directory)).toEqual([])
    openSecurityModule({ directory })
    chmodSync(path, 0o640)
    expect(() => openSecurityModule({ directory })).toThrow(/chmod 600/)
    chmodSync(path, 0o600)
    writeFileSync(path, 'short')
    expect(() => openSecurityModule({ directory })).toThrow(/5 bytes instead of 32/)
    expect(readFileSync(path, 'utf8')).toBe('short')
  })

  it('a folder that cannot be made gives one clear message', () => {
    const file = join(directory, 'file')
    writeFileSync(file, '')
    expect(() => openSecurityModule({ directory: join(file, 'below') })).toThrow(SecurityModuleError)
  })
})

describe('wrapped keys', () => {
  it('any changed character, and another module, are refused', () => {
    const module = openSecurityModule({ directory })
    const key = module.generateKey('mac', 'tdes2')
    for (let at = 0; at < key.block.length; at++) {
      const block = `${key.block.slice(0, at)}${key.block[at] === '0' ? '1' : '0'}${key.block.slice(at + 1)}`
      expect(() => module.mac({ ...key, block }, 'x9.19', fromHex('00'))).toThrow(SecurityModuleError)
    }
    const other = openSecurityModule({ directory: join(directory, 'other') })
    expect(() => other.mac(key, 'x9.19', fromHex('00'))).toThrow(/another one/)
  })

  it('a key serves its own use only', () => {
    const module = openSecurityModule({ directory })
    const [pin, mac, master] = [
      module.generateKey('pin', 'tdes2'),
      module.generateKey('mac', 'tdes2'),
      module.generateKey('terminalMaster', 'tdes2'),
    ]
    expect(() => module.mac(pin, 'x9.19', fromHex('00'))).toThrow(/key for pin.*mac/)
    expect(() => module.decryptTrack(mac, '6210948000000011D301020100000')).toThrow(SecurityModuleError)
    expect(() => module.exportUnder(mac, pin)).toThrow(SecurityModuleError)
    expect(() => module.exportUnder(master, module.generateKey('issuerMasterAc', 'tdes2'))).toThrow(
      /only PIN, MAC/,
    )
    expect(() => module.exportKeyBlock(module.generateKey('keyBlockProtection', 'aes128'), pin)).toThrow(
      SecurityModuleError,
    )
  })

  it('nothing shows a key', () => {
    const module = openSecurityModule({ directory })
    const clear = '13579BDF02468ACE13579BDF02468ACE'
    const key = module.importKeyComponents('mac', 'tdes2', withKey(clear))
    module.mac(key, 'x9.19', fromHex('00'))
    for (const shown of [
      inspect(module, { depth: 9, showHidden: true }),
      JSON.stringify(module),
      key.block,
    ]) {
      expect(shown.toUpperCase()).not.toContain(clear.slice(0, 16))
    }
  })

  it('key components must be two, hexadecimal, of one right length', () => {
    const module = openSecurityModule({ directory })
    expect(() => module.importKeyComponents('mac', 'des', ['0011223344556677'])).toThrow(/two components/)
    expect(() => module.importKeyComponents('mac', 'des', ['00', 'zz'])).toThrow(/hexadecimal/)
    expect(() => module.importKeyComponents('mac', 'des', ['00', '0011'])).toThrow(/length/)
    expect(() => module.importKeyComponents('mac', 'des', ['00', '11'])).toThrow(/8 bytes/)
  })
})

describe('working keys', () => {
  it('leave under the terminal master key with their check values', () => {
    const module = openSecurityModule({ directory })
    const masterHex = '0123456789ABCDEFFEDCBA9876543210'
    const master = module.importKeyComponents('terminalMaster', 'tdes2', withKey(masterHex))
    const mak = module.importKeyComponents('mac', 'des', withKey('0123456789ABCDEF'))
    const exported = module.exportUnder(master, mak)
    expect(toHex(createTdes(fromHex(masterHex)).decrypt(exported.cryptogram))).toBe('0123456789ABCDEF')
    expect(toHex(exported.checkValue)).toBe('D5D44FF7')
    expect(mak.checkValue).toBe('D5D44FF7')
  })

  it('a terminal master key reaches a PIN pad in a key block that the pad can open', () => {
    const module = openSecurityModule({ directory })
    const padKey = 'A1B2C3D4E5F60718293A4B5C6D7E8F90'
    const protection = module.importKeyComponents('keyBlockProtection', 'aes128', withKey(padKey))
    const masterHex = '0123456789ABCDEFFEDCBA9876543210'
    const master = module.importKeyComponents('terminalMaster', 'tdes2', withKey(masterHex))
    const opened = unwrapKeyBlock(fromHex(padKey), module.exportKeyBlock(protection, master))
    expect(opened.ok && toHex(opened.value.key)).toBe(masterHex)
    expect(opened.ok && opened.value.header.usage).toBe('K0')
  })
})

describe('messages, PINs, tracks', () => {
  it('MACs are those of the crypto layer, and one bit more or less is noticed', () => {
    const module = openSecurityModule({ directory })
    const hex = '13579BDF02468ACE1A2B3C4D5E6F7081'
    const key = module.importKeyComponents('mac', 'tdes2', withKey(hex))
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('unionpay-ecb' as const, 'x9.9' as const, 'x9.19' as const),
        fc.nat(63),
        (data, algorithm, bit) => {
          const mac = module.mac(key, algorithm, data)
          expect(toHex(mac)).toBe(toHex(messageMac(algorithm, fromHex(hex), data)))
          expect(module.verifyMac(key, algorithm, data, mac)).toBe(true)
          const changed = Uint8Array.from(mac)
          changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
          expect(module.verifyMac(key, algorithm, data, changed)).toBe(false)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('a PIN is right, wrong, or no PIN at all', () => {
    const module = openSecurityModule({ directory })
    const pikHex = '1A2B3C4D5E6F708192A3B4C5D6E7F809'
    const pinKey = module.importKeyComponents('pin', 'tdes2', withKey(pikHex))
    const verificationKey = module.generateKey('pinVerification', 'aes128')
    const reference = module.pinReference(verificationKey, PAN, '123456')
    const verify = (pin: string, panInBlock: string | undefined, damaged = false) => {
      const pinBlock = createTdes(fromHex(pikHex)).encrypt(
        encodePinBlock({ format: 0, pin, pan: panInBlock }),
      )
      if (damaged) pinBlock[0] = (pinBlock[0] ?? 0) ^ 1
      return module.verifyPin({ pinKey, verificationKey, pinBlock, panInBlock, pan: PAN, reference })
    }
    expect(verify('123456', PAN)).toBe('correct')
    expect(verify('123456', undefined)).toBe('correct')
    expect(verify('123457', PAN)).toBe('wrong')
    expect(verify('1234', PAN)).toBe('wrong')
    expect(verify('123456', PAN, true)).toBe('malformed')
    expect(reference).not.toContain('123456')
    expect(module.pinReference(verificationKey, '6210948000000029', '123456')).not.toBe(reference)
  })

  it('a track comes back from under the track key', () => {
    const module = openSecurityModule({ directory })
    const hex = 'A1B2C3D4E5F60718293A4B5C6D7E8F90'
    const key = module.importKeyComponents('track', 'tdes2', withKey(hex))
    const track = `${PAN}D301020100000`
    expect(module.decryptTrack(key, encryptTrack(fromHex(hex), track))).toBe(track)
  })

  it('a card number at rest is sealed, found by its hash, and shown truncated', () => {
    const module = openSecurityModule({ directory })
    const [first, second] = [module.protectPan(PAN), module.protectPan(PAN)]
    expect(first.lookup).toBe(second.lookup)
    expect(first.lookup).toBe(module.lookupOf(PAN))
    expect(toHex(first.ciphertext)).not.toBe(toHex(second.ciphertext))
    expect(first.truncated).toBe('621094******0011')
    expect(module.revealPan(second.ciphertext)).toBe(PAN)
    const changed = Uint8Array.from(first.ciphertext)
    changed[30] = (changed[30] ?? 0) ^ 1
    expect(() => module.revealPan(changed)).toThrow(SecurityModuleError)
  })
})

describe('cryptograms', () => {
  const SCHEMES: Readonly<Record<string, CryptogramScheme>> = {
    'emv-cvn10-full': 'visa-cvn10',
    'emv-mchip-cvn16': 'mchip-16',
    'pboc-cvn01-derived': 'pboc-01',
  }
  const published = vectorsOf('emv-cryptogram').filter(({ id }) => id in SCHEMES)

  it('every scheme with a vector is judged', () => {
    expect(published.map(({ id }) => id).sort()).toEqual(Object.keys(SCHEMES).sort())
  })

  for (const { id, inputs, expected } of published) {
    it(`${id}: the right cryptogram passes, another does not`, () => {
      const module = openSecurityModule({ directory })
      const text = (name: string) => String(inputs[name] ?? '')
      const key = module.importKeyComponents('issuerMasterAc', 'tdes2', withKey(text('imkAc') || text('imk')))
      const input = {
        scheme: SCHEMES[id] as CryptogramScheme,
        pan: text('pan'),
        panSequence: text('psn'),
        applicationTransactionCounter: fromHex(text('atc') || '0000'),
        unpredictableNumber: fromHex(text('un') || '00000000'),
        data: fromHex(text('data')),
        cryptogram: fromHex(String(expected['arqc'])),
      }
      expect(module.verifyCryptogram(key, input)).toBe(true)
      expect(module.verifyCryptogram(key, { ...input, data: Uint8Array.from([...input.data, 1]) })).toBe(
        false,
      )
      expect(module.verifyCryptogram(key, { ...input, panSequence: '02' })).toBe(false)
      const answer = toHex(module.issuerAuthentication(key, input, '00'))
      if (id === 'emv-cvn10-full') expect(answer).toBe(`${expected['arpcMethod1']}3030`)
      if (id === 'pboc-cvn01-derived') expect(answer).toBe(`${expected['arpc']}3030`)
      if (id === 'emv-mchip-cvn16') expect(answer).toBe(`${expected['arpcMethod1UnderIccMk']}0010`)
    })
  }
})
