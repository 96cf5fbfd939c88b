import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import {
  type KeyBlockHeader,
  parseKeyBlockHeader,
  unwrapKeyBlock,
  wrapKeyBlock,
} from '../../src/crypto/key-block.ts'
import { nodeRandom } from '../../src/crypto/node-random.ts'

/** Published examples, of ASC X9 TR 31-2018 annex A.7 where it says so; the MAC inside proves that they are copied right. */
const PUBLISHED = [
  {
    name: 'A.7.2.2 version B, TDES key under a double-length key',
    usage: 'P0',
    protectionKey: 'DD7515F2BFC17F85CE48F3CA25CB21F6',
    block: 'B0080P0TE00E000094B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F5341176EED7B727B8A248E',
    key: '3F419E1CB7079442AA37474C2EFBF8B8',
  },
  {
    name: 'A.7.3.2 version B with an optional block',
    usage: 'B0',
    protectionKey: '1D22BF32387C600AD97F9B97A51311AC',
    block:
      'B0104B0TX12S0100KS1800604B120F9292800000BB68BE8680A400D9191AD4ECE45B6E6C0D21C4738A52190E248719E24B433627',
    key: 'E8BC63E5479455E26577F715D587FE68',
  },
  {
    name: 'of knovichikhin/psec, version B under a triple-length key',
    usage: 'M3',
    protectionKey: 'AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCC',
    block: 'B0096M3TC00E0000C7C6FE86A5DE769C20DCA238C52341378B484D544A9764D43963C3B2824AE56C2D07A565DD3AB342',
    key: 'CCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD',
  },
  {
    name: 'A.7.4 version D, AES key under AES-256',
    usage: 'P0',
    protectionKey: '88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6',
    block:
      'D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A27E8E31DA05F7425509593D03A457DC34',
    key: '3F419E1CB7079442AA37474C2EFBF8B8',
  },
] as const

const header = (version: 'B' | 'D', optional: KeyBlockHeader['optional'] = []): KeyBlockHeader => ({
  version,
  usage: 'K0',
  algorithm: 'T',
  modeOfUse: 'B',
  keyVersion: '00',
  exportability: 'N',
  optional,
})

describe('TR-31 key block', () => {
  for (const { name, usage, protectionKey, block, key } of PUBLISHED) {
    it(`opens the published example ${name}`, () => {
      const opened = unwrapKeyBlock(fromHex(protectionKey), block)
      expect(opened.ok && toHex(opened.value.key)).toBe(key)
      expect(opened.ok && opened.value.header.usage).toBe(usage)
    })
  }

  it('what is wrapped opens again, for each size of both keys, optional blocks included', () => {
    const sizes = fc.constantFrom<['B' | 'D', number]>(['B', 16], ['B', 24], ['D', 16], ['D', 24], ['D', 32])
    const optional = fc.array(
      fc.record(
        { id: fc.constantFrom('KS', 'KV', 'TS'), data: fc.stringMatching(/^[0-9A-F]{0,40}$/) },
        { noNullPrototype: true },
      ),
      { maxLength: 3 },
    )
    fc.assert(
      fc.property(
        sizes,
        fc.uint8Array({ minLength: 8, maxLength: 32 }),
        optional,
        ([version, size], key, blocks) => {
          const protectionKey = nodeRandom.bytes(size)
          const wrapped = wrapKeyBlock({
            protectionKey,
            header: header(version, blocks),
            key,
            random: nodeRandom,
          })
          expect(Number(wrapped.slice(1, 5))).toBe(wrapped.length)
          const opened = unwrapKeyBlock(protectionKey, wrapped)
          expect(opened.ok && toHex(opened.value.key)).toBe(toHex(key))
          if (opened.ok)
            expect(opened.value.header.optional.filter((each) => each.id !== 'PB')).toEqual(blocks)
        },
      ),
    )
  })

  it('any changed character is refused', () => {
    for (const { protectionKey, block } of PUBLISHED) {
      for (let at = 0; at < block.length; at++) {
        const changed = `${block.slice(0, at)}${block[at] === '0' ? '1' : '0'}${block.slice(at + 1)}`
        expect(unwrapKeyBlock(fromHex(protectionKey), changed).ok, `character ${at}`).toBe(false)
      }
    }
  })

  it('another protection key is refused, and one of a size the version lacks', () => {
    const [first] = PUBLISHED
    expect(unwrapKeyBlock(nodeRandom.bytes(16), first.block)).toEqual({
      ok: false,
      error: { kind: 'macMismatch' },
    })
    expect(unwrapKeyBlock(nodeRandom.bytes(32), first.block)).toEqual({
      ok: false,
      error: { kind: 'badProtectionKey' },
    })
  })

  it('no text makes it throw', () => {
    const near = fc
      .constantFrom(...PUBLISHED.map((each) => each.block))
      .chain((block) =>
        fc
          .tuple(fc.nat(block.length), fc.string(), fc.nat(20))
          .map(([at, text, drop]) => block.slice(0, at) + text + block.slice(at + drop)),
      )
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        expect(typeof unwrapKeyBlock(new Uint8Array(16), text).ok).toBe('boolean')
        expect(typeof parseKeyBlockHeader(text).ok).toBe('boolean')
      }),
      { numRuns: 500 },
    )
  })
})
