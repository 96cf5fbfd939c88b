import { concatBytes } from '../../src/base/bytes.ts'
import type { ByteStream } from '../../src/base/ports.ts'
import type { ClientStream } from '../../src/host/gateway/client-stream.ts'
import type { MessageView } from '../../src/iso8583/compile.ts'
import { terminalCodec } from '../../src/terminal/adapters/frame-summary.ts'
import type { StreamDialer } from '../../src/terminal/runtime/dialed-host-link.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import { HostLine } from './host-line.ts'
import { damagedByte, halves } from './serial-cable.ts'
import type { CommitFate } from './sim-store.ts'
import type { StepFaults } from './step-faults.ts'
import type { Timing } from './timing.ts'

/** The part of a terminal that the network knows. */
export interface NetworkTerminal {
  readonly name: string
  readonly faults: StepFaults
  /** What is kept back for it, from one connection to the next. */
  readonly mailbox: Mailbox
}

/** A host as the network knows it: a simulated one, or a process at a TCP port. */
export interface NetworkHost {
  readonly isUp: boolean
  accept(stream: ClientStream): void
  /** The next commit of this process is its last; it is down for `downMs`. */
  dieAtCommit(fate: CommitFate, downMs: number): void
  /** No commit succeeds for `forMs`. */
  fillDisk(forMs: number): void
}

/** Frames that the network has kept: they come at a bad moment. */
export interface Mailbox {
  /** Delivered when the next request leaves. */
  lateReplies: Uint8Array[]
  /** Delivered after the next reply. */
  overtakenReplies: Uint8Array[]
  lastRequest: Uint8Array | undefined
  /** The first answer to a request that comes twice does not arrive. */
  losesNextReply: boolean
}

export interface NetworkOptions {
  readonly clock: Timing
  readonly hosts: readonly NetworkHost[]
  /** Each frame that leaves a side, before any fault; without length. */
  readonly sent: (
    terminal: NetworkTerminal,
    direction: 'request' | 'reply',
    frame: Uint8Array,
    host: NetworkHost,
  ) => void
}

const CONNECT_MS = 20
const PREFIX_SIZE = 2
const ENVELOPE_SIZE = 11
const MAC_SIZE = 8
/** Of a thousand requests that come twice, those of which the first reply is lost. */
const FIRST_REPLY_LOST = 400

/** All lines between terminals and hosts, and what goes wrong on them. */
export class Network {
  readonly #options: NetworkOptions
  readonly #view: MessageView = terminalCodec().createView()
  #dials = 0

  constructor(options: NetworkOptions) {
    this.#options = options
  }

  dialer(terminal: NetworkTerminal): StreamDialer {
    return { dial: (connected, failed) => this.#dial(terminal, connected, failed) }
  }

  #dial(
    terminal: NetworkTerminal,
    connected: (stream: ByteStream) => void,
    failed: (reason: string) => void,
  ): () => void {
    const { clock, hosts } = this.#options
    let delayMs = CONNECT_MS
    let refused = false
    for (const fault of terminal.faults.at('dial')) {
      if (fault.kind === 'refuseDial') refused = true
      else delayMs += fault.ms
    }
    const host = hosts[this.#dials++ % hosts.length]
    return clock.after(delayMs, () => {
      if (refused || host?.isUp !== true) failed('connection refused')
      else connected(this.join(terminal, host))
    })
  }

  /** A line from `terminal` to `host`, which is up; returns the terminal's end. */
  join(terminal: NetworkTerminal, host: NetworkHost): ByteStream {
    const line = new HostLine(this.#options.clock, terminal.name, {
      request: (on, bytes) => this.#request(terminal, host, on, bytes),
      reply: (on, bytes) => this.#reply(terminal, host, on, bytes),
    })
    host.accept(line.host)
    return line.terminal
  }

  #request(terminal: NetworkTerminal, host: NetworkHost, line: HostLine, bytes: Uint8Array): void {
    this.#options.sent(terminal, 'request', bytes.subarray(PREFIX_SIZE), host)
    const { mailbox } = terminal
    const older = mailbox.lastRequest
    mailbox.lastRequest = bytes
    for (const late of mailbox.lateReplies.splice(0)) line.toTerminal(late)
    let parts: readonly Uint8Array[] = [bytes]
    let delayMs = 0
    let gapMs = 0
    let isCutAfter = false
    for (const fault of splitLast(terminal.faults.at('request'))) {
      switch (fault.kind) {
        case 'cutBeforeRequest':
          parts = []
          line.cut()
          break
        case 'cutInRequest':
          line.toHost(bytes.slice(0, Math.floor((bytes.length * fault.part) / 1000)))
          parts = []
          line.cut(false)
          break
        case 'cutAfterRequest':
          isCutAfter = true
          break
        case 'loseRequest':
          parts = []
          break
        case 'delayRequest':
          delayMs += fault.ms
          break
        case 'duplicateRequest':
          line.toHost(bytes, fault.ms, true)
          // The answer to the second copy is the only one that comes.
          if (fault.part < FIRST_REPLY_LOST) mailbox.losesNextReply = true
          break
        case 'reorderRequests':
          if (older !== undefined) line.toHost(older, 50, true)
          break
        case 'splitRequest':
          gapMs = fault.ms
          parts = parts.flatMap((part) => halves(part, fault.part))
          break
        default:
          parts = parts.map((part) => this.#damaged(part, fault))
      }
    }
    for (const [index, part] of parts.entries()) line.toHost(part, delayMs + index * gapMs)
    if (isCutAfter) line.cut(false)
    for (const fault of terminal.faults.at('commit')) this.#commitFault(host, fault)
  }

  #commitFault(host: NetworkHost, fault: Fault): void {
    const unsynced =
      fault.part < 400
        ? ({ kind: 'lost' } as const)
        : fault.part < 700
          ? ({ kind: 'kept' } as const)
          : ({ kind: 'torn', keptPerMille: fault.part } as const)
    switch (fault.kind) {
      case 'crashHostBeforeCommit':
        host.dieAtCommit({ kind: 'before' }, fault.ms)
        return
      case 'crashHostInCommit':
        host.dieAtCommit({ kind: 'middle', unsynced }, fault.ms)
        return
      case 'crashHostAfterCommit':
        host.dieAtCommit({ kind: 'after' }, fault.ms)
        return
      default:
        host.fillDisk(fault.ms)
    }
  }

  #reply(terminal: NetworkTerminal, host: NetworkHost, line: HostLine, bytes: Uint8Array): void {
    for (const frame of framesIn(bytes)) {
      this.#options.sent(terminal, 'reply', frame.subarray(PREFIX_SIZE), host)
      this.#oneReply(terminal, line, frame)
    }
  }

  #oneReply(terminal: NetworkTerminal, line: HostLine, frame: Uint8Array): void {
    const { mailbox, faults } = terminal
    const overtaken: Uint8Array[] = []
    const overtakenBefore = mailbox.overtakenReplies.splice(0)
    let parts: readonly Uint8Array[] = mailbox.losesNextReply ? [] : [frame]
    mailbox.losesNextReply = false
    let delayMs = 0
    let gapMs = 0
    let isCutAfter = false
    for (const fault of splitLast(faults.at('reply'))) {
      switch (fault.kind) {
        case 'cutBeforeReply':
          parts = []
          line.cut()
          break
        case 'cutInReply':
          line.toTerminal(frame.slice(0, Math.floor((frame.length * fault.part) / 1000)))
          parts = []
          line.cut(false)
          break
        case 'cutAfterReply':
          isCutAfter = true
          break
        case 'loseReply':
          parts = []
          break
        case 'delayReply':
          delayMs += fault.ms
          break
        case 'duplicateReply':
          line.toTerminal(frame, fault.ms, true)
          break
        case 'lateReply':
          mailbox.lateReplies.push(frame)
          parts = []
          break
        case 'reorderReplies':
          overtaken.push(frame)
          parts = []
          break
        case 'splitReply':
          gapMs = fault.ms
          parts = parts.flatMap((part) => halves(part, fault.part))
          break
        case 'wrongStanReply':
          line.toTerminal(this.#withOtherStan(frame))
          if (fault.part < 500) parts = []
          break
        default:
          parts = parts.map((part) => this.#damaged(part, fault))
      }
    }
    for (const [index, part] of parts.entries()) line.toTerminal(part, delayMs + index * gapMs)
    if (isCutAfter) line.cut(false)
    for (const older of overtakenBefore) line.toTerminal(older)
    mailbox.overtakenReplies = overtaken
  }

  /** A damaged frame must be one that somebody can see to be damaged: without a MAC only its type may be hit. */
  #damaged(frame: Uint8Array, fault: Fault): Uint8Array {
    const start = PREFIX_SIZE + ENVELOPE_SIZE
    if (fault.kind.endsWith('Length'))
      return concatBytes([damagedByte(frame.subarray(0, 2), fault.part), frame.subarray(2)])
    const hasMac = frame.length > start && this.#view.index(frame, start, frame.length) && this.#view.has(64)
    if (fault.kind.startsWith('wrong')) {
      if (!hasMac) return frame
      const at = frame.length - MAC_SIZE
      return concatBytes([frame.subarray(0, at), damagedByte(frame.subarray(at), fault.part)])
    }
    const end = hasMac ? frame.length : start + 2
    return concatBytes([
      frame.subarray(0, start),
      damagedByte(frame.subarray(start, end), fault.part),
      frame.subarray(end),
    ])
  }

  #withOtherStan(frame: Uint8Array): Uint8Array {
    const start = PREFIX_SIZE + ENVELOPE_SIZE
    const codec = terminalCodec()
    const decoded = codec.decode(frame, start)
    if (!decoded.ok) return frame
    const { mti, fields } = decoded.value
    const stan = String((Number(fields[11] ?? 0) % 999_999) + 1).padStart(6, '0')
    const encoded = codec.encode({ mti, fields: { ...fields, 11: stan } })
    return encoded.ok ? concatBytes([frame.subarray(0, start), encoded.value]) : frame
  }
}

/** What is damaged is a whole frame, which comes in pieces then. */
function splitLast(struck: readonly Fault[]): readonly Fault[] {
  if (struck.length < 2) return struck
  const isSplit = ({ kind }: Fault): number => (kind.startsWith('split') ? 1 : 0)
  return [...struck].sort((left, right) => isSplit(left) - isSplit(right))
}

/** Frames with their lengths: one write of a host may hold several. */
function framesIn(bytes: Uint8Array): readonly Uint8Array[] {
  const frames: Uint8Array[] = []
  let at = 0
  while (at + PREFIX_SIZE <= bytes.length) {
    const size = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
    frames.push(bytes.subarray(at, at + PREFIX_SIZE + size))
    at += PREFIX_SIZE + size
  }
  return frames
}
