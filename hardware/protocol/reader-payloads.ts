import { concatBytes } from '../../src/base/bytes.ts'
import { PayloadReader } from './payload-reader.ts'
import { sized, sizedText, uint } from './payload-writer.ts'

/** Payload of ARM. Source: docs/peripheral-link.md 6.1. */
export interface ArmRequest {
  readonly chip: boolean
  readonly stripe: boolean
  /** Bits of `TECHNOLOGY` that the field looks for; 0 or left out: the field stays off. */
  readonly technologies?: number
  /** The reader disarms itself then, in case the terminal is gone; 0: never. */
  readonly timeoutMs: number
}

/** Payload of the CARD event. Source: docs/peripheral-link.md 6.2. */
export type CardEvent =
  | { readonly kind: 'chip'; readonly atr: Uint8Array }
  | { readonly kind: 'chipUnreadable' }
  /** Printable characters without sentinels and LRC; undefined: the track could not be read. */
  | {
      readonly kind: 'stripe'
      readonly track1: string | undefined
      readonly track2: string | undefined
      readonly track3: string | undefined
    }
  | { readonly kind: 'stripeUnreadable' }
  /** A card in the field, activated. `answer`: answer to select (type A) or to ATTRIB (type B). */
  | { readonly kind: 'contactless'; readonly technology: Technology; readonly answer: Uint8Array }
  /** More than one card is in the field: none was activated. */
  | { readonly kind: 'contactlessCollision' }
  /** Something is in the field, but it is no payment card or went before it answered. */
  | { readonly kind: 'contactlessUnreadable' }

/** Source: ISO/IEC 14443-3; EMV Contactless Book D, 5. */
export type Technology = 'A' | 'B'
export const TECHNOLOGY: Readonly<Record<Technology, number>> = { A: 0x01, B: 0x02 }

/** Payload of SIGNAL. Source: docs/peripheral-link.md 6.7; EMV Contactless Book A, 9 (user interface). */
export interface ReaderSignal {
  /** Four lights from the left, bit 0 the first. */
  readonly lights: number
  readonly beep: 'none' | 'success' | 'alert'
  /** The lights go out then, 1 to 65535; 0: they stay until they are told otherwise. */
  readonly durationMs: number
}

const ACCEPT = { chip: 0x01, stripe: 0x02, contactless: 0x04 }
const SOURCE = {
  chip: 1,
  chipUnreadable: 2,
  stripe: 3,
  stripeUnreadable: 4,
  contactless: 5,
  contactlessCollision: 6,
  contactlessUnreadable: 7,
}
const BEEPS = ['none', 'success', 'alert'] as const
const LIGHTS_MAX = 0x0f
/** In place of the size of a track that could not be read. */
const UNREADABLE = 0xff

export function encodeArm({ chip, stripe, technologies = 0, timeoutMs }: ArmRequest): Uint8Array {
  const contactless = technologies === 0 ? 0 : ACCEPT.contactless
  const accept = (chip ? ACCEPT.chip : 0) | (stripe ? ACCEPT.stripe : 0) | contactless
  // A reader without a contactless side gets what it always got.
  const field = technologies === 0 ? [] : [uint(technologies, 1)]
  return concatBytes([uint(accept, 1), uint(timeoutMs, 4), ...field])
}

export function decodeArm(payload: Uint8Array): ArmRequest | undefined {
  const reader = new PayloadReader(payload)
  const accept = reader.u8()
  const timeoutMs = reader.u32()
  const isContactless = (accept & ACCEPT.contactless) !== 0
  const technologies = isContactless ? reader.u8() : 0
  if (!reader.isComplete || accept < 1 || accept > 7) return undefined
  if (isContactless && (technologies < 1 || technologies > 3)) return undefined
  const chip = (accept & ACCEPT.chip) !== 0
  const stripe = (accept & ACCEPT.stripe) !== 0
  return isContactless ? { chip, stripe, technologies, timeoutMs } : { chip, stripe, timeoutMs }
}

export function encodeSignal({ lights, beep, durationMs }: ReaderSignal): Uint8Array {
  return concatBytes([uint(lights, 1), uint(BEEPS.indexOf(beep), 1), uint(durationMs, 2)])
}

/** Undefined when the payload is no signal. */
export function decodeSignal(payload: Uint8Array): ReaderSignal | undefined {
  const reader = new PayloadReader(payload)
  const lights = reader.u8()
  const beep = BEEPS[reader.u8()]
  const durationMs = reader.u16()
  if (!reader.isComplete || beep === undefined || lights > LIGHTS_MAX) return undefined
  return { lights, beep, durationMs }
}

export function encodeCardEvent(event: CardEvent): Uint8Array {
  const source = uint(SOURCE[event.kind], 1)
  switch (event.kind) {
    case 'chip':
      return concatBytes([source, sized(event.atr)])
    case 'stripe':
      return concatBytes([source, track(event.track1), track(event.track2), track(event.track3)])
    case 'contactless':
      return concatBytes([source, uint(TECHNOLOGY[event.technology], 1), sized(event.answer)])
    default:
      return source
  }
}

function track(text: string | undefined): Uint8Array {
  return text === undefined ? uint(UNREADABLE, 1) : sizedText(text)
}

/** Undefined when the payload is no card event. */
export function decodeCardEvent(payload: Uint8Array): CardEvent | undefined {
  const reader = new PayloadReader(payload)
  const event = readCardEvent(reader)
  return reader.isComplete ? event : undefined
}

function readCardEvent(reader: PayloadReader): CardEvent | undefined {
  switch (reader.u8()) {
    case SOURCE.chip:
      return { kind: 'chip', atr: reader.sized() }
    case SOURCE.chipUnreadable:
      return { kind: 'chipUnreadable' }
    case SOURCE.stripe:
      return {
        kind: 'stripe',
        track1: readTrack(reader),
        track2: readTrack(reader),
        track3: readTrack(reader),
      }
    case SOURCE.stripeUnreadable:
      return { kind: 'stripeUnreadable' }
    case SOURCE.contactless:
      return readContactless(reader)
    case SOURCE.contactlessCollision:
      return { kind: 'contactlessCollision' }
    case SOURCE.contactlessUnreadable:
      return { kind: 'contactlessUnreadable' }
    default:
      return undefined
  }
}

function readContactless(reader: PayloadReader): CardEvent | undefined {
  const code = reader.u8()
  const technology = (['A', 'B'] as const).find((each) => TECHNOLOGY[each] === code)
  const answer = reader.sized()
  return technology === undefined ? undefined : { kind: 'contactless', technology, answer }
}

function readTrack(reader: PayloadReader): string | undefined {
  const size = reader.u8()
  if (size === UNREADABLE) return undefined
  let text = ''
  for (const byte of reader.bytes(size)) text += String.fromCharCode(byte)
  return text
}
