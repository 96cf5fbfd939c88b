import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import {
  type BlockCipher,
  createAes,
  createOpensslTdes,
  createSm4,
  createTdes,
  tripleLengthKey,
} from '../../src/crypto/block-cipher.ts'

const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
const tdesKey = fc.constantFrom(8, 16, 24).chain(bytes)
const blocks = (size: number) => fc.integer({ min: 1, max: 6 }).chain((count) => bytes(count * size))

describe('DES by tables', () => {
  it('is OpenSSL, both ways, for every key size', () => {
    fc.assert(
      fc.property(tdesKey, blocks(8), (key, data) => {
        const ours = createTdes(key)
        const openssl = createOpensslTdes(key)
        expect(toHex(ours.encrypt(data))).toBe(toHex(openssl.encrypt(data)))
        expect(toHex(ours.decrypt(data))).toBe(toHex(openssl.decrypt(data)))
      }),
      { numRuns: 2000 },
    )
  })

  // A table that is wrong in one entry shows with the key bits that lead there: each bit of key and data by itself.
  it('is OpenSSL for each single bit of key and of data', () => {
    const zeros = new Uint8Array(8)
    for (let bit = 0; bit < 64; bit++) {
      const one = new Uint8Array(8)
      one[bit >> 3] = 0x80 >> (bit & 7)
      expect(toHex(createTdes(one).encrypt(zeros))).toBe(toHex(createOpensslTdes(one).encrypt(zeros)))
      expect(toHex(createTdes(zeros).encrypt(one))).toBe(toHex(createOpensslTdes(zeros).encrypt(one)))
    }
  })

  it('has the published example of NBS SP 500-20', () => {
    const cipher = createTdes(fromHex('0101010101010101'))
    expect(toHex(cipher.encrypt(fromHex('8000000000000000')))).toBe('95F8A5E5DD31D900')
  })

  it('refuses data that are no whole blocks, and keys of other sizes', () => {
    expect(() => createTdes(new Uint8Array(16)).encrypt(new Uint8Array(9))).toThrow('no whole blocks')
    expect(() => createTdes(new Uint8Array(16)).chain(new Uint8Array(7))).toThrow('no whole blocks')
    expect(() => createTdes(new Uint8Array(15))).toThrow('TDES key of 15 bytes')
  })
})

const CIPHERS: readonly (readonly [
  string,
  fc.Arbitrary<Uint8Array>,
  (key: Uint8Array) => BlockCipher,
  number,
])[] = [
  ['des-ede3-cbc', tdesKey, createTdes, 8],
  ['des-ede3-cbc', tdesKey, createOpensslTdes, 8],
  ['aes-128-cbc', bytes(16), createAes, 16],
  ['aes-256-cbc', bytes(32), createAes, 16],
  ['sm4-cbc', bytes(16), createSm4, 16],
]

describe('chains and single blocks', () => {
  it.each(CIPHERS)(
    '%s: every chain of one object begins anew, and is the last block of OpenSSL',
    (mode, key, create, size) => {
      fc.assert(
        fc.property(key, fc.array(blocks(size), { minLength: 1, maxLength: 4 }), (keyBytes, messages) => {
          const cipher = create(keyBytes)
          for (const data of messages) {
            const openssl = createCipheriv(
              mode,
              size === 8 ? tripleLengthKey(keyBytes) : keyBytes,
              new Uint8Array(size),
            )
            openssl.setAutoPadding(false)
            const expected = openssl.update(data).subarray(-size)
            expect(toHex(cipher.chain(data))).toBe(toHex(expected))
          }
        }),
      )
    },
  )

  it.each(CIPHERS)(
    '%s: a block enciphered in place is the same block, and its neighbours stay',
    (_mode, key, create, size) => {
      fc.assert(
        fc.property(key, bytes(size * 3), (keyBytes, data) => {
          const cipher = create(keyBytes)
          const changed = Uint8Array.from(data)
          cipher.encryptBlockAt(changed, size)
          const block = cipher.encrypt(data.subarray(size, size * 2))
          expect(toHex(changed)).toBe(
            toHex(data.subarray(0, size)) + toHex(block) + toHex(data.subarray(size * 2)),
          )
        }),
      )
    },
  )
})
