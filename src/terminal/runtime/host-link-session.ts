import { concatBytes } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import { frameSizeLimit, type LengthPrefix, lengthPrefixBytes } from '../../iso8583/framing/length-prefix.ts'
import { StreamSplitter } from '../../iso8583/framing/stream-splitter.ts'
import type { ReceiveAnswer, SendAnswer } from '../flows/effect.ts'

export interface HostLinkConfig {
  readonly prefix: LengthPrefix
  /** Bytes of a frame without its length prefix. */
  readonly frameSizeMax: number
  readonly connectTimeoutMs: number
  /** A connection without traffic for so long is closed, so that none is found half-open later. */
  readonly idleTimeoutMs: number
}

/** What the pump has to do or to tell, in order. */
export type HostLinkEvent =
  | { readonly kind: 'connect' }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'sendAnswered'; readonly answer: SendAnswer }
  | { readonly kind: 'receiveAnswered'; readonly answer: ReceiveAnswer }
  /** The host's bytes were no frames; the connection is given up. `reason` holds none of them. */
  | { readonly kind: 'garbage'; readonly reason: string }

/** Frames that nobody asked for, kept for the next `receive`. More than this is no host of ours. */
const WAITING_FRAMES_MAX = 64

/**
 * The terminal's side of the line to its host, without I/O: connects when there is something to send,
 * frames it, and delivers whole frames. Which reply belongs to which request is the flow's to judge.
 *
 * After every call do what `takeEvents` says, write what `takeOutput` gives, and call `expire` at
 * `deadlineMs`. Times are monotonic milliseconds.
 */
export class HostLinkSession {
  readonly #config: HostLinkConfig
  #connection: 'none' | 'connecting' | 'open' = 'none'
  #splitter: StreamSplitter
  /** The frame of a `send` that has no answer yet. */
  #unsent: Uint8Array | undefined
  #frames: Uint8Array[] = []
  #receiveDeadlineMs: number | undefined
  #connectDeadlineMs: number | undefined
  #idleDeadlineMs: number | undefined
  #output: Uint8Array[] = []
  #events: HostLinkEvent[] = []

  constructor(config: HostLinkConfig) {
    this.#config = config
    this.#splitter = this.#newSplitter()
  }

  get deadlineMs(): number | undefined {
    const idle = this.#receiveDeadlineMs === undefined ? this.#idleDeadlineMs : undefined
    return earliest([this.#receiveDeadlineMs, this.#connectDeadlineMs, idle])
  }

  send(frame: Uint8Array, nowMs: number): void {
    invariant(this.#unsent === undefined, 'a frame is being sent')
    const { prefix, frameSizeMax } = this.#config
    if (frame.length > Math.min(frameSizeMax, frameSizeLimit(prefix))) {
      this.#events.push({ kind: 'sendAnswered', answer: { kind: 'notSent', reason: 'message too long' } })
      return
    }
    this.#unsent = frame
    if (this.#connection === 'open') this.#transmit(nowMs)
    else if (this.#connection === 'none') {
      this.#connection = 'connecting'
      this.#connectDeadlineMs = nowMs + this.#config.connectTimeoutMs
      this.#events.push({ kind: 'connect' })
    }
  }

  /** Answers with a frame that has come in already, or with the next one. */
  awaitFrame(timeoutMs: number, nowMs: number): void {
    invariant(this.#receiveDeadlineMs === undefined, 'a reply is being awaited')
    const frame = this.#frames.shift()
    if (frame !== undefined) this.#answerReceive({ kind: 'frame', frame })
    else if (this.#connection === 'none') this.#answerReceive({ kind: 'disconnected' })
    else this.#receiveDeadlineMs = nowMs + timeoutMs
  }

  /** Ends the connection and forgets what came in over it. */
  disconnect(): void {
    this.#frames = []
    this.#drop('disconnected by the terminal')
  }

  /** The pump's connection stands. */
  connected(nowMs: number): void {
    invariant(this.#connection === 'connecting', 'not connecting')
    this.#connection = 'open'
    this.#connectDeadlineMs = undefined
    this.#splitter = this.#newSplitter()
    this.#transmit(nowMs)
  }

  /** The pump could not connect: provably nothing has left. */
  connectFailed(reason: string): void {
    if (this.#connection !== 'connecting') return
    this.#lose(reason)
  }

  receive(bytes: Uint8Array, nowMs: number): void {
    if (this.#connection !== 'open') return
    this.#idleDeadlineMs = nowMs + this.#config.idleTimeoutMs
    for (const item of this.#splitter.push(bytes)) {
      if (item.kind !== 'frame') {
        this.#giveUp(`the host sent what is no frame (${item.kind})`)
        return
      }
      // An empty frame is a keep-alive. Others are kept beyond this call, so they are copied out of the line.
      if (item.frame.length > 0) this.#deliver(new Uint8Array(item.frame))
    }
    if (this.#frames.length > WAITING_FRAMES_MAX) this.#giveUp('the host sends without being asked')
  }

  /** The other side or the cable ended the connection. Whole frames that came before stay readable. */
  ended(): void {
    if (this.#connection === 'open') this.#lose('disconnected')
  }

  expire(nowMs: number): void {
    if (isDue(this.#connectDeadlineMs, nowMs)) this.#drop('no connection in time')
    if (isDue(this.#receiveDeadlineMs, nowMs)) this.#answerReceive({ kind: 'timeout' })
    else if (this.#receiveDeadlineMs === undefined && isDue(this.#idleDeadlineMs, nowMs)) this.#drop('idle')
  }

  takeOutput(): readonly Uint8Array[] {
    return this.#output.splice(0)
  }

  takeEvents(): readonly HostLinkEvent[] {
    return this.#events.splice(0)
  }

  #newSplitter(): StreamSplitter {
    const { prefix, frameSizeMax } = this.#config
    return new StreamSplitter({ prefix, frameSizeMax })
  }

  #transmit(nowMs: number): void {
    const frame = this.#unsent
    this.#idleDeadlineMs = nowMs + this.#config.idleTimeoutMs
    if (frame === undefined) return
    this.#unsent = undefined
    this.#output.push(concatBytes([lengthPrefixBytes(this.#config.prefix, frame.length), frame]))
    this.#events.push({ kind: 'sendAnswered', answer: { kind: 'sent' } })
  }

  #deliver(frame: Uint8Array): void {
    if (this.#receiveDeadlineMs === undefined) this.#frames.push(frame)
    else this.#answerReceive({ kind: 'frame', frame })
  }

  #giveUp(reason: string): void {
    this.#events.push({ kind: 'garbage', reason })
    this.#drop(reason)
  }

  #drop(reason: string): void {
    if (this.#connection === 'none') return
    this.#events.push({ kind: 'disconnect' })
    this.#lose(reason)
  }

  #lose(reason: string): void {
    this.#connection = 'none'
    this.#connectDeadlineMs = undefined
    this.#idleDeadlineMs = undefined
    if (this.#unsent !== undefined) {
      this.#unsent = undefined
      this.#events.push({ kind: 'sendAnswered', answer: { kind: 'notSent', reason } })
    }
    if (this.#receiveDeadlineMs !== undefined) this.#answerReceive({ kind: 'disconnected' })
  }

  #answerReceive(answer: ReceiveAnswer): void {
    this.#receiveDeadlineMs = undefined
    this.#events.push({ kind: 'receiveAnswered', answer })
  }
}

function earliest(deadlines: readonly (number | undefined)[]): number | undefined {
  let first: number | undefined
  for (const each of deadlines) if (each !== undefined && (first === undefined || each < first)) first = each
  return first
}

function isDue(deadlineMs: number | undefined, nowMs: number): boolean {
  return deadlineMs !== undefined && nowMs >= deadlineMs
}
