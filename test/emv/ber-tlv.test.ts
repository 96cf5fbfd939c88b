import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../src/base/bytes.ts'
import {
  decodeTlvs,
  decodeTree,
  encodeTlv,
  encodeTlvs,
  findTlv,
  salvageTlvs,
  TLV_DEPTH_MAX,
} from '../../src/emv/ber-tlv.ts'
import { textOf, vectorsOf } from '../vectors/vectors.ts'

const tag = fc.constantFrom('50', '5A', '9F26', '9F10', '5F2D', 'DF31', 'BF0C', 'DF8101', 'FF8105')
const items = fc.array(fc.tuple(tag, fc.uint8Array({ maxLength: 300 })), { maxLength: 6 })

describe('BER-TLV: third-party vectors', () => {
  for (const { id, inputs, expected } of vectorsOf('tlv')) {
    it(id, () => {
      const bytes = fromHex(textOf(inputs, 'hex'))
      const { items, error } = salvageTlvs(bytes)
      expect(items.map(({ tag, value }) => [tag, value.length, toHex(value)])).toEqual(expected['items'])
      // One published dump lost a byte on its way: strictly, it is cut.
      expect(decodeTlvs(bytes).ok).toBe(error === undefined)
      if (error !== undefined) expect([id, error]).toEqual(['tlv-longlen', { kind: 'truncated', offset: 0 }])
    })
  }

  it('finds objects inside templates', () => {
    const fci = vectorsOf('tlv').find(({ id }) => id === 'tlv-fci-upi')
    const bytes = fromHex(textOf(fci?.inputs ?? {}, 'hex'))
    expect(toHex(findTlv(bytes, '9F4D') ?? new Uint8Array())).toBe('0B0A')
    expect(toHex(findTlv(bytes, '87') ?? new Uint8Array())).toBe('01')
    expect(findTlv(bytes, '9F38')).toBeUndefined()
    const tree = decodeTree(bytes)
    expect(tree.ok && tree.value[0]?.children.map((node) => node.tag)).toEqual(['84', 'A5'])
  })
})

describe('BER-TLV: rules', () => {
  it.each([
    [
      'lengths of 1, 2 and 3 bytes may be longer than needed',
      '5A8101AA5A820001BB5A83000001CC',
      ['5A AA', '5A BB', '5A CC'],
    ],
    ['zeros before, between and after objects are padding', '00005A01AA009501BB0000', ['5A AA', '95 BB']],
    ['FF between objects is padding', 'FFFF5A01AAFF9501BBFF', ['5A AA', '95 BB']],
    [
      'FF80 and FF81 begin tags of acquirers and kernels',
      'FF810502ABCDFF805801AA',
      ['FF8105 ABCD', 'FF8058 AA'],
    ],
    ['an empty value is a value', '9F1000', ['9F10 ']],
    ['nothing holds nothing', '', []],
  ])('%s', (_name, bytes, expected) => {
    const decoded = decodeTlvs(fromHex(bytes))
    expect(decoded.ok && decoded.value.map(({ tag, value }) => `${tag} ${toHex(value)}`)).toEqual(expected)
  })

  it.each([
    ['9F', 'truncated', 0],
    ['5A', 'truncated', 0],
    ['5A01AA9502BB', 'truncated', 3],
    ['5A82FF', 'truncated', 0],
    ['5A83FFFFFF00', 'truncated', 0],
    ['5A80', 'badLength', 0],
    ['5A8400000001AA', 'badLength', 0],
    ['9F8181810100', 'tagTooLong', 0],
  ])('%s is refused as %s at %i', (bytes, kind, offset) => {
    expect(decodeTlvs(fromHex(bytes))).toEqual({ ok: false, error: { kind, offset } })
  })

  it('an error inside a template has its place in the whole', () => {
    expect(decodeTree(fromHex('5A01AA70039F3605'))).toEqual({
      ok: false,
      error: { kind: 'truncated', offset: 5 },
    })
  })

  it('templates nest to a limit', () => {
    const nest = (depth: number) => {
      let bytes: Uint8Array = fromHex('5A01AA')
      for (let level = 1; level < depth; level++) bytes = encodeTlv('70', bytes)
      return bytes
    }
    expect(decodeTree(nest(TLV_DEPTH_MAX)).ok).toBe(true)
    const tooDeep = decodeTree(nest(TLV_DEPTH_MAX + 1))
    expect(!tooDeep.ok && tooDeep.error.kind).toBe('tooDeep')
    expect(findTlv(nest(200), '5A')).toBeUndefined()
  })
})

describe('BER-TLV: properties', () => {
  it('decode undoes encode, whatever padding stands between', () => {
    fc.assert(
      fc.property(items, fc.nat({ max: 3 }), (original, padding) => {
        const encoded = concatBytes(
          original.flatMap(([tag, value]) => [encodeTlv(tag, value), new Uint8Array(padding)]),
        )
        const decoded = decodeTlvs(encoded)
        expect(decoded.ok && decoded.value.map(({ tag, value }) => [tag, toHex(value)])).toEqual(
          original.map(([tag, value]) => [tag, toHex(value)]),
        )
      }),
    )
  })

  it('a cut anywhere is truncated, or ends between objects', () => {
    fc.assert(
      fc.property(items, fc.nat(), (original, cutAt) => {
        const encoded = encodeTlvs(original)
        const cut = encoded.subarray(0, cutAt % (encoded.length + 1))
        const decoded = decodeTlvs(cut)
        if (decoded.ok) expect(decoded.value.length).toBeLessThanOrEqual(original.length)
        else expect(decoded.error.kind).toBe('truncated')
      }),
    )
  })

  it('any bytes are decoded or refused, and no value points outside of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const tree = decodeTree(bytes)
        if (!tree.ok) expect(tree.error.offset).toBeLessThanOrEqual(bytes.length)
        const level = decodeTlvs(bytes)
        if (level.ok) {
          const size = level.value.reduce((sum, { value }) => sum + value.length, 0)
          expect(size).toBeLessThanOrEqual(bytes.length)
        }
        findTlv(bytes, '9F26')
        const salvaged = salvageTlvs(bytes)
        expect(salvaged.error === undefined).toBe(level.ok)
      }),
      { numRuns: 2000 },
    )
  })
})
