import { toHex } from '../../base/bytes.ts'
import { truncatePan } from '../../base/exposure.ts'
import { decodeTlvs } from '../../emv/ber-tlv.ts'
import { describeTlv } from '../../emv/describe-tlv.ts'
import { tagInfo } from '../../emv/tags.ts'
import { exposureOf } from './tag-exposure.ts'

/** Field 55 in lines: each object with its name, its value as it may be shown, and its bits. */
export function describeChipData(bytes: Uint8Array, reveal: boolean): readonly string[] {
  const decoded = decodeTlvs(bytes)
  if (!decoded.ok) return [`not BER-TLV: ${decoded.error.kind} at byte ${decoded.error.offset}`]
  return decoded.value.flatMap(({ tag, value }) => {
    const name = tagInfo(tag)?.name ?? 'unknown tag'
    const head = `${tag.padEnd(5)} ${name.padEnd(42)} ${reveal ? toHex(value) : masked(tag, value)}`
    const open = reveal || exposureOf(tag) === 'clear'
    return [head, ...(open ? describeTlv(tag, value).map((line) => `        ${line}`) : [])]
  })
}

function masked(tag: string, value: Uint8Array): string {
  const exposure = exposureOf(tag)
  if (exposure === 'clear') return toHex(value)
  if (exposure === 'never') return `<${value.length} bytes>`
  return truncatePan(toHex(value).replace(/F+$/, ''))
}
