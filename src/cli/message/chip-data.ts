import { toHex } from '../../base/bytes.ts'
import { type Exposure, truncatePan } from '../../base/exposure.ts'
import { decodeTree, type TlvNode } from '../../emv/ber-tlv.ts'
import { describeTlv } from '../../emv/describe-tlv.ts'
import { tagInfo } from '../../emv/tags.ts'

/** Field 55 in lines: each object with its name, its value as it may be shown, and its bits; templates object by object. */
export function describeChipData(bytes: Uint8Array, reveal: boolean): readonly string[] {
  const decoded = decodeTree(bytes)
  if (!decoded.ok) return [`not BER-TLV: ${decoded.error.kind} at byte ${decoded.error.offset}`]
  return decoded.value.flatMap((node) => describeNode(node, reveal))
}

function describeNode({ tag, value, children }: TlvNode, reveal: boolean): readonly string[] {
  const info = tagInfo(tag)
  // What is in a template is shown below, each object by its own rule; a tag that nobody knows may hold anything.
  const exposure = children.length > 0 ? 'never' : (info?.exposure ?? 'never')
  const name = info?.name ?? 'unknown tag'
  const head = `${tag.padEnd(5)} ${name.padEnd(42)} ${reveal ? toHex(value) : masked(exposure, value)}`
  const isOpen = reveal || exposure === 'clear'
  return [
    head,
    ...(isOpen ? describeTlv(tag, value).map((line) => `        ${line}`) : []),
    ...children.flatMap((child) => describeNode(child, reveal)).map((line) => `  ${line}`),
  ]
}

function masked(exposure: Exposure, value: Uint8Array): string {
  if (exposure === 'clear') return toHex(value)
  if (exposure === 'never') return `<${value.length} bytes>`
  return truncatePan(toHex(value).replace(/F+$/, ''))
}
