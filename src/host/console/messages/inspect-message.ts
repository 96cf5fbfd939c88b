import { toHex } from '../../../base/bytes.ts'
import type { MessageView } from '../../../iso8583/compile.ts'
import { maskField } from '../../../iso8583/describe.ts'
import { describeSubfields } from '../../../iso8583/describe-subfields.ts'
import type { FieldValue, Message } from '../../../iso8583/message.ts'
import { messageTypeName } from '../../../iso8583/message-types.ts'
import type { DataElementSpec, MessageSpec } from '../../../iso8583/spec.ts'
import { codecOf } from '../../core/dialects.ts'
import type { Dialect } from '../../core/records.ts'
import type { Inspected, MessagePart } from '../api-types/messages.ts'
import { inspectChipData } from './inspect-chip-data.ts'
import { maskBytes } from './mask-bytes.ts'

const VIEWS = new Map<Dialect, MessageView>()
const CHIP_DATA = 55

/**
 * A frame without its length: each byte and each part, masked as the spec says. `start`: first byte of the message, after
 * TPDU and header. Undefined when it is no message of the dialect: then nothing of it may be shown.
 */
export function inspectMessage(dialect: Dialect, frame: Uint8Array, start: number): Inspected | undefined {
  const codec = codecOf(dialect)
  const view = VIEWS.get(dialect) ?? codec.createView()
  VIEWS.set(dialect, view)
  const decoded = codec.decode(frame, start)
  if (!decoded.ok || !view.index(frame, start, frame.length)) return undefined
  const { mti, fields } = decoded.value
  const bytes = Array.from(frame, (byte) => toHex(Uint8Array.of(byte)))
  const head = headParts(codec.spec, frame, start, decoded.value)
  const fieldParts: MessagePart[] = []
  let end = head.at(-1)?.to ?? start
  for (const [key, value] of Object.entries(fields)) {
    const bit = Number(key)
    const element = codec.spec.elements[bit]
    const content = view.bytes(bit)
    if (value === undefined || element === undefined || content === undefined) continue
    const offset = view.offsetOf(bit)
    const from = end
    end = offset + content.length
    const place = {
      bit,
      mti,
      from,
      offset,
      end,
      digitCount: view.sizeOf(bit),
      isUnionPay: codec.spec.bits === 64,
    }
    fieldParts.push(fieldPart(place, element, value, content, bytes))
  }
  const parts = [...envelopeParts(frame, start), ...head, ...fieldParts]
  return { bytes, mti, type: { zh: messageTypeName(mti, 'zh'), en: messageTypeName(mti, 'en') }, parts }
}

interface FieldPlace {
  readonly bit: number
  readonly mti: string
  /** First byte of the length, or of the content. */
  readonly from: number
  readonly offset: number
  readonly end: number
  readonly digitCount: number
  readonly isUnionPay: boolean
}

function fieldPart(
  { bit, mti, from, offset, end, digitCount, isUnionPay }: FieldPlace,
  element: DataElementSpec,
  value: FieldValue,
  content: Uint8Array,
  bytes: string[],
): MessagePart {
  const chip = bit === CHIP_DATA && typeof value !== 'string' ? inspectChipData(content, offset) : undefined
  const masked = chip?.bytes ?? maskBytes(element.exposure, content, digitCount)
  for (const [index, pair] of masked.entries()) bytes[offset + index] = pair
  const children = chip?.parts ?? (isUnionPay ? subfieldParts(bit, value, mti) : [])
  return {
    place: `F${bit}`,
    name: { en: words(element.name), zh: element.nameZh ?? words(element.name) },
    value: maskField(element, value),
    from,
    to: end,
    children,
  }
}

/** `primaryAccountNumber` as a person writes it. */
function words(name: string): string {
  return name.replace(/[A-Z]+/g, (capitals) => ` ${capitals.length > 1 ? capitals : capitals.toLowerCase()}`)
}

/** Names of subfields stand in both languages with a stroke between. */
function subfieldParts(bit: number, value: FieldValue, mti: string): readonly MessagePart[] {
  return describeSubfields(bit, value, mti, false).map(([place, name, text]) => {
    const [en = name, zh = en] = name.split(' / ')
    return { place, name: { en, zh }, value: text, children: [] }
  })
}

const TPDU_SIZE = 5

function envelopeParts(frame: Uint8Array, start: number): readonly MessagePart[] {
  const part = (place: string, zh: string, en: string, from: number, to: number): MessagePart => ({
    place,
    name: { zh, en },
    value: toHex(frame.subarray(from, to)),
    from,
    to,
    children: [],
  })
  if (start === 0) return []
  const tpdu = part('TPDU', '传输协议数据单元', 'transport protocol data unit', 0, TPDU_SIZE)
  if (start === TPDU_SIZE) return [tpdu]
  return [tpdu, part('HEAD', '报文头', 'header', TPDU_SIZE, start)]
}

/** Message type and bitmap, the second one included. */
function headParts(
  { mti: mtiKind, bitmap }: MessageSpec,
  frame: Uint8Array,
  start: number,
  { mti, fields }: Message,
): readonly MessagePart[] {
  const split = start + (mtiKind === 'ascii' ? 4 : 2)
  const isHex = bitmap === 'hex'
  const first = frame[split] ?? 0
  const hasSecond = isHex ? first > '7'.charCodeAt(0) : (first & 0x80) !== 0
  const end = split + 8 * (isHex ? 2 : 1) * (hasSecond ? 2 : 1)
  const type = { zh: '消息类型', en: 'message type' }
  const bits = Object.keys(fields)
    .filter((bit) => fields[Number(bit)] !== undefined)
    .join(' ')
  return [
    { place: 'MTI', name: type, value: mti, from: start, to: split, children: [] },
    { place: 'BITMAP', name: { zh: '位图', en: 'bitmap' }, value: bits, from: split, to: end, children: [] },
  ]
}
