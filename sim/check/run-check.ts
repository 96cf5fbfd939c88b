import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import { SUCCESS_CODES } from '../../src/terminal/flows/response-codes.ts'
import type { Screen } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { Fault, FaultKind } from '../plan/fault-kinds.ts'
import type { Plan, Step } from '../plan/plan.ts'
import type { WorldWatch } from '../world/world-watch.ts'
import { CardTalkCheck } from './card-talk-check.ts'
import { unexplainedCharges } from './charges.ts'
import type { CheckedWorld } from './checked-world.ts'
import { Deliveries, replyType } from './deliveries.ts'
import { checkFinalBooks } from './final-books.ts'
import type { Finding } from './finding.ts'
import { PaperCheck } from './paper-check.ts'
import { remainsOf } from './remains.ts'
import { Secrets } from './secrets.ts'
import { textLines } from './slip.ts'
import { TerminalBooks } from './terminal-books.ts'
import { MONEY_REPLIES, WireCheck, WRONG_STAN_AMOUNT } from './wire-check.ts'

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

const FINDINGS_MAX = 20
/** The test host's answer to this amount has a wrong MAC on purpose. */
const WRONG_MAC_AMOUNT = 770_401

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
  readonly #paper = new Map<string, PaperCheck>()
  readonly #cardTalk = new Map<string, CardTalkCheck>()
  readonly #deliveries = new Deliveries()
  #secrets = new Secrets([])
  /** Terminals whose customer keyed a wrong PIN in this step. */
  readonly #wrongPin = new Set<string>()
  #world: CheckedWorld | undefined

  constructor(plan: Plan, names: readonly string[]) {
    for (const name of names) {
      this.#books.set(name, new TerminalBooks())
      this.#paper.set(name, new PaperCheck(name))
      this.#cardTalk.set(name, new CardTalkCheck())
    }
    this.#mix(plan.seed)
  }

  get isOver(): boolean {
    return this.findings.length >= FINDINGS_MAX
  }

  /** The world is needed for what is on its disks. `pans`: of all cards that are used in it. */
  watch(world: CheckedWorld, pans: readonly string[]): void {
    this.#world = world
    const secrets = new Secrets(pans)
    this.#secrets = secrets
    world.hostFile?.onWritten?.((bytes) => this.#secret(secrets.in(latin1(bytes)), 'a disk', 'host'))
    for (const { name, file } of world.terminals)
      file.onWritten?.((bytes) => this.#secret(secrets.journal(name, latin1(bytes)), 'a disk', name))
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
        : this.#wire.reply(frame, store)
    if (wrong !== undefined) this.#find(`${direction} on the wire`, `${terminal}: ${wrong}`)
    const { view } = this.#wire
    const { mti } = view
    const stan = view.text(11) ?? ''
    if (direction === 'request') {
      this.#secret(this.#secrets.request(terminal, view), 'a disk', terminal)
      this.#deliveries.sent(terminal, direction, mti, stan, true)
    } else {
      this.#checkBelieved(terminal, mti, stan)
      this.#deliveries.sent(terminal, direction, mti, stan, this.#isUsable(terminal, mti, stan))
    }
  }

  durable(terminal: string, records: readonly JournalRecord[]): void {
    this.figures.records += records.length
    const books = this.#booksOf(terminal)
    for (const record of records) {
      if (record.kind === 'requested') this.figures.transactions++
      if (record.kind === 'notSent')
        this.#wire.forget(terminal, books.state.inFlight?.batch ?? '', record.stan)
      this.#checkRecord(terminal, books, record)
    }
    const twice = books.take(records)
    if (twice !== undefined) this.#find('trace number used twice', `${terminal}: ${twice}`)
  }

  shown(terminal: string, screen: Screen): void {
    const { id, values } = screen
    const texts = Object.values(values ?? {}).map(String)
    if (texts.some((text) => /\d{12}/.test(text))) this.#find('card data on a screen', `${terminal}: ${id}`)
    this.#secret(this.#secrets.in(texts.join(' ')), 'a screen', `${terminal}: ${id}`)
    if (id !== 'approved' && id !== 'approvedPartially') return
    const stan = String(values?.['stan'])
    const { state } = this.#booksOf(terminal)
    const isThere = state.transactions.some(
      ({ request, status }) =>
        request.stan === stan && request.batch === state.batch && status === 'approved',
    )
    if (!isThere) this.#find('shown before durable', `${terminal}: approval ${stan}`)
  }

  printed(terminal: string, piece: PaperPiece): void {
    this.figures.slips++
    const paper = this.#paperOf(terminal)
    for (const { check, detail } of paper.printed(textLines(piece), this.#booksOf(terminal), this.#secrets))
      this.#find(check, detail)
  }

  struck(terminal: string, { kind }: Fault): void {
    this.figures.faults.set(kind, (this.figures.faults.get(kind) ?? 0) + 1)
    this.#deliveries.struck(terminal, kind)
    if (kind === 'pinWrong') this.#wrongPin.add(terminal)
  }

  logged(host: string, line: string): void {
    this.#secret(this.#secrets.in(line), 'a log', host)
  }

  cardCommand(terminal: string, apdu: Uint8Array | undefined): void {
    const twice = this.#cardTalk.get(terminal)?.command(apdu)
    if (twice !== undefined) this.#find('card command twice', `${terminal}: ${twice}`)
  }

  damageBelieved(terminal: string, what: string): void {
    this.#find('damaged frame believed', `${terminal}: ${what}`)
  }

  stepBegins(terminal: string, _step: Step, _command: TerminalCommand | undefined): void {
    this.#wrongPin.delete(terminal)
  }

  stepEnded(terminal: string, _step: Step, outcome: CommandOutcome | undefined): void {
    this.figures.commands++
    const store = this.#world?.store
    if (store !== undefined) {
      for (const detail of unexplainedCharges(terminal, this.#booksOf(terminal).state, store))
        this.#find('charge without explanation', detail)
    }
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

  endless(): void {
    this.#find('no end', 'the world goes round in a circle')
  }

  deadlock(): void {
    this.#find('deadlock', 'nothing is scheduled, and somebody waits')
  }

  leftTimers(count: number): void {
    this.#find('timers left', `${count} timers go on after the end`)
  }

  /** The chart of a run is shown to people. */
  story(text: string): void {
    this.#secret(this.#secrets.in(text), 'the story', 'chart')
  }

  /** Something was left to itself that no clock waits for. */
  promises(count: number): void {
    if (count > 0) this.#find('promises in the world', `${count}: virtual time does not wait for them`)
  }

  /** After the run: the books, the paper, the disks. */
  finish(world: CheckedWorld, openingBalances: ReadonlyMap<string, number>): void {
    if (this.isOver) return
    const books = world.terminals.map(({ name, profile }) => ({
      tid: name,
      books: this.#booksOf(name),
      paper: this.#paperOf(name),
      givesUp: profile.reversalExhausted === 'clear',
    }))
    if (world.store !== undefined) {
      const final = checkFinalBooks(books, world.store, openingBalances)
      for (const finding of final.findings) this.#find(finding.check, finding.detail)
      this.figures.unexplained = final.unexplained
    }
    for (const { name, file, profile, journalState } of world.terminals) {
      const own = this.#booksOf(name)
      for (const { check, detail } of this.#paperOf(name).finish(own, profile.cardholderCopy))
        this.#find(check, detail)
      if (JSON.stringify(journalState) !== JSON.stringify(own.state)) {
        this.#find('journal differs', `${name}: what it reads is not what it wrote`)
      }
      if (this.#secrets.hasPan(latin1(file.readSynced()))) this.#find('card data on a disk', name)
    }
    for (const detail of remainsOf(world)) this.#find('more left than may be', detail)
    const hostBytes = world.hostFile?.readSynced()
    if (hostBytes !== undefined && this.#secrets.hasPan(latin1(hostBytes)))
      this.#find('card data on a disk', 'host')
  }

  /** Whether a reply that leaves may be believed: the test host spoils some on purpose. */
  #isUsable(terminal: string, mti: string, stan: string): boolean {
    if (!MONEY_REPLIES.includes(mti)) return true
    const { view } = this.#wire
    const amountMinor = Number(view.text(4))
    const asked = this.#booksOf(terminal).openRequest(stan)?.amountMinor
    const isOther = asked !== undefined && view.has(4) && amountMinor !== asked && view.text(39) === '00'
    return amountMinor !== WRONG_MAC_AMOUNT && !isOther
  }

  /** A host that says yes to a request of which only damaged copies can have come. */
  #checkBelieved(terminal: string, mti: string, stan: string): void {
    const code = this.#wire.view.text(39) ?? ''
    const isYes = SUCCESS_CODES.includes(code) && (mti === '0410' || MONEY_REPLIES.includes(mti))
    const request = String(Number(mti) - 10).padStart(4, '0')
    if (!isYes || Number(this.#wire.view.text(4)) === WRONG_STAN_AMOUNT) return
    if (!this.#deliveries.hadWhole(terminal, request, stan))
      this.#find('damaged request believed', `${terminal}: ${request} ${stan}, answer ${code}`)
  }

  /** What must be true when `record` becomes durable; `books` as they were before it. */
  #checkRecord(terminal: string, books: TerminalBooks, record: JournalRecord): void {
    if (record.kind === 'reversalClosed' && record.responseCode !== undefined)
      this.#checkProved(terminal, '0410', record.stan)
    if (record.kind !== 'answered' || !record.approved) return
    const request = books.openRequest(record.stan)
    if (request === undefined) return
    const name = `${terminal}: ${request.type} ${record.stan}`
    this.#checkProved(terminal, replyType(request.mti), record.stan)
    if (this.#wrongPin.has(terminal) && request.entryMode.endsWith('1'))
      this.#find('approved with a wrong PIN', name)
    // A card that was tapped is gone when the host answers: it has asked, and makes no second cryptogram.
    const wanted = request.entry === 'contactless' ? 'ARQC' : 'TC'
    if (record.chip !== undefined && record.chip.cryptogramKind !== wanted)
      this.#find('approved against the card', `${name}: ${record.chip.cryptogramKind}`)
  }

  /** A terminal that takes a reply of which only damaged copies can have come. */
  #checkProved(terminal: string, mti: string, stan: string): void {
    if (!this.#deliveries.hadWhole(terminal, mti, stan))
      this.#find('damaged reply believed', `${terminal}: ${mti} ${stan}`)
  }

  #secret(what: string | undefined, place: string, where: string): void {
    if (what !== undefined) this.#find(`card data on ${place}`, `${where}: ${what}`)
  }

  #paperOf(terminal: string): PaperCheck {
    return this.#paper.get(terminal) as PaperCheck
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

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
