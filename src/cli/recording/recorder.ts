import { performance } from 'node:perf_hooks'
import { fromHex } from '../../base/bytes.ts'
import type { LineTap } from '../../base/line-tap.ts'
import {
  DEFAULT_PREFIXES,
  dialectOfFrame,
  envelopeKindOf,
  PORT_DIALECTS,
  type PortOptions,
} from '../../host/gateway/gateway-options.ts'
import type { HostKnowledge, HostTap } from '../../host/service/host-tap.ts'
import type { Codec } from '../../iso8583/compile.ts'
import {
  HostLineRecorder,
  type LineItem,
  type LineRecorder,
  LinkLineRecorder,
  PrinterLineRecorder,
  type Towards,
} from '../../recording/line-recorders.ts'
import { LinkMask } from '../../recording/mask-link.ts'
import { MessageMask } from '../../recording/mask-message.ts'
import {
  type LineName,
  type Moment,
  RECORDING_FORMAT,
  RECORDING_VERSION,
  type RecordingHeader,
} from '../../recording/recording-entry.ts'
import { TestCards } from '../../recording/test-cards.ts'
import { codecOf } from '../message/dialects.ts'
import { recordedCard, recordedTerminal } from './host-rows.ts'
import { PaperWatch } from './paper-watch.ts'
import { RecordingFile } from './recording-file.ts'

const MASKING =
  'Card numbers are those of test cards, the same throughout. Expiry dates say only whether the card was expired. ' +
  'Names, discretionary data, PIN blocks, MACs, keys, cryptograms and certificates are zeros of their size. ' +
  'An encrypted track stands as the clear track of the test card.'

const PRINTER_WIDTH_DOTS = 384
/** Encrypted tracks whose clear text is remembered until their message comes by. */
const TRACKS_MAX = 100

export interface RecorderOptions {
  readonly path: string
  readonly program: RecordingHeader['program']
  readonly release: string
  /** The recording has ended by itself. */
  readonly warn: (text: string) => void
  readonly testBehaviour?: boolean
}

/** Whose end of a line the tap sits at, and who is at the other end. */
interface Ends {
  readonly near: Towards
  readonly far: Towards
}

/** Writes what crosses the lines of this process into one file, masked. */
export class Recorder {
  readonly #file: RecordingFile
  readonly #startedMs = performance.now()
  readonly #cards: TestCards
  readonly #messages: MessageMask
  readonly #codecs = new Map<string, Codec>()
  readonly #tracks = new Map<string, string>()
  readonly #terminals = new Set<string>()
  readonly #open = new Set<() => void>()
  #host: HostKnowledge | undefined
  #connections = 0

  /** @throws {UsageFailure} when the file is there already or can't be made. */
  constructor(options: RecorderOptions) {
    this.#file = new RecordingFile(options.path, options.warn)
    const now = new Date()
    this.#cards = new TestCards({
      today: { year: now.getFullYear(), month: now.getMonth() + 1 },
      firstSeen: (pan, testPan) => this.#cardSeen(pan, testPan),
    })
    this.#messages = new MessageMask(this.#cards, (tid, digits) => this.#clearTrack(tid, digits))
    this.#file.append(headerOf(options, now))
  }

  /** For a host: from what it knows, a tap for its clients. */
  readonly hostTap = (host: HostKnowledge): HostTap => {
    this.#host = host
    return (port) => this.#hostLine(port, { near: 'host', far: 'terminal' })
  }

  /** For a terminal: each of its connections to the host. */
  readonly terminalTap = (): LineTap => {
    const dialect = 'unionpay-pos'
    const port = { dialect, port: 0, prefix: DEFAULT_PREFIXES[dialect] } as const
    return this.#hostLine(port, { near: 'terminal', far: 'host' })
  }

  /** For a terminal: its devices. */
  readonly peripheralTap = (line: Exclude<LineName, 'host'>): LineTap =>
    this.#deviceLine(line, { near: 'terminal', far: 'device' })

  /** For a board: its lines to the terminal. */
  readonly boardTap = (line: Exclude<LineName, 'host'>): LineTap =>
    this.#deviceLine(line, { near: 'device', far: 'terminal' })

  /** What is still held is written. */
  close(): void {
    for (const end of [...this.#open]) end()
    this.#file.close()
  }

  #hostLine({ dialect, prefix }: PortOptions, ends: Ends): LineTap {
    const recorder = new HostLineRecorder({
      prefix,
      envelope: envelopeKindOf(dialect),
      codecOf: (frame) => this.#codec(dialectOfFrame(dialect, frame)),
      messages: this.#messages,
      cards: this.#cards,
      heard: (tid) => this.#terminalHeard(tid),
    })
    return this.#tap('host', ends, recorder, { dialect })
  }

  #deviceLine(line: Exclude<LineName, 'host'>, ends: Ends): LineTap {
    if (line === 'printer') {
      const paper = new PaperWatch(PRINTER_WIDTH_DOTS)
      return this.#tap(line, ends, new PrinterLineRecorder(this.#cards), { paper })
    }
    const mask = new LinkMask({
      cards: this.#cards,
      messages: this.#messages,
      codec: this.#codec('unionpay-pos'),
      trackEncrypted: (encrypted, clear) => this.#rememberTrack(encrypted, clear),
    })
    return this.#tap(line, ends, new LinkLineRecorder(mask, this.#cards), {})
  }

  #tap(
    line: LineName,
    { near, far }: Ends,
    recorder: LineRecorder,
    { dialect, paper }: { readonly dialect?: string; readonly paper?: PaperWatch },
  ): LineTap {
    this.#connections++
    const connection = this.#connections
    const about = { line, connection }
    this.#append({ kind: 'open', ...about, ...(dialect === undefined ? {} : { dialect }) })
    const write = (items: readonly LineItem[]): void => {
      for (const item of items) {
        this.#append({ ...item, ...about })
        if (paper === undefined || item.kind !== 'bytes' || item.to !== 'device') continue
        for (const text of paper.push(fromHex(item.hex))) this.#append({ kind: 'paper', connection, text })
      }
    }
    const take = (to: Towards, bytes: Uint8Array): void => {
      if (this.#file.isOpen) write(recorder.bytes(to, bytes))
    }
    const finish = (): void => {
      this.#open.delete(finish)
      write(recorder.end())
    }
    this.#open.add(finish)
    return {
      written: (bytes) => take(far, bytes),
      received: (bytes) => take(near, bytes),
      ended: (by) => {
        if (!this.#open.has(finish)) return
        finish()
        this.#append({ kind: 'close', ...about, by: by === 'near' ? near : far })
      },
    }
  }

  #append(entry: { readonly kind: string; readonly [member: string]: unknown }): void {
    if (!this.#file.isOpen) return
    const { kind, ...rest } = entry
    this.#file.append({ kind, ...this.#moment(), ...rest })
  }

  #moment(): Moment {
    const ms = Math.round((performance.now() - this.#startedMs) * 10) / 10
    return { ms, at: new Date().toISOString() }
  }

  #codec(dialect: string): Codec {
    const known = this.#codecs.get(dialect)
    if (known !== undefined) return known
    const codec = codecOf(dialect)
    this.#codecs.set(dialect, codec)
    return codec
  }

  #cardSeen(pan: string, testPan: string): void {
    const host = this.#host
    if (host === undefined) return
    const account = host.account(pan)
    this.#append({ kind: 'card', pan: testPan, ...recordedCard(account, this.#cards) })
  }

  #terminalHeard(tid: string): void {
    const host = this.#host
    if (host === undefined || this.#terminals.has(tid)) return
    this.#terminals.add(tid)
    this.#append({ kind: 'terminal', tid, ...recordedTerminal(host.terminal(tid)) })
  }

  #rememberTrack(encrypted: string, clear: string): void {
    this.#tracks.set(encrypted, clear)
    const oldest = this.#tracks.keys().next().value
    if (this.#tracks.size > TRACKS_MAX && oldest !== undefined) this.#tracks.delete(oldest)
  }

  #clearTrack(tid: string, digits: string): string | undefined {
    return this.#tracks.get(digits) ?? this.#host?.clearTrack(tid, digits)
  }
}

function headerOf({ program, release, testBehaviour }: RecorderOptions, now: Date): RecordingHeader {
  return {
    kind: 'header',
    format: RECORDING_FORMAT,
    version: RECORDING_VERSION,
    program,
    release,
    startedAt: now.toISOString(),
    utcOffsetMinutes: -now.getTimezoneOffset(),
    ports: PORT_DIALECTS.map((dialect) => ({
      dialect,
      prefix: DEFAULT_PREFIXES[dialect],
      envelope: envelopeKindOf(dialect),
    })),
    printerWidthDots: PRINTER_WIDTH_DOTS,
    ...(testBehaviour === undefined ? {} : { testBehaviour }),
    masking: MASKING,
  }
}
