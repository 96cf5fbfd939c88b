import { concatBytes, fromHex, toHex } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'
import { err, ok, type Result } from '../base/result.ts'

export interface Tlv {
  /** Upper-case hexadecimal, 1 to 4 bytes. */
  readonly tag: string
  /** A view into the decoded bytes. */
  readonly value: Uint8Array
}

/** `children`: empty for a primitive object. */
export interface TlvNode extends Tlv {
  readonly children: readonly TlvNode[]
}

/** Why bytes are no BER-TLV. `offset`: of the object's first byte in the outermost data. */
export type TlvError =
  /** The data end inside a tag, a length or a value. */
  | { readonly kind: 'truncated'; readonly offset: number }
  /** A tag of more than 4 bytes. */
  | { readonly kind: 'tagTooLong'; readonly offset: number }
  /** A length of more than 3 bytes, or the indefinite form. */
  | { readonly kind: 'badLength'; readonly offset: number }
  /** Templates nested deeper than `TLV_DEPTH_MAX`. */
  | { readonly kind: 'tooDeep'; readonly offset: number }

export const TLV_DEPTH_MAX = 16
const TAG_SIZE_MAX = 4
const LENGTH_SIZE_MAX = 3

/**
 * The objects of one level, in order. Bytes 00 and FF between objects are padding; FF80 and FF81 begin a
 * three-byte tag, since acquirers use such tags for parameters.
 *
 * Source: EMV Book 3, annex B; ISO/IEC 7816-4, 5.2.2.
 */
export function decodeTlvs(bytes: Uint8Array): Result<readonly Tlv[], TlvError> {
  return decodeLevel(bytes, 0)
}

/**
 * As much as can be read of a dump that may be cut: its objects, the last one with the bytes that are there, and what
 * is wrong. For people who look at data; software that acts on data takes `decodeTlvs`.
 */
export function salvageTlvs(bytes: Uint8Array): {
  readonly items: readonly Tlv[]
  readonly error: TlvError | undefined
} {
  const items: Tlv[] = []
  for (let at = skipPadding(bytes, 0); at < bytes.length; at = skipPadding(bytes, at)) {
    const item = decodeObject(bytes, at)
    if (typeof item !== 'string') {
      items.push({ tag: item.tag, value: item.value })
      at = item.end
      continue
    }
    const cut = item === 'truncated' ? cutObject(bytes, at) : undefined
    if (cut !== undefined) items.push(cut)
    return { items, error: { kind: item, offset: at } }
  }
  return { items, error: undefined }
}

/** What is there of an object whose value is cut; undefined when already its tag or length is. */
function cutObject(bytes: Uint8Array, start: number): Tlv | undefined {
  const tagEnd = endOfTag(bytes, start)
  const first = typeof tagEnd === 'number' ? bytes[tagEnd] : undefined
  if (typeof tagEnd !== 'number' || first === undefined) return undefined
  const valueAt = tagEnd + 1 + (first < 0x80 ? 0 : first & 0x7f)
  if (valueAt > bytes.length) return undefined
  return { tag: toHex(bytes.subarray(start, tagEnd)), value: bytes.subarray(valueAt) }
}

/** The objects with those inside templates, to a depth of `TLV_DEPTH_MAX`. */
export function decodeTree(bytes: Uint8Array): Result<readonly TlvNode[], TlvError> {
  return decodeNodes(bytes, 0, 1)
}

function decodeNodes(bytes: Uint8Array, base: number, depth: number): Result<readonly TlvNode[], TlvError> {
  if (depth > TLV_DEPTH_MAX) return err({ kind: 'tooDeep', offset: base })
  const level = decodeLevel(bytes, base)
  if (!level.ok) return level
  const nodes: TlvNode[] = []
  for (const { tag, value } of level.value) {
    const inner = isConstructed(tag)
      ? decodeNodes(value, base + value.byteOffset - bytes.byteOffset, depth + 1)
      : ok([])
    if (!inner.ok) return inner
    nodes.push({ tag, value, children: inner.value })
  }
  return ok(nodes)
}

function decodeLevel(bytes: Uint8Array, base: number): Result<readonly Tlv[], TlvError> {
  const items: Tlv[] = []
  for (let at = skipPadding(bytes, 0); at < bytes.length; at = skipPadding(bytes, at)) {
    const item = decodeObject(bytes, at)
    if (typeof item === 'string') return err({ kind: item, offset: base + at })
    items.push({ tag: item.tag, value: item.value })
    at = item.end
  }
  return ok(items)
}

function skipPadding(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && isPadding(bytes, at)) at++
  return at
}

function isPadding(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === 0) return true
  return bytes[at] === 0xff && bytes[at + 1] !== 0x80 && bytes[at + 1] !== 0x81
}

function decodeObject(
  bytes: Uint8Array,
  start: number,
): (Tlv & { readonly end: number }) | 'truncated' | 'tagTooLong' | 'badLength' {
  const tagEnd = endOfTag(bytes, start)
  if (typeof tagEnd === 'string') return tagEnd
  const first = bytes[tagEnd]
  if (first === undefined) return 'truncated'
  const lengthSize = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || lengthSize > LENGTH_SIZE_MAX) return 'badLength'
  const valueAt = tagEnd + 1 + lengthSize
  if (valueAt > bytes.length) return 'truncated'
  let size = lengthSize === 0 ? first : 0
  for (let index = tagEnd + 1; index < valueAt; index++) size = size * 256 + (bytes[index] ?? 0)
  const end = valueAt + size
  if (end > bytes.length) return 'truncated'
  return { tag: tagText(bytes, start, tagEnd), value: bytes.subarray(valueAt, end), end }
}

/** Texts of tags of one and two bytes, by their number: nearly all there are, and each comes again and again. */
const SHORT_TAGS = new Array<string | undefined>(256 + 65_536)

function tagText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 2) return toHex(bytes.subarray(start, end))
  const first = bytes[start] as number
  const number = end - start === 1 ? first : 256 + ((first << 8) | (bytes[start + 1] as number))
  const known = SHORT_TAGS[number]
  if (known !== undefined) return known
  const text = toHex(bytes.subarray(start, end))
  SHORT_TAGS[number] = text
  return text
}

function endOfTag(bytes: Uint8Array, start: number): number | 'truncated' | 'tagTooLong' {
  if (((bytes[start] ?? 0) & 0x1f) !== 0x1f) return start + 1
  for (let at = start + 1; at < start + TAG_SIZE_MAX; at++) {
    const byte = bytes[at]
    if (byte === undefined) return 'truncated'
    if ((byte & 0x80) === 0) return at + 1
  }
  return 'tagTooLong'
}

/** Whether the value of `tag` holds objects. Source: ISO/IEC 8825-1, 8.1.2.5. */
export function isConstructed(tag: string): boolean {
  return (Number.parseInt(tag.slice(0, 2), 16) & 0x20) !== 0
}

/** One object. `tag`: a well-formed tag in hexadecimal; `value`: at most 16 777 215 bytes. */
export function encodeTlv(tag: string, value: Uint8Array): Uint8Array {
  const tagBytes = fromHex(tag)
  invariant(tagBytes.length > 0 && endOfTag(tagBytes, 0) === tagBytes.length, `tag ${tag} is not well-formed`)
  return concatBytes([tagBytes, encodeLength(value.length), value])
}

function encodeLength(size: number): Uint8Array {
  invariant(size <= 0xff_ffff, `value of ${size} bytes`)
  if (size < 0x80) return Uint8Array.of(size)
  if (size <= 0xff) return Uint8Array.of(0x81, size)
  if (size <= 0xffff) return Uint8Array.of(0x82, size >> 8, size & 0xff)
  return Uint8Array.of(0x83, size >> 16, (size >> 8) & 0xff, size & 0xff)
}

export function encodeTlvs(items: readonly (readonly [tag: string, value: Uint8Array])[]): Uint8Array {
  return concatBytes(items.map(([tag, value]) => encodeTlv(tag, value)))
}

/**
 * The value of the first object with `tag`, templates searched depth first; undefined when there is none.
 * What is malformed holds nothing.
 */
export function findTlv(source: Uint8Array | readonly Tlv[], tag: string): Uint8Array | undefined {
  return findWithin(source, tag, 1)
}

function findWithin(source: Uint8Array | readonly Tlv[], tag: string, depth: number): Uint8Array | undefined {
  if (depth > TLV_DEPTH_MAX) return undefined
  const level = source instanceof Uint8Array ? decodeLevel(source, 0) : ok(source)
  if (!level.ok) return undefined
  for (const item of level.value) {
    if (item.tag === tag) return item.value
    const inner = isConstructed(item.tag) ? findWithin(item.value, tag, depth + 1) : undefined
    if (inner !== undefined) return inner
  }
  return undefined
}
