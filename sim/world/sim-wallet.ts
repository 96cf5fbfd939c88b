import { invariant } from '../../src/base/invariant.ts'
import type { WalletPort } from '../../src/host/core/wallet-port.ts'
import { OfficeDatabase } from '../../src/host/office/office-database.ts'
import type { SoftwareSecurityModule } from '../../src/host/security-module/software-security-module.ts'
import { MemoryStore } from '../../src/host/store/memory-store.ts'
import type { MemoryTables } from '../../src/host/store/memory-tables.ts'
import { SqliteWalletRows } from '../../src/host/wallet/sqlite-wallet-rows.ts'
import { WalletBook } from '../../src/host/wallet/wallet-book.ts'
import { Wallets } from '../../src/host/wallet/wallets.ts'
import type { Timing } from './timing.ts'

/** What a customer with a phone does about the payment of a step. */
export interface PhoneDeed {
  readonly answer: 'confirms' | 'refuses'
  /** From the beginning of the step. */
  readonly afterMs: number
}

const BALANCE_MINOR = 500_000_000
const CONFIRM_ABOVE_MINOR = 50_000
/** How often a customer looks at the phone, and until when. */
const LOOK_MS = 100
const LOOK_UNTIL_MS = 60_000

/** One customer with a phone, and the payments file of the hosts, which outlives each of their processes. */
export class SimWallet {
  readonly port: WalletPort
  readonly #book: WalletBook
  readonly #clock: Timing
  readonly #epochMs: () => number
  #number = 0
  #step = 0

  constructor(parts: {
    readonly clock: Timing
    readonly epochMs: () => number
    readonly security: SoftwareSecurityModule
  }) {
    const { clock, epochMs, security } = parts
    this.#clock = clock
    this.#epochMs = epochMs
    const rows = new SqliteWalletRows(new OfficeDatabase(':memory:'))
    this.#book = new WalletBook(rows, (data) => security.auditTag(data))
    this.port = this.#book
  }

  /** Gives the customer a wallet with money, in these records. */
  open(tables: MemoryTables, security: SoftwareSecurityModule): void {
    const wallets = new Wallets(this.#book, new MemoryStore(tables), security, () => 0)
    const setup = { name: 'Li', balanceMinor: BALANCE_MINOR, confirmAboveMinor: CONFIRM_ABOVE_MINOR }
    this.#number = wallets.add(setup).number
  }

  /** The code that the customer holds out. */
  code(): string {
    const shown = this.#book.showCode(this.#number, this.#epochMs(), true)
    invariant(typeof shown !== 'string', 'a wallet that shows no code')
    return shown.code
  }

  /** A step begins: what was meant for the one before is over. */
  begin(deed: PhoneDeed | undefined): void {
    const step = ++this.#step
    if (deed !== undefined) this.#clock.after(deed.afterMs, () => this.#look(step, deed, 0))
  }

  /** Answers whatever order is open; looks again later while there is none. */
  #look(step: number, deed: PhoneDeed, lookedMs: number): void {
    if (step !== this.#step || lookedMs > LOOK_UNTIL_MS) return
    if (this.#answer(deed.answer)) return
    this.#clock.after(LOOK_MS, () => this.#look(step, deed, lookedMs + LOOK_MS))
  }

  #answer(answer: PhoneDeed['answer']): boolean {
    const nowMs = this.#epochMs()
    // Numbers of orders count up from 1 in each run.
    for (let number = 1; this.#book.orderRow(number) !== undefined; number++) {
      if (this.#book.orderRow(number)?.state !== 'open') continue
      if (answer === 'confirms') this.#book.confirm(this.#number, number, nowMs)
      else this.#book.refuse(this.#number, number, nowMs)
      return true
    }
    return false
  }
}
