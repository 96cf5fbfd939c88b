import type { SeededRandom } from '../../sim/world/seeded-random.ts'
import { concatBytes, fromHex } from '../../src/base/bytes.ts'
import { decodeTlvs, encodeTlv, isConstructed, type Tlv } from '../../src/emv/ber-tlv.ts'

const TAGS = (
  '57 5A 5F20 5F24 5F25 5F28 5F2A 5F2D 5F30 5F34 50 4F 61 6F 70 71 72 73 77 80 81 82 83 84 86 87 88 8A 8C 8D 8E 8F ' +
  '90 91 92 93 94 95 97 9A 9B 9C 9F02 9F03 9F06 9F07 9F08 9F09 9F0D 9F0E 9F0F 9F10 9F11 9F12 9F13 9F17 9F18 9F1A ' +
  '9F1E 9F26 9F27 9F32 9F33 9F34 9F35 9F36 9F37 9F38 9F41 9F42 9F44 9F45 9F46 9F47 9F48 9F49 9F4A 9F4B 9F4C 9F4F A5 ' +
  'BF0C DF31 DF8129 FF8105 E0 5F50 42 9F6B 9F1F 9F0B 9F20 56'
).split(' ')

const DEPTH_MAX = 6

/** Objects with random tags that payment uses. */
export function randomTlvs(random: SeededRandom, depth = 0): Uint8Array {
  return concatBytes(Array.from({ length: random.between(1, 4) }, () => randomTlv(random, depth)))
}

export function randomTag(random: SeededRandom): string {
  return random.pick(TAGS)
}

function randomTlv(random: SeededRandom, depth: number): Uint8Array {
  const tag = randomTag(random)
  const inner = isConstructed(tag) && depth < DEPTH_MAX && random.chance(800)
  return encodeTlv(tag, inner ? randomTlvs(random, depth + 1) : randomTlvValue(random))
}

function randomTlvValue(random: SeededRandom): Uint8Array {
  if (random.chance(30)) return random.bytes(random.between(120, 260))
  if (random.chance(100))
    return fromHex(random.pick(['6210948000000029', '3012', '4001', 'A000000333010101']))
  return random.bytes(random.pick([0, 1, 2, 3, 5, 6, 8, 10, 16]))
}

/** Changes one object (value, tag, order, number) and writes all lengths anew; blind when `input` is no TLV. */
export function changeTlvs(input: Uint8Array, random: SeededRandom, depth = 0): Uint8Array {
  const decoded = decodeTlvs(input)
  if (!decoded.ok || decoded.value.length === 0)
    return depth === 0 ? randomTlvs(random) : random.bytes(random.below(12))
  const items = decoded.value.map(({ tag, value }) => ({ tag, value: Uint8Array.from(value) }))
  const at = random.below(items.length)
  const item = items[at] as Tlv
  const replaced = (value: Uint8Array): Tlv => ({ tag: item.tag, value })
  switch (random.below(7)) {
    case 0:
      items.splice(at, 1)
      break
    case 1:
      items.splice(at, 0, { tag: randomTag(random), value: Uint8Array.from(randomTlvValue(random)) })
      break
    case 2:
      items.push({ tag: item.tag, value: Uint8Array.from(item.value) })
      break
    case 3:
      items[at] = { tag: randomTag(random), value: Uint8Array.from(item.value) }
      break
    case 4:
      items[at] = { ...replaced(randomTlvValue(random)), value: Uint8Array.from(randomTlvValue(random)) }
      break
    default: {
      const inner = isConstructed(item.tag)
        ? changeTlvs(item.value, random, depth + 1)
        : changedValue(item.value, random)
      items[at] = { tag: item.tag, value: Uint8Array.from(inner) }
    }
  }
  return concatBytes(items.map(({ tag, value }) => encodeTlv(tag, value)))
}

function changedValue(value: Uint8Array, random: SeededRandom): Uint8Array {
  const changed = Uint8Array.from(value)
  if (changed.length === 0 || random.chance(200)) return random.bytes(random.below(20))
  if (random.chance(200)) return changed.slice(0, random.below(changed.length))
  const at = random.below(changed.length)
  changed[at] = random.chance(500) ? random.below(256) : (changed[at] as number) ^ (1 << random.below(8))
  return changed
}
