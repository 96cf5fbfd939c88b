import type { SettlementTotals } from '../../iso8583/subfields/field-48.ts'

/** Counts have three digits in field 48. */
const COUNT_MODULUS = 1000

/** Sums of one batch. */
export interface TotalFigures {
  readonly debitMinor: number
  readonly debitCount: number
  readonly creditMinor: number
  readonly creditCount: number
}

const NOTHING: TotalFigures = { debitMinor: 0, debitCount: 0, creditMinor: 0, creditCount: 0 }

/** What a terminal will settle: its side of the books of one batch. */
export class TillTotals {
  figures: TotalFigures = NOTHING

  /** `side` and sign of an approved transaction; `by` is −1 for one that a reversal took back. */
  add(side: 'debit' | 'credit', amountMinor: number, by: 1 | -1): void {
    const { figures } = this
    this.figures =
      side === 'debit'
        ? {
            ...figures,
            debitMinor: figures.debitMinor + by * amountMinor,
            debitCount: figures.debitCount + by,
          }
        : {
            ...figures,
            creditMinor: figures.creditMinor + by * amountMinor,
            creditCount: figures.creditCount + by,
          }
  }

  clear(): void {
    this.figures = NOTHING
  }

  field48(): SettlementTotals {
    const { debitMinor, debitCount, creditMinor, creditCount } = this.figures
    return {
      debitAmountMinor: debitMinor,
      debitCount: debitCount % COUNT_MODULUS,
      creditAmountMinor: creditMinor,
      creditCount: creditCount % COUNT_MODULUS,
      flag: 'notCompared',
    }
  }
}
