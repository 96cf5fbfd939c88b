import type { LoadKind } from './load-kind.ts'
import { sixDigits } from './till-message.ts'
import { TillTotals, type TotalFigures } from './till-totals.ts'

/** A terminal's books between two loads. */
export interface OpenBatch {
  /** Six digits. */
  readonly number: string
  readonly totals: TotalFigures
  /** Nothing was left open that may or may not be in the host's books. */
  readonly isCertain: boolean
}

const BATCH_COUNT = 999_999

/** A terminal's side of the books: its open batch, and how far its settlement got. */
export class TillBooks {
  readonly totals = new TillTotals()
  readonly #earlier: OpenBatch | undefined
  readonly #wasUsed: boolean
  #isKnown = false
  /** Six digits. */
  batch = '000001'
  /** Requests since it was opened. */
  sentCount = 0
  /** A settlement was answered: the batch end is due. */
  closing: 'balanced' | 'unbalanced' | undefined
  /** The host may have booked something that these books do not know. */
  isUncertain = false

  /** `earlier`: what the load before left open; `wasUsed`: there was one, whether or not it said so. */
  constructor(earlier: OpenBatch | undefined, wasUsed: boolean) {
    this.#earlier = earlier
    this.#wasUsed = wasUsed
  }

  /** The batch that the host named at a sign-in; the first time it may be that of an earlier load. */
  signedIn(batch: string): void {
    if (this.#isKnown) return
    this.#isKnown = true
    this.batch = batch
    const earlier = this.#earlier
    if (earlier?.number === batch) {
      this.totals.figures = earlier.totals
      this.isUncertain = !earlier.isCertain
    } else this.isUncertain = earlier === undefined && this.#wasUsed
  }

  /** Source: UnionPay POS dialect, 14: sale and completion are debit, void and refund credit. */
  book(kind: LoadKind, amountMinor: number, by: 1 | -1): void {
    if (kind.startsWith('sale') || kind === 'completion') this.totals.add('debit', amountMinor, by)
    else if (kind === 'void' || kind === 'refund') this.totals.add('credit', amountMinor, by)
  }

  /** Whether the host's totals are as they should be, by its answer's field 48: flags stand at digits 31 and 62. */
  settled(field48: string): boolean {
    const balanced = field48.charAt(30) === '1' && field48.charAt(61) === '1'
    this.closing = balanced ? 'balanced' : 'unbalanced'
    return balanced || this.isUncertain
  }

  /** The host closed the batch: the next one begins. */
  close(): void {
    this.closing = undefined
    this.batch = sixDigits((Number(this.batch) % BATCH_COUNT) + 1)
    this.sentCount = 0
    this.isUncertain = false
    this.totals.clear()
  }
}
