import { concatBytes } from '../../src/base/bytes.ts'
import { PayloadReader } from './payload-reader.ts'
import { sized, sizedText, uint } from './payload-writer.ts'

/** Payload of ARM. Source: docs/peripheral-link.md 6.1. */
export interface ArmRequest {
  readonly chip: boolean
  readonly stripe: boolean
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

const ACCEPT = { chip: 0x01, stripe: 0x02 }
const SOURCE = { chip: 1, chipUnreadable: 2, stripe: 3, stripeUnreadable: 4 }
/** In place of the size of a track that could not be read. */
const UNREADABLE = 0xff

export function encodeArm({ chip, stripe, timeoutMs }: ArmRequest): Uint8Array {
  const accept = (chip ? ACCEPT.chip : 0) | (stripe ? ACCEPT.stripe : 0)
  return concatBytes([uint(accept, 1), uint(timeoutMs, 4)])
}

export function decodeArm(payload: Uint8Array): ArmRequest | undefined {
  const reader = new PayloadReader(payload)
  const accept = reader.u8()
  const timeoutMs = reader.u32()
  if (!reader.isComplete || accept < 1 || accept > 3) return undefined
  return { chip: (accept & ACCEPT.chip) !== 0, stripe: (accept & ACCEPT.stripe) !== 0, timeoutMs }
}

export function encodeCardEvent(event: CardEvent): Uint8Array {
  const source = uint(SOURCE[event.kind], 1)
  switch (event.kind) {
    case 'chip':
      return concatBytes([source, sized(event.atr)])
    case 'stripe':
      return concatBytes([source, track(event.track1), track(event.track2), track(event.track3)])
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
    default:
      return undefined
  }
}

function readTrack(reader: PayloadReader): string | undefined {
  const size = reader.u8()
  if (size === UNREADABLE) return undefined
  let text = ''
  for (const byte of reader.bytes(size)) text += String.fromCharCode(byte)
  return text
}
