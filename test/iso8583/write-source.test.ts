import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import type { Writer } from '../../src/iso8583/element-plan.ts'
import { WRITE_TABLES, WRITE_VARIABLES, writeSource } from '../../src/iso8583/write-source.ts'

const AT = 2
const NIBBLES = '0123456789ABCDEF'

/** What the writer should write, as hexadecimal digits, or undefined where it should refuse: told by regular expressions. */
const EXPECTED: Readonly<Record<Exclude<Writer, 'bytes' | 'hexText'>, (text: string) => string | undefined>> =
  {
    digitsLeft: (text) => when(/^\d*$/, text, text + '0'.repeat(text.length & 1)),
    digitsRight: (text) => when(/^\d*$/, text, '0'.repeat(text.length & 1) + text),
    nibblesLeft: (text) => when(/^[\dA-Fa-f=]*$/, text, nibbles(text) + '0'.repeat(text.length & 1)),
    nibblesRight: (text) => when(/^[\dA-Fa-f=]*$/, text, '0'.repeat(text.length & 1) + nibbles(text)),
    signedPacked: (text) =>
      when(/^[CD]\d*$/, text, hexOf(text.slice(0, 1)) + '0'.repeat(~text.length & 1) + text.slice(1)),
    signedText: (text) => when(/^[CD]\d*$/, text, hexOf(text)),
    text: (text) => when(/^[\0-\u00ff]*$/, text, hexOf(text)),
    printable: (text) => when(/^[ -~]*$/, text, hexOf(text)),
    digitText: (text) => when(/^\d*$/, text, hexOf(text)),
    trackText: (text) => when(/^[\dA-Fa-f=]*$/, text, hexOf(text)),
  }

function when(pattern: RegExp, text: string, hex: string): string | undefined {
  return pattern.test(text) ? hex : undefined
}

const nibbles = (text: string) => text.toUpperCase().replaceAll('=', 'D')
const hexOf = (text: string) => Buffer.from(text, 'latin1').toString('hex').toUpperCase()

/** What the source writes between untouched bytes, or undefined where it refuses. */
function written(writer: Writer, value: string | Uint8Array, isFixed: boolean): string | undefined {
  const source = writeSource(writer, {
    name: 'v',
    count: isFixed ? value.length : undefined,
    bad: 'return -1',
  })
  const run = new Function(
    ...Object.keys(WRITE_TABLES),
    `'use strict'; return function (t, at, v) { let ${WRITE_VARIABLES}; n = v.length\n${source}\nreturn at }`,
  )(...Object.values(WRITE_TABLES)) as (t: Uint8Array, at: number, v: unknown) => number
  const target = new Uint8Array(value.length * 2 + 4).fill(0x55)
  const end = run(target, AT, value)
  if (end < 0) return undefined
  expect(toHex(target.subarray(0, AT)) + toHex(target.subarray(end))).toMatch(/^(55)+$/)
  return toHex(target.subarray(AT, end))
}

/** Mostly what is allowed, and what stands beside it: other cases, next characters, digits with a high byte. */
const texts = fc.oneof(
  ...[
    '0123456789',
    `${NIBBLES}=`,
    'abcdef0=',
    ' ~aZ09',
    '\0\u00ff09',
    '09\u0130',
    'C0',
    '/0',
    ':9',
    '@G',
    '\u001f\u007f ',
  ].map((alphabet) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 40 })),
  fc
    .tuple(
      fc.constantFrom('C', 'D', 'E'),
      fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 20 }),
    )
    .map(([sign, digits]) => sign + digits),
)

for (const writer of Object.keys(EXPECTED) as (keyof typeof EXPECTED)[]) {
  it(`${writer} writes what it should, and nothing else, at any length`, () => {
    fc.assert(
      fc.property(texts, fc.boolean(), (text, isFixed) => {
        expect(written(writer, text, isFixed)).toBe(EXPECTED[writer](text))
      }),
      { numRuns: 500 },
    )
  })
}

it('bytes are written as they are, or as characters', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, isFixed) => {
      expect(written('bytes', bytes, isFixed)).toBe(toHex(bytes))
      expect(written('hexText', bytes, isFixed)).toBe(hexOf(toHex(bytes)))
    }),
  )
})
