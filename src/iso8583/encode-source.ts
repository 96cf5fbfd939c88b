import type { ElementPlan } from './element-plan.ts'
import type { MessageSpec } from './spec.ts'
import { WRITE_VARIABLES, type Written, writeSource } from './write-source.ts'

// Source text of the compiled function that writes. Only bit numbers, sizes and function names of our own go into it.
// A field has a variable of its own: V8 keeps what it learns of `v.length` by variable, and one that is now text and now
// bytes makes it compute all lengths as floating-point numbers. All fields are looked up before the first is written:
// what it then knows of the object holds for all of them. Other variables are shared, since a function with too many of
// them, or longer than 60 KB of V8's own code, is never optimised.

const MTI: Written = { name: 'mti', count: 4, bad: "return fail('badMti', 0, 0)" }

/** Body of `encode(m, t, at, end)`: the offset after the message, or what `fail` answers. */
export function encodeSource(spec: MessageSpec, plans: readonly ElementPlan[]): string {
  const mtiSize = spec.mti === 'bcd' ? 2 : 4
  const mapSize = spec.bitmap === 'binary' ? 8 : 16
  return `const f = m.fields
let w1 = 0, w2 = 0, w3 = 0, w4 = 0, ${WRITE_VARIABLES}
const mti = m.mti
${plans.map(({ bit }) => `const v${bit} = f[${bit}]`).join('; ')}
if (typeof mti !== 'string' || mti.length !== 4) return fail('badMti', 0, 0)
${spec.bits === 128 ? `const second = ${secondarySource(plans)}; if (second) w1 = ${0x80000000 | 0}` : 'const second = false'}
const map = at + ${mtiSize}
if (map + (second ? ${mapSize * 2} : ${mapSize}) > end) return fail('overflow', 0, 0)
n = 4
${writeSource(spec.mti === 'bcd' ? 'digitsRight' : 'digitText', MTI)}
at = map + (second ? ${mapSize * 2} : ${mapSize})
${plans.map(encodeElementSource).join('\n')}
${wordsSource(spec, 'map', ['w1', 'w2'])}
if (second) { ${wordsSource(spec, `map + ${mapSize}`, ['w3', 'w4'])} }
return at`
}

/** Writes half a bitmap of two words. */
function wordsSource(spec: MessageSpec, at: string, words: readonly string[]): string {
  if (spec.bitmap === 'hex') return `writeHexWords(t, ${at}, ${words.join(', ')})`
  return words
    .flatMap((word, half) =>
      [24, 16, 8, 0].map((shift, index) => `t[${at} + ${half * 4 + index}] = ${word} >>> ${shift}`),
    )
    .join('; ')
}

function secondarySource(plans: readonly ElementPlan[]): string {
  const above = plans.filter(({ bit }) => bit > 64).map(({ bit }) => `v${bit} !== undefined`)
  return above.length === 0 ? 'false' : above.join(' || ')
}

function encodeElementSource(plan: ElementPlan): string {
  const { bit, element, prefixSize, writer } = plan
  const name = `v${bit}`
  const word = `w${((bit - 1) >> 5) + 1}`
  const typeCheck =
    element.attribute === 'b' ? `!(${name} instanceof Uint8Array)` : `typeof ${name} !== 'string'`
  const fixed = element.length.kind === 'fixed' ? element.length.size : undefined
  const padded = element.length.kind === 'fixed' && ['a', 'an', 'ans'].includes(element.attribute)
  const sizeCheck =
    element.length.kind === 'variable'
      ? `n > ${element.length.sizeMax}`
      : `n ${padded ? '>' : '!=='} ${element.length.size}`
  const size = fixed === undefined ? 'n' : String(fixed)
  const bad = `return fail('${plan.errorKind}', ${bit}, 0)`
  return `if (${name} !== undefined) {
if (${typeCheck}) return fail('badType', ${bit}, 0)
n = ${name}.length
if (${sizeCheck}) return fail('badLength', ${bit}, n)
if (at + ${prefixSize} + ${plan.width(size)} > end) return fail('overflow', ${bit}, 0)
${writePrefixSource(plan)}
${writeSource(writer, { name, count: padded ? undefined : fixed, bad })}
${padded ? `for (i = n; i < ${size}; i++) t[at++] = 32` : ''}
${word} |= ${(0x80000000 >>> ((bit - 1) & 31)) | 0}
}`
}

function writePrefixSource({ element, prefixSize }: ElementPlan): string {
  if (element.length.kind === 'fixed') return ''
  const { prefix } = element.length
  const bytes = Array.from({ length: prefixSize }, (_, index) => {
    const power = prefixSize - 1 - index
    if (prefix === 'binary') return `t[at++] = (n / ${256 ** power}) & 255`
    if (prefix === 'ascii') return `t[at++] = 48 + ((n / ${10 ** power} | 0) % 10)`
    const pair = power === 0 ? (prefixSize === 1 ? 'n' : 'n % 100') : `(n / ${100 ** power} | 0) % 100`
    return `t[at++] = PACKED_OF_NUMBER[${pair}]`
  })
  return bytes.join('\n')
}
