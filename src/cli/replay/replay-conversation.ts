import { concatBytes, fromHex } from '../../base/bytes.ts'
import type { PortDialect } from '../../host/gateway/gateway-options.ts'
import { F } from '../../iso8583/field.ts'
import { lengthPrefixBytes } from '../../iso8583/framing/length-prefix.ts'
import { StreamSplitter } from '../../iso8583/framing/stream-splitter.ts'
import { parseWorkingKeys } from '../../iso8583/subfields/field-62.ts'
import type { RecordedTerminalRow } from '../../recording/recording-entry.ts'
import { type HostFrame, type NumberedBytes, type ReplayPort, readHostFrame } from './check-bytes.ts'
import { compareReplies, type StrictPlaces } from './compare-replies.ts'
import { type Difference, difference } from './difference.ts'
import { localStart } from './local-start.ts'
import type { NumberedEntry, Recording } from './read-recording.ts'
import { renewRequest, secretsOf } from './renew-request.ts'
import { decryptKey, type PadKeys, ReplayEstate } from './replay-estate.ts'
import { type ReplayClient, ReplayHost } from './replay-host.ts'

/** Recorded reply, read. */
interface Expected {
  readonly entry: NumberedBytes
  readonly frame: HostFrame
}

interface Client {
  readonly port: ReplayPort
  readonly client: ReplayClient
  readonly splitter: StreamSplitter
  readonly expected: Expected[]
  closedByHost: boolean
}

export interface ConversationResult {
  readonly requests: number
  readonly replies: number
  readonly differences: readonly Difference[]
  readonly notes: readonly string[]
}

/** How long after the last recorded moment an answer may still come. */
const PATIENCE_MS = 120_000

/** Plays the recorded requests to today's host and compares each of its replies with the recorded one. */
export class ReplayConversation {
  readonly #recording: Recording
  readonly #ports: ReadonlyMap<string, ReplayPort>
  readonly #strict: StrictPlaces
  readonly #estate = new ReplayEstate()
  readonly #host: ReplayHost
  readonly #keys = new Map<string, PadKeys>()
  readonly #rows = new Map<string, RecordedTerminalRow>()
  readonly #clients = new Map<number, Client>()
  /** Numbers of the recorded host to those of today's. */
  readonly #numbers = new Map<string, string>()
  readonly #differences: Difference[] = []
  readonly #notes: string[] = []
  #requests = 0
  #replies = 0

  constructor(recording: Recording, ports: ReadonlyMap<string, ReplayPort>, strict: StrictPlaces) {
    this.#recording = recording
    this.#ports = ports
    this.#strict = strict
    const { testBehaviour = true } = recording.header
    this.#host = new ReplayHost(this.#estate, testBehaviour, localStart(recording.header))
  }

  run(): ConversationResult {
    const { entries } = this.#recording
    for (const entry of entries) this.#setUp(entry)
    const { clock, faults } = this.#host
    let lastMs = 0
    for (const entry of entries) {
      lastMs = Math.max(lastMs, entry.ms)
      clock.schedule(entry.ms, () => this.#play(entry))
    }
    while (clock.nowMs() <= lastMs + PATIENCE_MS && clock.step());
    for (const client of this.#clients.values()) for (const { entry } of client.expected) this.#missing(entry)
    return {
      requests: this.#requests,
      replies: this.#replies,
      differences: this.#differences.sort((left, right) => left.lineNumber - right.lineNumber),
      notes: [...this.#notes, ...faults.map((fault) => `today's host: ${fault}`)],
    }
  }

  /** Terminals and cards stand before the first request as they stood when they were first seen. */
  #setUp(entry: NumberedEntry): void {
    if (entry.kind === 'card') this.#estate.addCard(entry)
    if (entry.kind !== 'terminal') return
    const keys = this.#estate.addTerminal(entry)
    if (keys !== undefined) this.#keys.set(entry.tid, keys)
    if (entry.row === undefined) return
    this.#rows.set(entry.tid, entry.row)
    if (entry.row.transactionsBefore > 0)
      this.#notes.push(
        `terminal ${entry.tid} had ${entry.row.transactionsBefore} transactions in its batch before the recording began: what refers to them, and its settlement, is answered otherwise`,
      )
  }

  #play(entry: NumberedEntry): void {
    if (entry.kind === 'open' && entry.line === 'host') this.#open(entry.connection, entry.dialect)
    else if (entry.kind === 'close' && entry.line === 'host') this.#close(entry)
    else if (entry.kind === 'frame' && entry.line === 'host') this.#frame(entry)
    else if (entry.kind === 'size' && entry.line === 'host' && entry.to === 'host')
      this.#notes.push(
        `line ${entry.lineNumber}: ${entry.size} bytes to the host were not kept and are not sent`,
      )
  }

  #open(connection: number, dialect: string | undefined): void {
    const port = this.#ports.get(dialect ?? '')
    if (port === undefined) return
    const expected = this.#expectedOn(connection, port)
    const client = this.#host.connect(port.dialect as PortDialect, `recorded ${connection}`, {
      bytes: (bytes) => this.#heard(connection, bytes),
      closed: () => {
        const open = this.#clients.get(connection)
        if (open !== undefined) open.closedByHost = true
      },
    })
    const splitter = new StreamSplitter({ prefix: port.prefix, frameSizeMax: 65_535 })
    this.#clients.set(connection, { port, client, splitter, expected, closedByHost: false })
  }

  #expectedOn(connection: number, port: ReplayPort): Expected[] {
    return this.#recording.entries.flatMap((entry) => {
      if (entry.kind !== 'frame' || entry.connection !== connection || entry.to !== 'terminal') return []
      const frame = readHostFrame(fromHex(entry.hex), port)
      return typeof frame === 'string' ? [] : [{ entry, frame }]
    })
  }

  #close(entry: Extract<NumberedEntry, { readonly kind: 'close' }>): void {
    const client = this.#clients.get(entry.connection)
    if (client === undefined) return
    if (entry.by === 'host' && !client.closedByHost && client.expected.length > 0) return
    client.client.end()
  }

  #frame(entry: NumberedBytes): void {
    const open = this.#clients.get(entry.connection)
    if (open === undefined || entry.to !== 'host') return
    const bytes = fromHex(entry.hex)
    const frame = readHostFrame(bytes, open.port)
    if (typeof frame === 'string') return
    this.#requests++
    const tid = String(frame.message.fields[F.cardAcceptorTerminalIdentification] ?? '')
    const renewed = renewRequest(frame, {
      estate: this.#estate,
      keys: this.#keys.get(tid),
      macAlgorithm: this.#estate.macAlgorithmOf(tid),
      secrets: secretsOf(this.#recordedCode(open, frame)),
      numberToday: (number) => this.#numbers.get(number) ?? number,
    })
    open.client.send(concatBytes([lengthPrefixBytes(open.port.prefix, renewed.length), renewed]))
  }

  /** Response code of the recorded answer to a request. */
  #recordedCode({ expected }: Client, { message }: HostFrame): string | undefined {
    const stan = message.fields[F.stan]
    const answer = expected.find(
      ({ frame }) =>
        frame.message.fields[F.stan] === stan && frame.message.mti.slice(0, 2) === message.mti.slice(0, 2),
    )
    const code = answer?.frame.message.fields[F.responseCode]
    return typeof code === 'string' ? code : undefined
  }

  #heard(connection: number, bytes: Uint8Array): void {
    const open = this.#clients.get(connection)
    if (open === undefined) return
    for (const item of open.splitter.push(bytes)) {
      if (item.kind !== 'frame') continue
      const whole = concatBytes([lengthPrefixBytes(open.port.prefix, item.frame.length), item.frame])
      const frame = readHostFrame(whole, open.port)
      if (typeof frame === 'string')
        this.#notes.push(`today's host sent a frame that can not be read: ${frame}`)
      else this.#compare(open, frame)
    }
  }

  #compare(open: Client, today: HostFrame): void {
    this.#replies++
    this.#learnKeys(today)
    const { mti, fields } = today.message
    const isSame = ({ frame }: Expected): boolean =>
      frame.message.mti === mti && frame.message.fields[F.stan] === fields[F.stan]
    const found = open.expected.findIndex(isSame)
    const index = found >= 0 ? found : open.expected.findIndex(({ frame }) => frame.message.mti === mti)
    const [recorded] = index < 0 ? [] : open.expected.splice(index, 1)
    if (recorded === undefined) {
      this.#unexpected(today)
      return
    }
    this.#learnNumbers(recorded.frame, today)
    this.#differences.push(...compareReplies(recorded.entry, recorded.frame, today, this.#strict))
  }

  #learnNumbers(recorded: HostFrame, today: HostFrame): void {
    for (const bit of [F.retrievalReferenceNumber, F.authorizationIdentificationResponse]) {
      const [before, now] = [recorded.message.fields[bit], today.message.fields[bit]]
      if (typeof before === 'string' && typeof now === 'string') this.#numbers.set(before, now)
    }
  }

  /** As the PIN pad does with the reply to a sign-in. */
  #learnKeys({ message: { mti, fields } }: HostFrame): void {
    const bytes = fields[F.multiUseData]
    const keys = this.#keys.get(String(fields[F.cardAcceptorTerminalIdentification] ?? ''))
    if (mti !== '0810' || !(bytes instanceof Uint8Array) || keys === undefined) return
    const parsed = parseWorkingKeys(bytes)
    if (!parsed.ok) return
    const { pinKey, macKey, trackKey } = parsed.value
    keys.pinKey = decryptKey(keys, pinKey.cryptogram)
    keys.macKey = decryptKey(keys, macKey.cryptogram)
    if (trackKey !== undefined) keys.trackKey = decryptKey(keys, trackKey.cryptogram)
  }

  #missing(entry: NumberedBytes): void {
    const subject = subjectOf(entry)
    this.#differences.push(difference(subject, 'message', 'a reply', undefined, undefined))
  }

  #unexpected({ message: { mti, fields } }: HostFrame): void {
    const stan = String(fields[F.stan] ?? '')
    const request = this.#recording.entries.find(
      (entry) => entry.kind === 'frame' && entry.to === 'host' && entry.reading['F11'] === stan,
    )
    const subject = { lineNumber: request?.lineNumber ?? 0, line: 'host', check: 'reply', what: mti } as const
    this.#differences.push(difference(subject, 'message', undefined, 'a reply', undefined))
  }
}

function subjectOf({ lineNumber, line, reading }: NumberedBytes) {
  return { lineNumber, line, check: 'reply', what: reading['mti'] ?? '' } as const
}
