import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import type { MessageView } from '../../src/iso8583/compile.ts'
import { terminalCodec } from '../../src/terminal/adapters/frame-summary.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import type { Screen } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import { readSlips, textLines } from '../check/slip.ts'
import { FAULT_KINDS, type Fault } from '../plan/fault-kinds.ts'
import type { Step } from '../plan/plan.ts'
import { RelayWatch } from '../world/relay-watch.ts'
import type { WorldWatch } from '../world/world-watch.ts'

const ENVELOPE_SIZE = 11
const CENTRE = 46

/** Writes down what happens in a run as a message and event chart, and passes it on to the checks. */
export class Story extends RelayWatch {
  readonly #nowMs: () => number
  readonly #view: MessageView = terminalCodec().createView()
  readonly #lines: string[] = []

  constructor(inner: WorldWatch, nowMs: () => number) {
    super(inner)
    this.#nowMs = nowMs
  }

  /** The chart: time, terminal, what it does at the left, what the host does at the right. */
  get text(): string {
    return `${this.#lines.join('\n')}\n`
  }

  override frame(terminal: string, direction: 'request' | 'reply', frame: Uint8Array): void {
    const words = this.#wordsOf(frame)
    if (direction === 'request')
      this.#add(terminal, `${words} ${'─'.repeat(Math.max(2, CENTRE - words.length))}▶`)
    else this.#add(terminal, `◀${'─'.repeat(CENTRE)} ${words}`)
    super.frame(terminal, direction, frame)
  }

  override durable(terminal: string, records: readonly JournalRecord[]): void {
    for (const record of records) this.#add(terminal, `▪ ${wordsOfRecord(record)}`)
    super.durable(terminal, records)
  }

  override shown(terminal: string, screen: Screen): void {
    const values = Object.values(screen.values ?? {}).filter((value) => value !== '')
    this.#add(terminal, `« ${[screen.id, ...values].join(' ')} »`)
    super.shown(terminal, screen)
  }

  override printed(terminal: string, piece: PaperPiece): void {
    const slips = readSlips(textLines(piece)).map(
      ({ batch, stan, amountMinor, isDuplicate }) =>
        `${batch}/${stan} ${amountMinor}${isDuplicate ? ' duplicate' : ''}`,
    )
    this.#add(terminal, `▤ paper ${slips.join(', ')}`)
    super.printed(terminal, piece)
  }

  override struck(terminal: string, fault: Fault): void {
    const length = fault.ms > 0 ? ` ${fault.ms} ms` : ''
    this.#add(
      terminal,
      `⚡ ${fault.kind}${fault.device === undefined ? '' : ` ${fault.device}`}${length} (${FAULT_KINDS[fault.kind].en})`,
    )
    super.struck(terminal, fault)
  }

  override stepBegins(terminal: string, step: Step, command: TerminalCommand | undefined): void {
    this.#add(terminal, `═ step ${step.id}: ${command === undefined ? step.deed : wordsOfCommand(command)}`)
    super.stepBegins(terminal, step, command)
  }

  override stepEnded(terminal: string, step: Step, outcome: CommandOutcome | undefined): void {
    this.#add(terminal, `= step ${step.id}: ${wordsOfOutcome(outcome)}`)
    super.stepEnded(terminal, step, outcome)
  }

  override tell(who: string, text: string): void {
    this.#add(who, `* ${text}`)
    super.tell(who, text)
  }

  override bug(who: string, error: unknown): void {
    this.#add(who, `! program error: ${error instanceof Error ? error.message : String(error)}`)
    super.bug(who, error)
  }

  override hostFault(host: string, reason: string): void {
    this.#add(host, `! ${reason}`)
    super.hostFault(host, reason)
  }

  #add(who: string, text: string): void {
    this.#lines.push(`${String(this.#nowMs()).padStart(9)}  ${who.padEnd(8)}  ${text}`)
  }

  #wordsOf(frame: Uint8Array): string {
    const view = this.#view
    if (!view.index(frame, ENVELOPE_SIZE, frame.length)) return `${frame.length} bytes`
    const fields = [3, 11, 4, 39].flatMap((bit) => {
      const text = view.has(bit) ? view.text(bit) : undefined
      if (text === undefined) return []
      return [bit === 4 ? String(Number(text)) : bit === 39 ? `answer ${text}` : text]
    })
    return [view.mti, ...fields].join(' ')
  }
}

function wordsOfRecord(record: JournalRecord): string {
  const stan = 'stan' in record ? ` ${record.stan}` : ''
  switch (record.kind) {
    case 'requested':
      return `requested ${record.request.type} ${record.request.batch}/${record.request.stan} ${record.request.amountMinor}`
    case 'answered':
      return `answered${stan} ${record.reply.responseCode} ${record.amountMinor}`
    case 'abandoned':
      return `abandoned${stan} ${record.reason}`
    case 'reversalClosed':
      return `reversalClosed${stan} ${record.result} ${record.responseCode ?? ''}`
    case 'signInRequired':
      return `signInRequired ${record.code}`
    case 'signedIn':
      return `signedIn batch ${record.batch}`
    case 'settlementAnswered':
      return `settlementAnswered ${record.domesticFlag}${record.foreignFlag}`
    case 'batchClosed':
      return `batchClosed ${record.summary.batch}, next ${record.nextBatch}`
    default:
      return `${record.kind}${stan}`
  }
}

function wordsOfCommand(command: TerminalCommand): string {
  const { kind, ...rest } = command
  const words = Object.entries(rest).map(([name, value]) =>
    name === 'keyBlock' || name === 'code'
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value),
  )
  return [kind, ...words].join(' ')
}

function wordsOfOutcome(outcome: CommandOutcome | undefined): string {
  if (outcome === undefined) return 'cut off by the power'
  switch (outcome.kind) {
    case 'approved':
      return `approved ${outcome.transaction.stan} ${outcome.transaction.amountMinor}`
    case 'declined':
      return `declined ${outcome.responseCode}`
    case 'reversed':
      return `reversed ${outcome.stan} ${outcome.reason}: ${outcome.reversal}`
    case 'refused':
    case 'failed':
      return `${outcome.kind}: ${outcome.reason} ${outcome.detail ?? ''}`
    default:
      return outcome.kind
  }
}
