import { toHex } from '../base/bytes.ts'
import { type Exposure, truncatePan } from '../base/exposure.ts'
import { describeSubfields } from './describe-subfields.ts'
import type { FieldValue, Message } from './message.ts'
import { valueToText } from './message-text.ts'
import { messageTypeName } from './message-types.ts'
import type { DataElementSpec, MessageSpec } from './spec.ts'

export interface DescribeOptions {
  readonly language: 'en' | 'zh'
  /** Shows every value in full. */
  readonly reveal: boolean
  /** Lines for field 55: its TLV objects, already masked unless `reveal`. */
  readonly describeChipData?: (bytes: Uint8Array, reveal: boolean) => readonly string[]
}

const INDENT = '       '

/** A message in lines for a person: names, values as their exposure allows, subfields. */
export function describeMessage(spec: MessageSpec, message: Message, options: DescribeOptions): string {
  const lines = [`${message.mti}  ${messageTypeName(message.mti, options.language)}`]
  for (const [key, value] of Object.entries(message.fields)) {
    const element = spec.elements[Number(key)]
    if (value === undefined || element === undefined) continue
    lines.push(...describeField(spec, Number(key), element, value, message.mti, options))
  }
  return lines.join('\n')
}

function describeField(
  spec: MessageSpec,
  bit: number,
  element: DataElementSpec,
  value: FieldValue,
  mti: string,
  options: DescribeOptions,
): readonly string[] {
  const name = options.language === 'zh' ? (element.nameZh ?? element.name) : element.name
  const shown = options.reveal ? valueToText(value) : maskField(element, value)
  const head = `F${String(bit).padEnd(4)} ${padWide(name, 42)} ${shown}`
  if (bit === 55 && options.describeChipData !== undefined) {
    const bytes = typeof value === 'string' ? undefined : value
    const lines = bytes === undefined ? [] : options.describeChipData(bytes, options.reveal)
    return [head, ...lines.map((line) => INDENT + line)]
  }
  if (spec.bits !== 64) return [head]
  const subfields = describeSubfields(bit, value, mti, options.reveal)
  return [
    head,
    ...subfields.map(([place, title, text]) => `${INDENT}${place.padEnd(6)} ${padWide(title, 42)} ${text}`),
  ]
}

/** What may be shown of a value. Text that may not be shown gives its size only. */
export function maskField(element: DataElementSpec, value: FieldValue): string {
  return maskAs(element.exposure, value)
}

function maskAs(exposure: Exposure, value: FieldValue): string {
  if (exposure === 'truncatedPan' && typeof value === 'string') return truncatePan(value)
  if (exposure === 'clear') return typeof value === 'string' ? valueToText(value) : toHex(value)
  return typeof value === 'string' ? `<${value.length} characters>` : `<${value.length} bytes>`
}

/** Pads by columns: a Chinese character takes two. */
function padWide(text: string, columns: number): string {
  let width = 0
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1
  return text + ' '.repeat(Math.max(0, columns - width))
}
