import type { Transaction } from '../../src/terminal/flows/terminal-model.ts'
import type { Finding } from './finding.ts'
import type { Secrets } from './secrets.ts'
import { readSettlementSlips, readSlips, type SettlementSlip, type Slip } from './slip.ts'
import type { TerminalBooks } from './terminal-books.ts'
import { SIGN } from './transaction-sign.ts'

/** All paper of one terminal, held against its journal. */
export class PaperCheck {
  readonly #tid: string
  readonly #slips: Slip[] = []
  readonly #settlements: SettlementSlip[] = []

  constructor(tid: string) {
    this.#tid = tid
  }

  /** Settlement slips in order, for whoever holds them against the host. */
  get settlements(): readonly SettlementSlip[] {
    return this.#settlements
  }

  /** A piece comes out, line by line: what it says is on the disk already. */
  printed(paper: readonly string[], books: TerminalBooks, secrets: Secrets): readonly Finding[] {
    this.#settlements.push(...readSettlementSlips(paper))
    const slips = readSlips(paper).filter(({ isWhole }) => isWhole)
    this.#slips.push(...slips)
    const findings = slips.flatMap((slip) => this.#truth(slip, books.find(slip.batch, slip.stan)))
    // Spaces may be for the eye only.
    if (secrets.hasPan(paper.join('\n').replaceAll(' ', '')))
      return [...findings, { check: 'card data on paper', detail: this.#tid }]
    return findings
  }

  /** After the quiet time: each approval has its slips, one without the duplicate mark at most. */
  finish(books: TerminalBooks, wantsCardholderCopy: boolean): readonly Finding[] {
    const findings = this.#slips.flatMap((slip) => this.#truth(slip, books.find(slip.batch, slip.stan)))
    for (const transaction of books.transactions()) {
      if (!isBooked(transaction)) continue
      findings.push(...this.#copyFindings(transaction, 'merchant'))
      if (wantsCardholderCopy) findings.push(...this.#copyFindings(transaction, 'cardholder'))
    }
    return findings
  }

  /** Money that the slips of `transactions` say, for the merchant and from the merchant. */
  sums(transactions: readonly Transaction[]): { readonly debitMinor: number; readonly creditMinor: number } {
    const wanted = new Set(transactions.map(({ request }) => `${request.batch}/${request.stan}`))
    const said = new Map<string, Slip>()
    for (const slip of this.#slips) {
      const key = `${slip.batch}/${slip.stan}`
      if (wanted.has(key)) said.set(key, slip)
    }
    let debitMinor = 0
    let creditMinor = 0
    for (const { type, amountMinor } of said.values()) {
      const sign = type === undefined ? 0 : SIGN[type]
      if (sign > 0) debitMinor += amountMinor
      else if (sign < 0) creditMinor += amountMinor
    }
    return { debitMinor, creditMinor }
  }

  #truth(slip: Slip, transaction: Transaction | undefined): readonly Finding[] {
    const isTrue =
      transaction !== undefined &&
      isBooked(transaction) &&
      transaction.amountMinor === slip.amountMinor &&
      (slip.type === transaction.request.type || !slip.isComplete)
    if (isTrue) return []
    const says = `${slip.type ?? '?'} ${slip.amountMinor}`
    const detail = `${this.#tid} ${slip.batch}/${slip.stan}: ${says}, ${transaction?.status ?? 'no record'}`
    return [{ check: 'slip is not true', detail }]
  }

  #copyFindings({ request }: Transaction, copy: 'merchant' | 'cardholder'): readonly Finding[] {
    const slips = this.#slips.filter(
      (slip) => slip.stan === request.stan && slip.batch === request.batch && slip.copy === copy,
    )
    const detail = `${this.#tid} ${request.batch}/${request.stan} ${request.type}, ${copy} copy`
    const complete = slips.filter(({ isComplete }) => isComplete)
    if (complete.length === 0) return [{ check: 'approved without a slip', detail }]
    // One that was torn off above its mark is followed by another that has it.
    const [second] = complete.filter(({ isDuplicate }) => !isDuplicate).slice(1)
    return second !== undefined && second === complete.at(-1)
      ? [{ check: 'two slips without duplicate mark', detail }]
      : []
  }
}

function isBooked({ status }: Transaction): boolean {
  return status === 'approved' || status === 'voided'
}
