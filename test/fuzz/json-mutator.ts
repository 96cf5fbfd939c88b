import type { SeededRandom } from '../../sim/world/seeded-random.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const TEXTS = [
  '',
  ' ',
  '0',
  '00',
  '9F02',
  'FF',
  'constructor',
  '__proto__',
  'toString',
  '\ud800',
  '\u4e2d',
  '\0',
  '..',
  'a'.repeat(300),
]
const NUMBERS = [0, -0, 1, -1, 2, 64, 128, 255, 256, 65_535, 1e9, 2 ** 53, -(2 ** 31), 0.5, 1e308, 1e-9]
const NAMES = [
  'constructor',
  '__proto__',
  'toString',
  'length',
  'kind',
  'name',
  '',
  '0',
  '1',
  '-1',
  '1e3',
  '129',
]
const DECODER = new TextDecoder()
const ENCODER = new TextEncoder()

/** JSON text with one to three values replaced, taken out, doubled or wrapped; `input` itself when it is no JSON. */
export function changeJson(input: Uint8Array, random: SeededRandom): Uint8Array {
  let value: Json
  try {
    value = JSON.parse(DECODER.decode(input)) as Json
  } catch {
    return input
  }
  for (let left = random.between(1, 3); left > 0; left--) value = changeSomewhere(value, random)
  return ENCODER.encode(JSON.stringify(value))
}

/** Goes down at random, and changes what is there. */
function changeSomewhere(value: Json, random: SeededRandom): Json {
  if (value === null || typeof value !== 'object' || random.chance(120)) return changeValue(value, random)
  if (Array.isArray(value)) {
    if (value.length === 0) return [randomJson(random)]
    const at = random.below(value.length)
    if (random.chance(100)) return value.toSpliced(at, 1)
    if (random.chance(100)) return value.toSpliced(at, 0, value[at] as Json)
    return value.with(at, changeSomewhere(value[at] as Json, random))
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return { [randomName(random)]: randomJson(random) }
  const at = random.below(entries.length)
  const [name = '', inner = null] = entries[at] ?? []
  const others = entries.toSpliced(at, 1)
  switch (random.below(12)) {
    case 0:
      return objectOf(others)
    case 1:
      return objectOf([...others, [randomName(random), inner]])
    case 2:
      return objectOf([...entries, [randomName(random), randomJson(random)]])
    default:
      return objectOf(entries.with(at, [name, changeSomewhere(inner, random)]))
  }
}

function changeValue(value: Json, random: SeededRandom): Json {
  switch (random.below(8)) {
    case 0:
      return [value]
    case 1:
      return { [randomName(random)]: value }
    case 2:
      if (typeof value === 'string') return changeText(value, random)
      if (typeof value === 'number') return value + random.pick([1, -1, 0.5, 1000])
      return !value
    case 3:
      if (typeof value === 'string') return changeText(value, random)
      return random.pick(NUMBERS)
    default:
      return randomJson(random)
  }
}

function changeText(text: string, random: SeededRandom): string {
  const at = random.below(text.length + 1)
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at) + random.pick(TEXTS) + text.slice(at)
    case 1:
      return text.slice(0, at)
    case 2:
      return text.slice(0, at) + String(random.below(10)) + text.slice(at + 1)
    default:
      return text + text
  }
}

function randomName(random: SeededRandom): string {
  return random.chance(300) ? String(random.below(140)) : random.pick(NAMES)
}

function randomJson(random: SeededRandom): Json {
  switch (random.below(9)) {
    case 0:
      return null
    case 1:
      return random.chance(500)
    case 2:
      return random.pick(NUMBERS)
    case 3:
      return random.pick(TEXTS)
    case 4:
      return []
    case 5:
      return {}
    case 6:
      return { toString: random.pick([1, null, {}]), valueOf: 1 }
    case 7:
      return [random.pick(TEXTS), random.pick(NUMBERS)]
    default:
      return { [randomName(random)]: random.pick(TEXTS) }
  }
}

/** As `JSON.parse` makes it: `__proto__` is a member like any other. */
function objectOf(entries: readonly (readonly [string, Json])[]): Json {
  return Object.fromEntries(entries) as { [name: string]: Json }
}

/** Bytes of an object's JSON text. */
export function jsonBytes(value: unknown): Uint8Array {
  return ENCODER.encode(JSON.stringify(value))
}

/** Text of an input, as a file would be read. */
export function textOfInput(input: Uint8Array): string {
  return DECODER.decode(input)
}
