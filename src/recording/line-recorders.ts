import {
  encodeFrame,
  FRAME_OVERHEAD,
  FROM_DEVICE,
  LinkDecoder,
  type LinkFrame,
} from '../../hardware/protocol/link-frame.ts'
import { concatBytes, toHex } from '../base/bytes.ts'
import type { Codec } from '../iso8583/compile.ts'
import { type EnvelopeKind, parseEnvelope } from '../iso8583/framing/envelope.ts'
import { type LengthPrefix, lengthPrefixBytes } from '../iso8583/framing/length-prefix.ts'
import { type StreamItem, StreamSplitter } from '../iso8583/framing/stream-splitter.ts'
import { readLinkFrame } from './link-reading.ts'
import type { LinkMask } from './mask-link.ts'
import type { MessageMask } from './mask-message.ts'
import { arePrinterStatus, PrinterMask } from './mask-printer.ts'
import { readMessage } from './reading.ts'
import type { Reading } from './recording-entry.ts'
import type { TestCards } from './test-cards.ts'

/** The end that gets the bytes. */
export type Towards = 'terminal' | 'host' | 'device'

/** What a line recorder makes of bytes. All of it is masked. */
export type LineItem =
  | {
      readonly kind: 'frame' | 'bytes'
      readonly to: Towards
      readonly hex: string
      readonly reading: Reading
      readonly masked?: readonly string[]
      readonly canonical?: false
    }
  | { readonly kind: 'size'; readonly to: Towards; readonly size: number; readonly reason: string }

/** Turns the bytes of one line into what may be recorded of them. */
export interface LineRecorder {
  bytes(to: Towards, bytes: Uint8Array): readonly LineItem[]
  /** The line has ended: what is still held. */
  end(): readonly LineItem[]
}

/** Longest frame that is waited for. */
const FRAME_SIZE_MAX = 65_535

export interface HostLineOptions {
  readonly prefix: LengthPrefix
  readonly envelope: EnvelopeKind
  readonly codecOf: (frame: Uint8Array) => Codec
  readonly messages: MessageMask
  readonly cards: TestCards
  /** Before a message is masked: terminal number of a request. */
  readonly heard: (tid: string) => void
}

/** The line to the host: one item a message. */
export class HostLineRecorder implements LineRecorder {
  readonly #options: HostLineOptions
  readonly #splitters: { readonly [to in 'terminal' | 'host']: StreamSplitter }

  constructor(options: HostLineOptions) {
    this.#options = options
    const splitter = () => new StreamSplitter({ prefix: options.prefix, frameSizeMax: FRAME_SIZE_MAX })
    this.#splitters = { terminal: splitter(), host: splitter() }
  }

  bytes(to: Towards, bytes: Uint8Array): readonly LineItem[] {
    const splitter = this.#splitters[to === 'host' ? 'host' : 'terminal']
    const items = splitter.push(bytes)
    // After a length that is none the splitter is silent: every further chunk is one more size.
    if (items.length === 0 && splitter.pendingSize === 0) return [sizeOf(to, bytes.length, 'no frame')]
    return items.map((item) => this.#item(to, item, bytes.length))
  }

  end(): readonly LineItem[] {
    return (['host', 'terminal'] as const).flatMap((to) => {
      const { pendingSize } = this.#splitters[to]
      return pendingSize === 0 ? [] : [sizeOf(to, pendingSize, 'the line ended inside a frame')]
    })
  }

  #item(to: Towards, item: StreamItem, chunkSize: number): LineItem {
    if (item.kind !== 'frame') return sizeOf(to, chunkSize, item.kind)
    const { frame } = item
    const masked = frame.length === 0 ? keepAlive(this.#options.prefix, to) : this.#mask(to, frame)
    return masked ?? sizeOf(to, frame.length, 'no message of this dialect')
  }

  #mask(to: Towards, frame: Uint8Array): LineItem | undefined {
    const { envelope: kind, prefix, codecOf, messages, cards, heard } = this.#options
    const parsed = parseEnvelope(frame, kind)
    if (parsed === undefined) return undefined
    const codec = codecOf(frame)
    const message = frame.subarray(parsed.start)
    const decoded = codec.decode(message)
    if (decoded.ok && to === 'host') heard(String(decoded.value.fields[41] ?? ''))
    const masked = decoded.ok ? messages.mask(codec, message) : undefined
    if (masked === undefined) return undefined
    const body = concatBytes([frame.subarray(0, parsed.start), masked.bytes])
    if (cards.isLeakedIn(body)) return undefined
    return {
      kind: 'frame',
      to,
      hex: toHex(concatBytes([lengthPrefixBytes(prefix, body.length), body])),
      reading: readMessage(parsed.envelope, masked.message),
      masked: masked.masked,
      ...(masked.isCanonical ? {} : { canonical: false }),
    }
  }
}

function keepAlive(prefix: LengthPrefix, to: Towards): LineItem {
  return { kind: 'frame', to, hex: toHex(lengthPrefixBytes(prefix, 0)), reading: {} }
}

function sizeOf(to: Towards, size: number, reason: string): LineItem {
  return { kind: 'size', to, size, reason }
}

/** A line of the peripheral link: one item a frame. */
export class LinkLineRecorder implements LineRecorder {
  readonly #mask: LinkMask
  readonly #cards: TestCards
  readonly #decoders = { terminal: new LinkDecoder(), device: new LinkDecoder() }

  constructor(mask: LinkMask, cards: TestCards) {
    this.#mask = mask
    this.#cards = cards
  }

  bytes(to: Towards, bytes: Uint8Array): readonly LineItem[] {
    const items = this.#decoders[to === 'device' ? 'device' : 'terminal'].push(bytes)
    return items.map((item) => {
      if (item.kind === 'noise') return sizeOf(to, item.byteCount, 'no frame')
      if (item.kind === 'badCheck') return sizeOf(to, 1, 'a frame with a wrong CRC begins')
      return this.#frame(to, item.frame)
    })
  }

  #frame(to: Towards, frame: LinkFrame): LineItem {
    const isRightWay = ((frame.address & FROM_DEVICE) !== 0) === (to === 'terminal')
    const masked = isRightWay ? this.#mask.mask(frame) : undefined
    const bytes = masked && encodeFrame(masked)
    if (masked === undefined || bytes === undefined || this.#cards.isLeakedIn(bytes))
      return sizeOf(to, FRAME_OVERHEAD + frame.payload.length, 'a payload that is not known')
    return { kind: 'frame', to, hex: toHex(bytes), reading: readLinkFrame(masked) }
  }

  end(): readonly LineItem[] {
    for (const decoder of Object.values(this.#decoders)) decoder.reset()
    return []
  }
}

/** The printer's line: one item a chunk. */
export class PrinterLineRecorder implements LineRecorder {
  readonly #mask: PrinterMask
  readonly #cards: TestCards

  constructor(cards: TestCards) {
    this.#mask = new PrinterMask(cards)
    this.#cards = cards
  }

  bytes(to: Towards, bytes: Uint8Array): readonly LineItem[] {
    if (to === 'device') return this.#toPrinter(this.#mask.push(bytes))
    if (!arePrinterStatus(bytes)) return [sizeOf(to, bytes.length, 'no status of a printer')]
    return [{ kind: 'bytes', to, hex: toHex(bytes), reading: {} }]
  }

  end(): readonly LineItem[] {
    return this.#toPrinter(this.#mask.flush())
  }

  #toPrinter(bytes: Uint8Array): readonly LineItem[] {
    if (bytes.length === 0) return []
    if (this.#cards.isLeakedIn(bytes)) return [sizeOf('device', bytes.length, 'a card number')]
    return [{ kind: 'bytes', to: 'device', hex: toHex(bytes), reading: {} }]
  }
}
