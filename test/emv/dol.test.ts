import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { dolSize, fillDol, parseDol, splitDol } from '../../src/emv/dol.ts'
import { vectorsOf } from '../vectors/vectors.ts'
import { hex } from './public-vectors.ts'

function parsed(list: string) {
  const items = parseDol(fromHex(list))
  if (!items.ok) throw new Error(items.error.kind)
  return items.value
}

describe('DOL: third-party vectors', () => {
  for (const { id, inputs, expected } of vectorsOf('dol')) {
    it(id, () => {
      const items = parseDol(hex(inputs, 'cdol1'))
      if (!items.ok) throw new Error(items.error.kind)
      expect(items.value.map(({ tag, size }) => [tag, size])).toEqual(expected['items'])
      expect(dolSize(items.value)).toBe(expected['total'])
      const data = hex(inputs, 'commandData')
      const values = splitDol(items.value, data)
      for (const [tag, value] of Object.entries(expected['values'] ?? {})) {
        expect(toHex(values?.get(tag) ?? new Uint8Array())).toBe(value)
      }
      expect(toHex(fillDol(items.value, (tag) => values?.get(tag)))).toBe(toHex(data))
    })
  }
})

describe('DOL: fill rules', () => {
  const fill = (list: string, value: string | undefined) =>
    toHex(fillDol(parsed(list), () => (value === undefined ? undefined : fromHex(value))))

  it.each([
    ['unknown tag: zeros', '9F7F04', undefined, '00000000'],
    ['numeric, shorter: zeros on the left', '9F0208', '000000006580', '0000000000006580'],
    ['numeric, longer: the right part', '9F0204', '000000006580', '00006580'],
    ['compressed numeric, shorter: F on the right', '5A0A', '6210948000000011', '6210948000000011FFFF'],
    ['compressed numeric, longer: the left part', '5A04', '6210948000000011', '62109480'],
    ['binary, shorter: zeros on the right', '9F3706', 'AABBCCDD', 'AABBCCDD0000'],
    ['binary, longer: the left part', '9502', '0080008000', '0080'],
    ['alphanumeric, shorter: zeros on the right', '9F1E0A', '3132333435363738', '31323334353637380000'],
    ['a size of zero asks for nothing', '9F3700', 'AABBCCDD', ''],
  ])('%s', (_name, list, value, expected) => {
    expect(fill(list, value)).toBe(expected)
  })

  it.each([
    ['9F', 'truncated'],
    ['9F37', 'truncated'],
    ['9F81818104', 'badTag'],
    ['9F3783', 'badLength'],
  ])('%s is refused as %s', (list, kind) => {
    expect(parseDol(fromHex(list))).toEqual({ ok: false, error: { kind, offset: 0 } })
  })
})

describe('DOL: properties', () => {
  it('any bytes parse or are refused; what parses asks for as many bytes as it gets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 20 }), (list, value) => {
        const items = parseDol(list)
        if (!items.ok) return
        const data = fillDol(items.value, () => value)
        expect(data.length).toBe(dolSize(items.value))
        expect(splitDol(items.value, data)).toBeDefined()
        expect(splitDol(items.value, new Uint8Array(data.length + 1))).toBeUndefined()
      }),
      { numRuns: 1000 },
    )
  })
})
