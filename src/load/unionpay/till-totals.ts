import type { SettlementTotals } from '../../iso8583/subfields/field-48.ts'

/** Counts have three digits in field 48. */
const COUNT_MODULUS = 1000

/** What a terminal will settle: its side of the books of one batch. */
export class TillTotals {
  #debitMinor = 0
  #debitCount = 0
  #creditMinor = 0
  #creditCount = 0

  /** `side` and sign of an approved transaction; `by` is −1 for one that a reversal took back. */
  add(side: 'debit' | 'credit', amountMinor: number, by: 1 | -1): void {
    if (side === 'debit') {
      this.#debitMinor += by * amountMinor
      this.#debitCount += by
    } else {
      this.#creditMinor += by * amountMinor
      this.#creditCount += by
    }
  }

  clear(): void {
    this.#debitMinor = this.#debitCount = this.#creditMinor = this.#creditCount = 0
  }

  field48(): SettlementTotals {
    return {
      debitAmountMinor: this.#debitMinor,
      debitCount: this.#debitCount % COUNT_MODULUS,
      creditAmountMinor: this.#creditMinor,
      creditCount: this.#creditCount % COUNT_MODULUS,
      flag: 'notCompared',
    }
  }
}
