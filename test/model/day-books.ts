/**
 * Plain data of the reference model: what one terminal, its host and the counter around them hold. Written from the
 * documents of the dialect and the decisions in docs/adr; it shares nothing with the product.
 */

export const CARDS = [
  'pinChip',
  'signatureChip',
  'foreignChip',
  'dynamicChip',
  'stripe',
  'secondStripe',
  'poorStripe',
] as const
export type CardName = (typeof CARDS)[number]

export type Kind =
  | 'sale'
  | 'saleVoid'
  | 'refund'
  | 'balance'
  | 'preAuthorisation'
  | 'preAuthorisationCancel'
  | 'completion'
  | 'completionAdvice'
  | 'completionVoid'

/** What only the host gives, learnt from its answers: the model can't know it and need not. */
export interface Tokens {
  readonly referenceNumber: string
  readonly authorisationCode: string
  readonly date: string
}

/** A transaction as the terminal's batch shows it. */
export interface TerminalEntry {
  readonly batch: number
  readonly stan: number
  readonly kind: Kind
  readonly card: CardName
  readonly asked: number
  /** The original's key, where there is one. */
  readonly original: string | undefined
  /** Read by its chip: it leaves a certificate for the upload. */
  readonly hasCertificate: boolean
  amount: number
  status: 'approved' | 'declined' | 'voided' | 'reversalDue' | 'reversed' | 'noticeQueued'
  isForeign: boolean
  tokens: Tokens | undefined
}

/** The same as the host has it. */
export interface HostEntry {
  readonly kind: Kind | 'reversalAlone'
  readonly card: CardName | undefined
  readonly original: string | undefined
  state: 'approved' | 'declined' | 'voided' | 'reversed'
  approved: number
  code: string
  refunded: number
  /** Amount that this pre-authorisation reserves, and whether it still does. */
  hold: 'none' | 'open' | 'completed' | 'cancelled' | 'reversed'
  /** Its first reversal will be done and not answered. */
  losesReversal: boolean
}

export interface Account {
  balance: number
  held: number
  pinTries: number
}

export interface Totals {
  debit: number
  debitCount: number
  credit: number
  creditCount: number
}

export interface ClosedBatch {
  readonly batch: number
  readonly domestic: Totals
  readonly foreign: Totals
  readonly flags: string
}

/** A slip that is owed: text without the duplicate mark, for each copy that is missing. */
export interface OwedSlip {
  readonly text: string
  copies: number
}

export type Printer = 'ready' | 'unplugged' | 'noPaper'

export interface DayBooks {
  readonly terminal: {
    batch: number
    nextStan: number
    signedIn: boolean
    loggedOn: '00' | '01' | undefined
    readonly wrongTries: { '00': number; '01': number }
    entries: TerminalEntry[]
    /** Key of the transaction that must be reversed, and how often that was tried. */
    reversal: { readonly key: string; attempts: number } | undefined
    notices: { readonly key: string; attempts: number }[]
    /** Totals that were begun to be settled. */
    settling: { readonly domestic: Totals; readonly foreign: Totals } | undefined
    owed: OwedSlip[]
    lastSlip: string | undefined
    lastSettlement: ClosedBatch | undefined
    undecided: number | undefined
    /** Chip transactions that the card refused after the host's approval. */
    failedChips: number
    scriptResults: number
  }
  readonly host: {
    batch: number
    signedIn: boolean
    readonly entries: Map<string, HostEntry>
    readonly closed: ClosedBatch[]
    readonly accounts: { readonly [card in CardName]: Account }
    merchant: number
  }
  /** All that the terminal ever had, for references to earlier batches. */
  readonly history: Map<string, TerminalEntry>
  isHostUp: boolean
  printer: Printer
}

export const PIN_TRIES = 3
const RICH = 500_000_000
const POOR = 20_000

function account(balance: number): Account {
  return { balance, held: 0, pinTries: PIN_TRIES }
}

/** A commissioned terminal with its cashier logged on, before its first sign-in. */
export function newDayBooks(): DayBooks {
  return {
    terminal: {
      batch: 1,
      nextStan: 1,
      signedIn: false,
      loggedOn: '01',
      wrongTries: { '00': 0, '01': 0 },
      entries: [],
      reversal: undefined,
      notices: [],
      settling: undefined,
      owed: [],
      lastSlip: undefined,
      lastSettlement: undefined,
      undecided: undefined,
      failedChips: 0,
      scriptResults: 0,
    },
    host: {
      batch: 1,
      signedIn: false,
      entries: new Map(),
      closed: [],
      accounts: {
        pinChip: account(RICH),
        signatureChip: account(RICH),
        foreignChip: account(RICH),
        dynamicChip: account(RICH),
        stripe: account(RICH),
        secondStripe: account(RICH),
        poorStripe: account(POOR),
      },
      merchant: 0,
    },
    history: new Map(),
    isHostUp: true,
    printer: 'ready',
  }
}

export function keyOf(batch: number, stan: number): string {
  return `${batch}/${stan}`
}

export function six(number: number): string {
  return String(number).padStart(6, '0')
}

export function isChip(card: CardName): boolean {
  return card.endsWith('Chip')
}

export function isForeignCard(card: CardName): boolean {
  return card === 'foreignChip' || card === 'dynamicChip'
}

/** Sale and completion are debits; voids of them and refunds are credits. */
const SIDES: { readonly [kind in Kind]: 'debit' | 'credit' | 'none' } = {
  sale: 'debit',
  completion: 'debit',
  completionAdvice: 'debit',
  saleVoid: 'credit',
  completionVoid: 'credit',
  refund: 'credit',
  balance: 'none',
  preAuthorisation: 'none',
  preAuthorisationCancel: 'none',
}

export function sideOf(kind: Kind): 'debit' | 'credit' | 'none' {
  return SIDES[kind]
}

/** Sums of one class by side. */
export function totalsOf(items: readonly { readonly kind: Kind; readonly amount: number }[]): Totals {
  const totals: Totals = { debit: 0, debitCount: 0, credit: 0, creditCount: 0 }
  for (const { kind, amount } of items) {
    if (SIDES[kind] === 'debit') {
      totals.debit += amount
      totals.debitCount++
    } else if (SIDES[kind] === 'credit') {
      totals.credit += amount
      totals.creditCount++
    }
  }
  return totals
}

export function totalsText({ debit, debitCount, credit, creditCount }: Totals): string {
  return `D${debit}x${debitCount} C${credit}x${creditCount}`
}
