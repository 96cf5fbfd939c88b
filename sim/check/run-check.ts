import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import type { HostStore } from '../../src/host/core/store-port.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import type { Screen } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import type { TerminalState } from '../../src/terminal/flows/terminal-state.ts'
import type { Fault, FaultKind } from '../plan/fault-kinds.ts'
import type { Plan, Step } from '../plan/plan.ts'
import type { SimCard } from '../world/sim-estate.ts'
import type { WorldWatch } from '../world/world-watch.ts'
import { checkFinalBooks } from './final-books.ts'
import type { Finding } from './finding.ts'
import { readSlips, textLines } from './slip.ts'
import { TerminalBooks } from './terminal-books.ts'
import { WireCheck } from './wire-check.ts'

/** What a run was made of. */
export interface RunFigures {
  transactions: number
  commands: number
  frames: number
  records: number
  slips: number
  unexplained: number
  readonly faults: Map<FaultKind, number>
  /** Differs when any frame, record, outcome or moment differs. */
  digest: number
}

/** What a finished world is looked at for. */
export interface CheckedWorld {
  readonly clock: { nowMs(): number }
  /** Undefined: the host is somebody else's, and nobody sees its books. */
  readonly store: HostStore | undefined
  readonly hostFile: CheckedFile | undefined
  readonly hosts: readonly { readonly connectionCount: number }[]
  readonly terminals: readonly {
    readonly name: string
    readonly profile: TerminalProfile
    readonly state: TerminalState
    readonly file: CheckedFile
  }[]
}

interface CheckedFile {
  /** What is on the disk. */
  readSynced(): Uint8Array
}

const FINDINGS_MAX = 20

/** All checks of one run: while it goes on, and after it. */
export class RunCheck implements WorldWatch {
  readonly findings: Finding[] = []
  readonly figures: RunFigures = {
    transactions: 0,
    commands: 0,
    frames: 0,
    records: 0,
    slips: 0,
    unexplained: 0,
    faults: new Map(),
    digest: 0x811c9dc5,
  }
  readonly #wire = new WireCheck()
  readonly #books = new Map<string, TerminalBooks>()
  readonly #paper = new Map<string, PaperPiece[]>()
  #world: CheckedWorld | undefined

  constructor(plan: Plan, names: readonly string[]) {
    for (const name of names) {
      this.#books.set(name, new TerminalBooks())
      this.#paper.set(name, [])
    }
    this.#mix(plan.seed)
  }

  get isOver(): boolean {
    return this.findings.length >= FINDINGS_MAX
  }

  /** The world is needed for what is on its disks. */
  watch(world: CheckedWorld): void {
    this.#world = world
  }

  frame(terminal: string, direction: 'request' | 'reply', frame: Uint8Array): void {
    const world = this.#world
    if (world === undefined) return
    this.figures.frames++
    for (const byte of frame) this.#mix(byte)
    const { store } = world
    const wrong =
      direction === 'request'
        ? this.#wire.request(frame, this.#booksOf(terminal).state, terminal)
        : store && this.#wire.reply(frame, store)
    if (wrong !== undefined) this.#find(`${direction} on the wire`, `${terminal}: ${wrong}`)
  }

  durable(terminal: string, records: readonly JournalRecord[]): void {
    this.figures.records += records.length
    const books = this.#booksOf(terminal)
    for (const record of records) {
      if (record.kind === 'requested') this.figures.transactions++
      if (record.kind === 'notSent')
        this.#wire.forget(terminal, books.state.inFlight?.batch ?? '', record.stan)
    }
    const twice = books.take(records)
    if (twice !== undefined) this.#find('trace number used twice', `${terminal}: ${twice}`)
  }

  shown(terminal: string, screen: Screen): void {
    const { id, values } = screen
    if (values !== undefined) {
      for (const value of Object.values(values)) {
        if (typeof value === 'string' && /\d{12}/.test(value))
          this.#find('card data on a screen', `${terminal}: ${id}`)
      }
    }
    if (id !== 'approved') return
    const stan = String(values?.['stan'])
    const isThere = this.#booksOf(terminal).state.transactions.some(({ request }) => request.stan === stan)
    if (!isThere) this.#find('shown before durable', `${terminal}: approval ${stan}`)
  }

  printed(terminal: string, piece: PaperPiece): void {
    this.figures.slips++
    this.#paper.get(terminal)?.push(piece)
  }

  struck(_terminal: string, { kind }: Fault): void {
    this.figures.faults.set(kind, (this.figures.faults.get(kind) ?? 0) + 1)
  }

  stepBegins(_terminal: string, _step: Step, _command: TerminalCommand | undefined): void {}

  stepEnded(_terminal: string, _step: Step, outcome: CommandOutcome | undefined): void {
    this.figures.commands++
    for (const character of outcome?.kind ?? 'cut') this.#mix(character.charCodeAt(0))
    this.#mix(this.#world?.clock.nowMs() ?? 0)
  }

  tell(_who: string, _text: string): void {}

  bug(who: string, error: unknown): void {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.#find('program error', `${who}: ${text}`)
    // The terminal is dead: its run can not come to an end.
    for (let left = this.findings.length; left < FINDINGS_MAX; left++)
      this.findings.push(this.findings[0] as Finding)
  }

  hostFault(host: string, reason: string): void {
    this.#find('host error', `${host}: ${reason}`)
  }

  stuck(): void {
    this.#find('something stays owed', 'the quiet time came to no end')
  }

  deadlock(): void {
    this.#find('deadlock', 'nothing is scheduled, and somebody waits')
  }

  leftTimers(count: number): void {
    this.#find('timers left', `${count} timers go on after the end`)
  }

  /** After the run: the books, the paper, the disks. */
  finish(world: CheckedWorld, cards: readonly SimCard[], openingBalances: ReadonlyMap<string, number>): void {
    if (this.isOver) return
    const books = world.terminals.map(({ name, profile }) => ({
      tid: name,
      books: this.#booksOf(name),
      givesUp: profile.reversalExhausted === 'clear',
    }))
    if (world.store !== undefined) {
      const final = checkFinalBooks(books, world.store, openingBalances)
      for (const finding of final.findings) this.#find(finding.check, finding.detail)
      this.figures.unexplained = final.unexplained
    }
    for (const { tid, books: each } of books) this.#checkPaper(tid, each)
    for (const terminal of world.terminals) {
      if (JSON.stringify(terminal.state) !== JSON.stringify(this.#booksOf(terminal.name).state)) {
        this.#find('journal differs', `${terminal.name}: what it reads is not what it wrote`)
      }
      this.#checkSecrets(terminal.name, terminal.file.readSynced(), cards)
    }
    if (world.hostFile !== undefined) this.#checkSecrets('host', world.hostFile.readSynced(), cards)
    for (const host of world.hosts) {
      if (host.connectionCount > 0) this.#find('connections left', `${host.connectionCount}`)
    }
  }

  /** What slips say is what the journal says; each approval has its slip, unless somebody gave it up. */
  #checkPaper(tid: string, books: TerminalBooks): void {
    const byKey = new Map(
      books.transactions().map((each) => [`${each.request.batch}/${each.request.stan}`, each]),
    )
    for (const piece of this.#paper.get(tid) ?? []) {
      for (const slip of readSlips(piece)) {
        if (!slip.isWhole) continue
        const key = `${slip.batch}/${slip.stan}`
        const transaction = byKey.get(key)
        const isTrue =
          transaction !== undefined &&
          (transaction.status === 'approved' || transaction.status === 'voided') &&
          transaction.amountMinor === slip.amountMinor
        if (!isTrue) {
          this.#find(
            'slip is not true',
            `${tid} ${key}: ${slip.amountMinor}, ${transaction?.status ?? 'no record'}`,
          )
        }
      }
      const text = textLines(piece).join('\n')
      if (/(?<!\d)\d{16}(?!\d)/.test(text.replaceAll(/AID.*|TC.*|AAC.*|ARQC.*/g, ''))) {
        this.#find('card data on paper', tid)
      }
    }
  }

  #checkSecrets(where: string, bytes: Uint8Array, cards: readonly SimCard[]): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (const { pan } of cards) if (text.includes(pan, 0, 'latin1')) this.#find('card data on a disk', where)
  }

  #booksOf(terminal: string): TerminalBooks {
    return this.#books.get(terminal) as TerminalBooks
  }

  #find(check: string, detail: string): void {
    if (this.findings.length < FINDINGS_MAX) this.findings.push({ check, detail })
  }

  /** FNV-1a. */
  #mix(value: number): void {
    this.figures.digest = Math.imul(this.figures.digest ^ value, 0x01000193) >>> 0
  }
}
