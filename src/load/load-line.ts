import { connect, type Socket } from 'node:net'
import type { MessageView } from '../iso8583/compile.ts'
import { envelopeSize } from '../iso8583/framing/envelope.ts'
import { lengthPrefixBytes, lengthPrefixSize } from '../iso8583/framing/length-prefix.ts'
import { StreamSplitter } from '../iso8583/framing/stream-splitter.ts'
import type { LoadEvent, LoadFault } from './load-fault.ts'
import { RecentKeys } from './recent-keys.ts'
import type { Judgement, Speech, Till } from './till.ts'

/** A virtual terminal at its line, and its request under way. */
export interface Seat {
  readonly till: Till
  readonly line: LoadLine
  /** When its request was to leave, and when it left. */
  intendedMs: number
  sentMs: number
}

/** What a line tells; all of one turn of the event loop ends with `turnEnded`. */
export interface LineListener {
  up(line: LoadLine): void
  /** It will be dialled again until `close`. */
  down(line: LoadLine): void
  answered(seat: Seat, judgement: Judgement, nowMs: number): void
  failed(seat: Seat, fault: LoadFault): void
  event(event: LoadEvent): void
  turnEnded(): void
}

export interface LineAddress {
  readonly host: string
  readonly port: number
}

const BUFFER_SIZE = 64 * 1024
const FRAME_SIZE_MAX = 16 * 1024
const REDIAL_MS = 200
/** Keys of requests that are over, by which a late or a second reply is still known. */
const REMEMBERED = 4096

/** One connection to the host. Requests are collected and leave with one write for each turn of the event loop. */
export class LoadLine {
  readonly #speech: Speech
  readonly #address: LineAddress
  readonly #listener: LineListener
  readonly #nowMs: () => number
  readonly #view: MessageView
  readonly #splitter: StreamSplitter
  readonly #prefixSize: number
  readonly #envelopeSize: number
  /** By the key of the reply, oldest first. */
  readonly #pending = new Map<string, Seat>()
  readonly #givenUp = new RecentKeys(REMEMBERED)
  readonly #answered = new RecentKeys(REMEMBERED)
  readonly #buffer = new Uint8Array(BUFFER_SIZE)
  #used = 0
  #socket: Socket | undefined
  #redial: NodeJS.Timeout | undefined
  #isUp = false
  #isClosed = false
  /** Frames that could be the answer to one of several requests. */
  readonly #strays = { undecodable: 0, unmatched: 0 }

  constructor(speech: Speech, address: LineAddress, listener: LineListener, nowMs: () => number) {
    this.#speech = speech
    this.#address = address
    this.#listener = listener
    this.#nowMs = nowMs
    this.#view = speech.codec.createView()
    this.#splitter = new StreamSplitter({ prefix: speech.prefix, frameSizeMax: FRAME_SIZE_MAX })
    this.#prefixSize = lengthPrefixSize(speech.prefix)
    this.#envelopeSize = envelopeSize(speech.envelope)
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Requests under way. */
  get outstanding(): number {
    return this.#pending.size
  }

  open(): void {
    const socket = connect({ ...this.#address, noDelay: true })
    this.#socket = socket
    socket.on('connect', () => {
      this.#isUp = true
      this.#listener.up(this)
      this.#listener.turnEnded()
    })
    socket.on('data', (chunk: Uint8Array) => this.#received(chunk))
    socket.on('error', () => {
      if (!this.#isUp && !this.#isClosed) this.#listener.event('connectRefused')
    })
    socket.on('end', () => socket.destroy())
    socket.on('close', () => this.#ended())
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#redial)
    this.#socket?.destroy()
  }

  /** Puts the seat's next request into the buffer; `flush` lets it leave. */
  send(seat: Seat, intendedMs: number): void {
    if (this.#used + FRAME_SIZE_MAX > BUFFER_SIZE) this.flush()
    const { till } = seat
    const from = this.#used + this.#prefixSize
    const end = till.write(this.#buffer, from)
    this.#buffer.set(lengthPrefixBytes(this.#speech.prefix, end - from), this.#used)
    this.#used = end
    seat.intendedMs = intendedMs
    seat.sentMs = this.#nowMs()
    // Two requests that a reply could not tell apart: a target whose matching fields repeat.
    const twin = this.#pending.get(till.key)
    if (twin !== undefined) this.#fail(till.key, twin, 'unmatched')
    this.#pending.set(till.key, seat)
  }

  flush(): void {
    if (this.#used === 0) return
    if (this.#isUp) this.#socket?.write(Buffer.from(this.#buffer.subarray(0, this.#used)))
    this.#used = 0
  }

  /** Gives up all that was sent before `beforeMs`. */
  expire(beforeMs: number): void {
    for (const [key, seat] of this.#pending) {
      if (seat.sentMs > beforeMs) return
      this.#fail(key, seat, this.#strayFault() ?? 'noReply')
    }
  }

  /** What came and could not be given to a request explains one that got nothing. */
  #strayFault(): LoadFault | undefined {
    if (this.#strays.undecodable > 0) {
      this.#strays.undecodable--
      return 'undecodable'
    }
    if (this.#strays.unmatched > 0) {
      this.#strays.unmatched--
      return 'unmatched'
    }
    return undefined
  }

  #fail(key: string, seat: Seat, fault: LoadFault): void {
    this.#pending.delete(key)
    this.#givenUp.add(key)
    seat.till.unanswered()
    this.#listener.failed(seat, fault)
  }

  #received(chunk: Uint8Array): void {
    const nowMs = this.#nowMs()
    for (const item of this.#splitter.push(chunk)) {
      if (item.kind === 'frame') {
        // An empty frame is a sign of life.
        if (item.frame.length > 0) this.#frame(item.frame, nowMs)
      } else {
        this.#undecodable()
        this.#socket?.destroy()
      }
    }
    this.#listener.turnEnded()
  }

  #frame(frame: Uint8Array, nowMs: number): void {
    const start = this.#envelopeSize
    const view = this.#view
    if (frame.length < start || !view.index(frame, start, frame.length)) {
      this.#undecodable()
      return
    }
    const key = this.#speech.replyKey(view)
    const seat = key === undefined ? undefined : this.#pending.get(key)
    if (key === undefined || seat === undefined) {
      this.#unmatched(key, frame, start)
      return
    }
    this.#pending.delete(key)
    this.#answered.add(key)
    this.#listener.answered(seat, seat.till.read(view, frame, start), nowMs)
  }

  /** With one request under way, it is this one's answer; with several, it stays open whose it is. */
  #undecodable(): void {
    this.#listener.event('undecodableFrames')
    const [only] = this.#pending
    if (only !== undefined && this.#pending.size === 1) this.#fail(only[0], only[1], 'undecodable')
    else this.#strays.undecodable++
  }

  #unmatched(key: string | undefined, frame: Uint8Array, start: number): void {
    // The view looks at lengths alone: only a whole decode tells whether it is a message.
    if (!this.#speech.codec.decode(frame, start).ok) this.#undecodable()
    else if (key === undefined && isNetworkManagement(this.#view)) this.#listener.event('hostRequests')
    else if (key !== undefined && this.#givenUp.delete(key)) this.#listener.event('lateFrames')
    else if (key !== undefined && this.#answered.has(key)) this.#listener.event('repeatedFrames')
    else {
      this.#listener.event('unmatchedFrames')
      if (this.#pending.size > 0) this.#strays.unmatched++
    }
  }

  #ended(): void {
    const wasUp = this.#isUp
    this.#isUp = false
    this.#used = 0
    this.#splitter.reset()
    if (!this.#isClosed) {
      if (wasUp) this.#listener.event('connectionLost')
      this.#listener.down(this)
      // Bytes after which no frame could be found any more were somebody's answer, too.
      for (const [key, seat] of this.#pending) this.#fail(key, seat, this.#strayFault() ?? 'closed')
    }
    this.#strays.undecodable = this.#strays.unmatched = 0
    if (this.#isClosed) return
    this.#listener.turnEnded()
    this.#redial = setTimeout(() => this.open(), REDIAL_MS)
  }
}

/** An echo test or the like that the host began; any other request that comes is a reply gone wrong. */
function isNetworkManagement({ mti }: MessageView): boolean {
  return mti.startsWith('8', 1)
}
