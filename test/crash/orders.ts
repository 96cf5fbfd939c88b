import type { SeededRandom } from '../../sim/world/seeded-random.ts'
import { formatAmount } from '../../src/base/money.ts'
import type { TransactionView } from '../../src/terminal/flows/terminal-command.ts'

/** A card that customers of a till hold. */
export interface CustomerCard {
  /** Of its image in the folder of cards. */
  readonly name: string
  readonly pan: string
  readonly hasChip: boolean
}

export type OrderKind =
  | 'sale'
  | 'slowSale'
  | 'lostSale'
  | 'partialSale'
  | 'refusedSale'
  | 'void'
  | 'refund'
  | 'lostRefund'
  | 'preauth'
  | 'complete'
  | 'completeAdvice'
  | 'cancelPreauth'
  | 'voidCompletion'
  | 'balance'
  | 'settle'
  | 'signIn'
  | 'send'
  | 'print'
  | 'reprint'

/** One line for the terminal's console, and the customer for it. */
export interface Order {
  readonly kind: OrderKind
  readonly line: string
  readonly card: CustomerCard | undefined
}

const USUAL: readonly (readonly [OrderKind, number])[] = [
  ['sale', 34],
  ['slowSale', 3],
  ['lostSale', 3],
  ['partialSale', 2],
  ['refusedSale', 2],
  ['void', 14],
  ['refund', 7],
  ['lostRefund', 2],
  ['preauth', 8],
  ['complete', 5],
  ['completeAdvice', 4],
  ['cancelPreauth', 3],
  ['voidCompletion', 2],
  ['balance', 2],
  ['settle', 4],
  ['signIn', 1],
  ['send', 1],
  ['print', 1],
  ['reprint', 2],
]

/** Amounts that make the test host behave: docs/host-test-behaviour.md. */
const AMOUNTS = { late: '7702.01', half: '7705.50', refused: '7700.51', cut: '7703.04' } as const

/** What an operator of a loaded day does next, by what the terminal has told of its batch. */
export class Orders {
  readonly #random: SeededRandom
  readonly #cards: readonly CustomerCard[]
  /** Approved transactions of this batch and of those before it, as their slips show them. */
  #known: TransactionView[] = []

  constructor(random: SeededRandom, cards: readonly CustomerCard[]) {
    this.#random = random
    this.#cards = cards
  }

  /** Replaces what is known of the batch by what the terminal lists. */
  learn(batch: string, items: readonly TransactionView[]): void {
    this.#known = [...this.#known.filter((each) => each.batch !== batch), ...items].slice(-60)
  }

  add(view: TransactionView): void {
    this.#known.push(view)
  }

  /** `wanted` when it can be done now, or what comes to it. */
  next(wanted: OrderKind | undefined, batch: string): Order {
    const kind = wanted ?? this.#random.weighted(USUAL)
    return this.#order(kind, batch) ?? this.#sale('sale', this.#amount())
  }

  #order(kind: OrderKind, batch: string): Order | undefined {
    switch (kind) {
      case 'sale':
        return this.#sale(kind, this.#amount())
      case 'slowSale':
        return this.#sale(kind, AMOUNTS.late)
      case 'lostSale':
        return this.#sale(kind, AMOUNTS.cut)
      case 'partialSale':
        return this.#sale(kind, AMOUNTS.half)
      case 'refusedSale':
        return this.#sale(kind, AMOUNTS.refused)
      case 'void':
        return this.#void('void', 'sale', batch)
      case 'voidCompletion':
        return this.#void('void-completion', 'completion', batch)
      case 'refund':
      case 'lostRefund':
        return this.#refund(kind)
      case 'preauth':
        return { kind, line: `preauth ${this.#amount()}`, card: this.#anyCard() }
      case 'complete':
        return this.#followUp(kind, 'complete')
      case 'completeAdvice':
        return this.#followUp(kind, 'complete-advice')
      case 'cancelPreauth':
        return this.#followUp(kind, 'cancel-preauth')
      case 'balance':
        return { kind, line: 'balance', card: this.#anyCard() }
      case 'signIn':
        return { kind, line: 'signin', card: undefined }
      case 'settle':
      case 'send':
      case 'print':
      case 'reprint':
        return { kind, line: kind, card: undefined }
    }
  }

  #sale(kind: OrderKind, amount: string): Order {
    return { kind, line: `sale ${amount}`, card: this.#anyCard() }
  }

  #void(command: 'void' | 'void-completion', type: 'sale' | 'completion', batch: string): Order | undefined {
    const original = this.#one((each) => each.type === type && each.batch === batch)
    if (original === undefined) return undefined
    const kind = command === 'void' ? 'void' : 'voidCompletion'
    return { kind, line: `${command} ${original.stan}`, card: this.#cardOf(original) }
  }

  #refund(kind: 'refund' | 'lostRefund'): Order | undefined {
    const least = kind === 'lostRefund' ? 770_304 : 1
    const original = this.#one(
      ({ type, amountMinor, referenceNumber }) =>
        type === 'sale' && amountMinor >= least && referenceNumber !== undefined,
    )
    // A sale that is worth a refund of the amount at which the host cuts the line.
    if (original === undefined) return kind === 'lostRefund' ? this.#sale('sale', '7999.00') : undefined
    const part = Math.max(1, Math.floor((original.amountMinor * this.#random.between(1, 5)) / 10))
    const amount = kind === 'lostRefund' ? AMOUNTS.cut : formatAmount(part, original.currency)
    const line = `refund ${amount} ${original.referenceNumber} ${slipReference(original)}`
    return { kind, line, card: this.#cardOf(original) }
  }

  #followUp(kind: OrderKind, command: string): Order | undefined {
    const original = this.#one(
      ({ type, authorisationCode }) => type === 'preAuthorisation' && authorisationCode !== undefined,
    )
    if (original === undefined) return undefined
    const share = command === 'cancel-preauth' ? 10 : this.#random.between(3, 10)
    const amount = formatAmount(
      Math.max(1, Math.floor((original.amountMinor * share) / 10)),
      original.currency,
    )
    // Most are completed once; one that is tried again must be refused.
    if (this.#random.chance(800)) this.#known = this.#known.filter((each) => each !== original)
    const line = `${command} ${amount} ${original.authorisationCode} ${slipReference(original)}`
    return { kind, line, card: this.#cardOf(original) }
  }

  #one(isWanted: (view: TransactionView) => boolean): TransactionView | undefined {
    const wanted = this.#known.filter((each) => each.status === 'approved' && isWanted(each))
    return wanted.length === 0 ? undefined : this.#random.pick(wanted)
  }

  #anyCard(): CustomerCard {
    return this.#random.pick(this.#cards)
  }

  #cardOf({ panTruncated }: TransactionView): CustomerCard | undefined {
    return this.#cards.find(
      ({ pan }) => pan.slice(0, 6) === panTruncated.slice(0, 6) && pan.slice(-4) === panTruncated.slice(-4),
    )
  }

  #amount(): string {
    return formatAmount(this.#random.between(100, 50_000), '156')
  }
}

function slipReference({ batch, stan, date }: TransactionView): string {
  return `${batch}-${stan}-${date}`
}
