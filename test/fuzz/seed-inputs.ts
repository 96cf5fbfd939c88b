import { fromHex, isHex } from '../../src/base/bytes.ts'
import { decodeTlvs } from '../../src/emv/ber-tlv.ts'
import { publicVectors } from '../vectors/vectors.ts'
import { GOOD_FIELDS } from './dialects.ts'

const SIZE_MAX = 700

/** All texts of the public vectors, however deep they stand. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

const texts: readonly string[] = [
  ...new Set(publicVectors.flatMap((vector) => textsOf([vector.inputs, vector.expected]))),
]

/** Every hexadecimal text of the public vectors, as bytes. */
export function publicBytes(): readonly Uint8Array[] {
  return texts
    .filter((text) => text.length >= 4 && text.length <= SIZE_MAX * 2 && isHex(text))
    .map((text) => fromHex(text))
}

/** What among them is BER-TLV. */
export function chipObjects(): readonly Uint8Array[] {
  const field55 = GOOD_FIELDS[55]
  const own = field55 instanceof Uint8Array ? [field55] : []
  return [...own, ...publicBytes().filter((bytes) => bytes.length > 8 && decodeTlvs(bytes).ok)].slice(0, 60)
}
