import { toHex } from '../../../base/bytes.ts'
import { type Exposure, truncatePan } from '../../../base/exposure.ts'
import { decodeTree, type TlvNode } from '../../../emv/ber-tlv.ts'
import { describeTlv } from '../../../emv/describe-tlv.ts'
import { tagInfo } from '../../../emv/tags.ts'
import type { MessagePart } from '../api-types/messages.ts'
import { maskBytes } from './mask-bytes.ts'

export interface ChipDataParts {
  readonly parts: readonly MessagePart[]
  /** Two characters a byte, masked object by object. */
  readonly bytes: readonly string[]
}

/** Field 55 object by object, with the place of each in the frame; undefined when it is no BER-TLV. */
export function inspectChipData(content: Uint8Array, offset: number): ChipDataParts | undefined {
  const tree = decodeTree(content)
  if (!tree.ok) return undefined
  const bytes = Array.from(content, () => '••')
  const parts = walk(tree.value, content, { at: 0, offset, bytes })
  return { parts, bytes }
}

interface Place {
  at: number
  readonly offset: number
  readonly bytes: string[]
}

function walk(nodes: readonly TlvNode[], content: Uint8Array, place: Place): readonly MessagePart[] {
  return nodes.map((node) => {
    const from = place.at
    const head = node.tag.length / 2 + lengthSize(content[from + node.tag.length / 2] ?? 0)
    show(place.bytes, content, from, from + head)
    place.at += head
    if (node.children.length > 0) {
      const children = walk(node.children, content, place)
      place.at = from + head + node.value.length
      return partOf(node, '', { from, to: place.at, offset: place.offset }, children)
    }
    place.at += node.value.length
    const exposure = exposureOf(node)
    const masked = maskBytes(exposure, node.value, toHex(node.value).replace(/F+$/, '').length)
    for (const [index, pair] of masked.entries()) place.bytes[from + head + index] = pair
    const meaning = exposure === 'clear' ? meaningOf(node) : []
    return partOf(
      node,
      shownValue(exposure, node.value),
      { from, to: place.at, offset: place.offset },
      meaning,
    )
  })
}

/** A tag that nobody knows may hold anything. */
function exposureOf({ tag }: TlvNode): Exposure {
  return tagInfo(tag)?.exposure ?? 'never'
}

/** Size of a BER length by its first byte. Source: ISO 7816-4, 5.2.2.2. */
function lengthSize(first: number): number {
  return first < 0x80 ? 1 : 1 + (first & 0x7f)
}

function show(bytes: string[], content: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at++) bytes[at] = toHex(content.subarray(at, at + 1))
}

function partOf(
  { tag }: TlvNode,
  value: string,
  { from, to, offset }: { readonly from: number; readonly to: number; readonly offset: number },
  children: readonly MessagePart[],
): MessagePart {
  const info = tagInfo(tag)
  const name = { en: info?.name ?? 'unknown tag', zh: info?.nameZh ?? '未知标签' }
  return { place: tag, name, value, from: offset + from, to: offset + to, children }
}

function shownValue(exposure: Exposure, value: Uint8Array): string {
  if (exposure === 'clear') return toHex(value)
  if (exposure === 'truncatedPan') return truncatePan(toHex(value).replace(/F+$/, ''))
  return `<${value.length} bytes>`
}

/** Bits and parts of a value, a line each. */
function meaningOf({ tag, value }: TlvNode): readonly MessagePart[] {
  const zh = describeTlv(tag, value, 'zh')
  return describeTlv(tag, value, 'en').map((line, index) => {
    const [place = '', ...words] = line.split(' ')
    const [, ...zhWords] = (zh[index] ?? line).split(' ')
    return { place, name: { en: words.join(' '), zh: zhWords.join(' ') }, value: '', children: [] }
  })
}
