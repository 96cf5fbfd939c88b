import { asciiToBytes, bytesToAscii, equalBytes } from '../base/bytes.ts'
import type { Codec } from '../iso8583/compile.ts'
import { F } from '../iso8583/field.ts'
import type { Fields, FieldValue, Message } from '../iso8583/message.ts'
import type { Attribute, DataElementSpec } from '../iso8583/spec.ts'
import {
  formatBatchDetails,
  parseBatchDetails,
  parseSettlementTotals,
} from '../iso8583/subfields/field-48.ts'
import { formatField59, parseField59 } from '../iso8583/subfields/field-59.ts'
import { parseTerminalSerial } from '../iso8583/subfields/field-62.ts'
import { parseTip } from '../iso8583/subfields/tip-amount.ts'
import { maskTlvs } from './mask-tlv.ts'
import { maskTrack1, maskTrack2, maskTrack3 } from './mask-track.ts'
import { isPan, type TestCards } from './test-cards.ts'

/** Clear digits of a track that stands encrypted in a message of terminal `tid`; undefined when nobody here knows. */
export type TrackReader = (tid: string, encrypted: string) => string | undefined

export interface MaskedMessage {
  /** From the message type to the last field. */
  readonly bytes: Uint8Array
  readonly message: Message
  /** What was replaced: `2`, `55.9F26`. */
  readonly masked: readonly string[]
  /** Whether the message stood on the line as the codec would have written it. */
  readonly isCanonical: boolean
}

interface Context {
  readonly mti: string
  readonly fields: Fields
  readonly masked: string[]
}

type FieldMask = (value: FieldValue, element: DataElementSpec, context: Context) => FieldValue

const MERCHANT_NUMBERS: readonly number[] = [
  F.cardAcceptorTerminalIdentification,
  F.cardAcceptorIdentificationCode,
]

/**
 * Masks ISO 8583 messages. A field that may be shown stays; one that may not becomes zeros of its size, unless a rule
 * here keeps something of it. So a new field is masked without anybody thinking of it.
 */
export class MessageMask {
  readonly #cards: TestCards
  readonly #clearTrack: TrackReader
  readonly #rules: { readonly [bit: number]: FieldMask } = {
    2: (value, element) =>
      typeof value === 'string' && isPan(value) ? this.#cards.panFor(value) : filled(value, element),
    14: (value, element) =>
      typeof value === 'string' && /^\d{4}$/.test(value)
        ? this.#cards.expiryFor(value)
        : filled(value, element),
    35: (value, element, context) => this.#track(value, element, context, maskTrack2),
    36: (value, element, context) => this.#track(value, element, context, maskTrack3),
    45: (value, element) =>
      typeof value === 'string' ? maskTrack1(this.#cards, value) : filled(value, element),
    48: (value, element, context) => this.#field48(value, element, context),
    55: (value, element, context) => this.#chipData(value, element, context),
    59: (value, element) => field59(value, element),
    62: (value, element, context) => field62(value, element, context),
    64: filled,
    128: filled,
  }

  constructor(cards: TestCards, clearTrack: TrackReader) {
    this.#cards = cards
    this.#clearTrack = clearTrack
  }

  /** Undefined when the bytes are no message of the dialect. */
  mask(codec: Codec, bytes: Uint8Array): MaskedMessage | undefined {
    const decoded = codec.decode(bytes)
    if (!decoded.ok) return undefined
    const { mti, fields } = decoded.value
    const again = codec.encode(decoded.value)
    const masked: string[] = []
    const context = { mti, fields, masked }
    const safe: Fields = {}
    for (const [key, value] of Object.entries(fields)) {
      const bit = Number(key)
      const element = codec.spec.elements[bit]
      if (value === undefined || element === undefined) continue
      safe[bit] = this.#maskField(bit, value, element, context)
    }
    const message = { mti, fields: safe }
    const encoded = codec.encode(message)
    if (!encoded.ok) return undefined
    return {
      bytes: encoded.value,
      message,
      masked,
      isCanonical: again.ok && equalBytes(again.value, bytes),
    }
  }

  #maskField(bit: number, value: FieldValue, element: DataElementSpec, context: Context): FieldValue {
    const rule = this.#rules[bit]
    const before = context.masked.length
    const masked = rule === undefined ? this.#byExposure(bit, value, element) : rule(value, element, context)
    if (!isSame(masked, value) && context.masked.length === before) context.masked.push(String(bit))
    return masked
  }

  #byExposure(bit: number, value: FieldValue, element: DataElementSpec): FieldValue {
    if (element.exposure !== 'clear') return filled(value, element)
    if (typeof value !== 'string' || element.attribute !== 'ans') return value
    return MERCHANT_NUMBERS.includes(bit) ? value : this.#cards.scrub(value)
  }

  /** An encrypted track becomes the clear track of the test card: a replay encrypts it under its own key. */
  #track(
    value: FieldValue,
    element: DataElementSpec,
    { fields }: Context,
    mask: typeof maskTrack2,
  ): FieldValue {
    if (typeof value !== 'string') return filled(value, element)
    const isEncrypted = String(fields[F.securityRelatedControlInformation] ?? '').charAt(2) === '1'
    const tid = String(fields[F.cardAcceptorTerminalIdentification] ?? '')
    const clear = isEncrypted ? this.#clearTrack(tid, value) : value
    return clear === undefined ? filled(value, element) : mask(this.#cards, clear)
  }

  #field48(value: FieldValue, element: DataElementSpec, { fields }: Context): FieldValue {
    if (typeof value !== 'string' || fields[F.customData] === undefined) return filled(value, element)
    if (parseSettlementTotals(value).ok || /^\d{1,4}$/.test(value) || parseTip(value) !== undefined)
      return value
    const details = parseBatchDetails(value)
    if (!details.ok) return filled(value, element)
    return formatBatchDetails(
      details.value.map((each) => ({
        ...each,
        pan: isPan(each.pan) ? this.#cards.panFor(each.pan) : each.pan.replace(/\d/g, '0'),
      })),
    )
  }

  #chipData(value: FieldValue, element: DataElementSpec, { masked }: Context): FieldValue {
    const bytes = typeof value === 'string' ? asciiToBytes(value) : new Uint8Array(value)
    const tags: string[] = []
    if (!maskTlvs(this.#cards, bytes, (tag) => tags.push(`55.${tag}`))) return filled(value, element)
    masked.push(...tags)
    return typeof value === 'string' ? bytesToAscii(bytes) : bytes
  }
}

/** Objects keep their tags and sizes. */
function field59(value: FieldValue, element: DataElementSpec): FieldValue {
  if (typeof value !== 'string') return filled(value, element)
  for (const digits of [3, 2] as const) {
    const parsed = parseField59(value, digits)
    if (!parsed.ok) continue
    const items = parsed.value.map(({ tag, value: text }) => ({ tag, value: '0'.repeat(text.length) }))
    return formatField59(items, digits)
  }
  return filled(value, element)
}

/** A terminal's serial number, the place in a list that it downloads, and the amounts of an uploaded chip record, are no card data; keys are all else. */
function field62(value: FieldValue, element: DataElementSpec, { mti }: Context): FieldValue {
  const bytes = typeof value === 'string' ? asciiToBytes(value) : value
  if (mti === '0800' && (parseTerminalSerial(bytes).ok || isListPlace(bytes))) return value
  const isUpload = mti.startsWith('03') && /^[67]1\d{19,21}$/.test(bytesToAscii(bytes))
  return isUpload ? value : filled(value, element)
}

/** Three digits: which entry comes next, or how many are there. Source: unionpay-pos, 5.3. */
function isListPlace(bytes: Uint8Array): boolean {
  return /^\d{3}$/.test(bytesToAscii(bytes))
}

function isSame(left: FieldValue, right: FieldValue): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right
  return equalBytes(left, right)
}

const FILLERS: Readonly<Record<Exclude<Attribute, 'b' | 'xn'>, string>> = {
  n: '0',
  a: 'A',
  an: '0',
  ans: '0',
  z: '0',
}

/** As many zeros, of the kind that the field may hold. */
function filled(value: FieldValue, { attribute }: DataElementSpec): FieldValue {
  if (typeof value !== 'string') return new Uint8Array(value.length)
  if (attribute === 'xn') return `C${'0'.repeat(Math.max(0, value.length - 1))}`
  return (attribute === 'b' ? '0' : FILLERS[attribute]).repeat(value.length)
}
