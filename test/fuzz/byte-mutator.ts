import type { SeededRandom } from '../../sim/world/seeded-random.ts'
import { asciiToBytes, concatBytes } from '../../src/base/bytes.ts'

/** Sizes and signs on which software breaks. */
const EDGES: readonly number[] = [
  0, 1, 2, 0x0f, 0x10, 0x1f, 0x20, 0x7e, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0xfe, 0xff, 0x30, 0x39, 0x3a,
  0x44,
]
const CHANGES_MAX = 5

type Change = (bytes: Uint8Array, random: SeededRandom, others: Others) => Uint8Array

/** What a change may take from elsewhere. */
export interface Others {
  /** Another input, to take a part of. */
  other(): Uint8Array
  /** Bytes of a text or number that stands in the code. */
  word(): Uint8Array
}

/** `input` with one to five blind changes, never longer than `sizeMax`. */
export function changeBytes(
  input: Uint8Array,
  random: SeededRandom,
  others: Others,
  sizeMax: number,
): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(input)
  for (let left = random.between(1, CHANGES_MAX); left > 0; left--) {
    bytes = random.pick(CHANGES)(bytes, random, others)
    if (bytes.length > sizeMax) bytes = bytes.slice(0, sizeMax)
  }
  return bytes
}

/** Bytes of a word of the code: its characters, or its number in as few bytes as it takes. */
export function bytesOfWord(word: string | number): Uint8Array {
  if (typeof word === 'string')
    return /^[\0-\xff]*$/.test(word) ? asciiToBytes(word) : new TextEncoder().encode(word)
  const size = word > 0xffffff ? 4 : word > 0xffff ? 3 : word > 0xff ? 2 : 1
  return Uint8Array.from({ length: size }, (_, index) => Math.floor(word / 256 ** (size - 1 - index)) & 0xff)
}

function placeIn(bytes: Uint8Array, random: SeededRandom): number {
  return bytes.length === 0 ? 0 : random.below(bytes.length)
}

function insert(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  return concatBytes([bytes.subarray(0, at), part, bytes.subarray(at)])
}

function overwrite(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  return concatBytes([bytes.subarray(0, at), part, bytes.subarray(at + part.length)])
}

/** A part of `bytes`; mostly short. */
function partOf(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const at = placeIn(bytes, random)
  const size = random.chance(800) ? random.below(16) : random.below(bytes.length + 1)
  return bytes.slice(at, at + size)
}

const setByte = (bytes: Uint8Array, random: SeededRandom, value: (old: number) => number): Uint8Array => {
  if (bytes.length > 0) {
    const at = placeIn(bytes, random)
    bytes[at] = value(bytes[at] as number)
  }
  return bytes
}

const CHANGES: readonly Change[] = [
  (bytes, random) => setByte(bytes, random, (old) => old ^ (1 << random.below(8))),
  (bytes, random) => setByte(bytes, random, () => random.below(256)),
  (bytes, random) => setByte(bytes, random, (old) => old + random.between(1, 16)),
  (bytes, random) => setByte(bytes, random, (old) => old - random.between(1, 16)),
  (bytes, random) => setByte(bytes, random, () => random.pick(EDGES)),
  (bytes, random) => setByte(bytes, random, () => 0x30 + random.below(10)),
  (bytes, random) => {
    const at = placeIn(bytes, random)
    return concatBytes([bytes.subarray(0, at), bytes.subarray(at + random.between(1, 8))])
  },
  (bytes, random) => {
    const at = placeIn(bytes, random)
    return concatBytes([bytes.subarray(0, at), bytes.subarray(at + random.below(bytes.length + 1))])
  },
  (bytes, random) => insert(bytes, placeIn(bytes, random), random.bytes(random.between(1, 8))),
  (bytes, random) => {
    const filler = new Uint8Array(random.chance(900) ? random.between(1, 16) : random.between(1, 300))
    return insert(bytes, placeIn(bytes, random), filler.fill(random.pick(EDGES)))
  },
  (bytes, random) => insert(bytes, placeIn(bytes, random), partOf(bytes, random)),
  (bytes, random) => overwrite(bytes, placeIn(bytes, random), partOf(bytes, random)),
  (bytes, random, { other }) => insert(bytes, placeIn(bytes, random), partOf(other(), random)),
  (bytes, random, { other }) => {
    const tail = other()
    return concatBytes([bytes.subarray(0, placeIn(bytes, random)), tail.subarray(placeIn(tail, random))])
  },
  (bytes, random, { word }) => insert(bytes, placeIn(bytes, random), word()),
  (bytes, random, { word }) => overwrite(bytes, placeIn(bytes, random), word()),
  (bytes, random) => bytes.slice(0, placeIn(bytes, random)),
]
