import { findAccount, fundAccount, openAccount } from '../core/accounts.ts'
import type { IssuerRow, TransactionRow } from '../core/records.ts'
import type { ProtectedPan, SecurityModule } from '../core/security-module-port.ts'
import { type HostStore, NO_ROWS, together } from '../core/store-port.ts'
import { WALLET_PREFIX } from '../core/wallet-port.ts'
import { WALLET_MAX, walletAccountNumber } from './payment-code.ts'
import type { WalletBook } from './wallet-book.ts'
import type { WalletRow } from './wallet-rows.ts'

/** What an operator or a customer asked for can't be done; one sentence that says what to do. */
export class WalletError extends Error {
  override readonly name = 'WalletError'
}

export interface WalletView extends WalletRow {
  readonly balanceMinor: number
  readonly isFrozen: boolean
}

const CURRENCY = '156'
/** No card of these ever ends. */
const NO_EXPIRY = '9912'

const WALLET_ISSUER: Omit<IssuerRow, 'cryptogramKey' | 'pinVerificationKey'> = {
  id: 'wallet',
  name: 'Wallets of Tillwire 泰维钱包',
  prefixes: [WALLET_PREFIX],
  cardClass: 'domestic',
  organisation: 'CUP',
  institution: '03090000',
  cryptogramScheme: 'pboc-01',
}

export type WalletSecurity = Pick<SecurityModule, 'protectPan' | 'lookupOf'>

/** What customers do with their wallets. */
export type WalletDesk = Pick<
  WalletBook,
  'addWallet' | 'wallets' | 'wallet' | 'showCode' | 'scan' | 'confirm' | 'refuse' | 'ordersOf' | 'orderRow'
>

/** Wallets with their money: an account of the host each, so that ledger, settlement and clearing hold for them as for cards. */
export class Wallets<Book extends WalletDesk = WalletBook> {
  readonly book: Book
  readonly #store: HostStore
  readonly #security: WalletSecurity
  readonly #nowMs: () => number

  constructor(book: Book, store: HostStore, security: WalletSecurity, nowMs: () => number) {
    this.book = book
    this.#store = store
    this.#security = security
    this.#nowMs = nowMs
  }

  /** A wallet with its first money. @throws {WalletError} */
  add(setup: {
    readonly name: string
    readonly balanceMinor: number
    readonly confirmAboveMinor: number
  }): WalletView {
    if (this.book.wallets().length >= WALLET_MAX)
      throw new WalletError(`there are ${WALLET_MAX} wallets already`)
    const row = this.book.addWallet(setup.name, setup.confirmAboveMinor, this.#nowMs())
    this.#together(() => this.#openAccount(row, setup.balanceMinor))
    return { ...row, balanceMinor: setup.balanceMinor, isFrozen: false }
  }

  #openAccount(row: WalletRow, balanceMinor: number): void {
    if (!this.#store.listIssuers().some(({ id }) => id === WALLET_ISSUER.id)) {
      const issuer = { ...WALLET_ISSUER, cryptogramKey: undefined, pinVerificationKey: undefined }
      this.#store.commit({ ...NO_ROWS, issuers: [issuer] })
    }
    openAccount(this.#store, {
      pan: this.#panOf(row.number),
      issuerId: WALLET_ISSUER.id,
      currency: CURRENCY,
      expiry: NO_EXPIRY,
      status: 'active',
      hasChip: false,
      pinReference: undefined,
      pinTriesMax: 3,
      limits: { singleMinor: undefined, dailyMinor: undefined, dailyCount: undefined },
      testBehaviour: undefined,
      openingBalanceMinor: balanceMinor,
    })
  }

  list(): readonly WalletView[] {
    return this.book.wallets().flatMap((row) => this.find(row.number) ?? [])
  }

  find(number: number): WalletView | undefined {
    const row = this.book.wallet(number)
    const account = row === undefined ? undefined : this.#account(number)
    if (row === undefined || account === undefined) return undefined
    return { ...row, balanceMinor: account.state.balanceMinor, isFrozen: account.status !== 'active' }
  }

  /** @throws {WalletError} */
  setFrozen(number: number, isFrozen: boolean): WalletView {
    this.#together(() => {
      const account = this.#account(number) ?? noWallet(number)
      this.#store.commit({ ...NO_ROWS, accounts: [{ ...account, status: isFrozen ? 'blocked' : 'active' }] })
    })
    return this.find(number) ?? noWallet(number)
  }

  /** Puts money in from outside. @throws {WalletError} */
  fund(number: number, amountMinor: number): WalletView {
    this.#together(() => fundAccount(this.#store, this.#account(number) ?? noWallet(number), amountMinor))
    return this.find(number) ?? noWallet(number)
  }

  /** What was paid, voided and refunded, newest first. */
  history(number: number, limit = 20): readonly TransactionRow[] {
    const lookup = this.#panOf(number).lookup
    const all = this.#store.listTransactions({ limit: 5_000 })
    return all.filter(({ panLookup, state }) => panLookup === lookup && state !== 'declined').slice(0, limit)
  }

  /** What is being decided becomes durable first, and is read again afterwards. */
  #together<T>(work: () => T): T {
    const done = together(this.#store, work)
    this.#store.settle?.()
    return done
  }

  #panOf(number: number): ProtectedPan {
    return this.#security.protectPan(walletAccountNumber(number))
  }

  #account(number: number) {
    return findAccount(this.#store, this.#security.lookupOf(walletAccountNumber(number)))
  }
}

function noWallet(number: number): never {
  throw new WalletError(`there is no wallet ${number}: 'tillwire host wallet list' shows them`)
}
