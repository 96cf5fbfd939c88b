import type { CodeTagger } from '../wallet/payment-code.ts'
import { StagedWalletRows } from '../wallet/staged-wallet-rows.ts'
import { WalletBook, type WalletFault } from '../wallet/wallet-book.ts'
import type { OrderRow, WalletRow } from '../wallet/wallet-rows.ts'
import {
  ALL_WALLETS,
  LAST_CODE,
  PAYMENT_READS,
  paymentWrites,
  SIGNATURE_OF,
  STORED_PAYMENT,
} from './postgres-payment-rows.ts'
import { BEGIN, COMMIT, type PostgresSession, type Step, step } from './postgres-session.ts'
import type { PostgresStore } from './postgres-store.ts'
import { arrayOf } from './postgres-values.ts'

/** Which rows a deed of a customer needs. */
interface Needs {
  /** Their rows are locked; the code that each showed last comes with them. */
  readonly wallet?: number
  readonly order?: number
  /** Orders of the wallet, newest first, at most so many. */
  readonly orderCount?: number
  readonly allWallets?: boolean
}

const ORDERS_SHOWN = 20

/**
 * What customers do with their wallets on a shared database: each deed locks the wallet, then the order that it is about, and is
 * one transaction. Hosts that decide about the same order wait for it, or it for them.
 */
export class PostgresWallets {
  readonly #store: PostgresStore
  readonly #tagger: CodeTagger

  constructor(store: PostgresStore, tagger: CodeTagger) {
    this.#store = store
    this.#tagger = tagger
  }

  addWallet(name: string, confirmAboveMinor: number, nowMs: number): Promise<WalletRow> {
    return this.#work({ allWallets: true }, (book) => book.addWallet(name, confirmAboveMinor, nowMs))
  }

  wallets(): Promise<readonly WalletRow[]> {
    return this.#work({ allWallets: true }, (book) => book.wallets())
  }

  wallet(number: number): Promise<WalletRow | undefined> {
    return this.#work({ wallet: number }, (book) => book.wallet(number))
  }

  showCode(
    wallet: number,
    nowMs: number,
    isFresh = false,
  ): Promise<{ readonly code: string; readonly untilMs: number } | WalletFault> {
    return this.#work({ wallet }, (book) => book.showCode(wallet, nowMs, isFresh))
  }

  scan(payload: string, nowMs: number): Promise<OrderRow | WalletFault> {
    const order = /^TW1:(\d{1,12})-/.exec(payload.trim())?.[1]
    return this.#work(order === undefined ? {} : { order: Number(order) }, (book) =>
      book.scan(payload, nowMs),
    )
  }

  confirm(wallet: number, order: number, nowMs: number): Promise<OrderRow | WalletFault> {
    return this.#work({ wallet, order }, (book) => book.confirm(wallet, order, nowMs))
  }

  refuse(wallet: number, order: number, nowMs: number): Promise<OrderRow | WalletFault> {
    return this.#work({ wallet, order }, (book) => book.refuse(wallet, order, nowMs))
  }

  ordersOf(wallet: number, nowMs: number): Promise<readonly OrderRow[]> {
    return this.#work({ wallet, orderCount: ORDERS_SHOWN }, (book) => book.ordersOf(wallet, nowMs))
  }

  orderRow(order: number): Promise<OrderRow | undefined> {
    return this.#work({ order }, (book) => book.orderRow(order))
  }

  /** Field 62 of a signature's upload; undefined without one. */
  signature(transactionId: number): Promise<Uint8Array | undefined> {
    return this.#store.together(async (session) => {
      const [rows] = await session.run([step(SIGNATURE_OF, transactionId)])
      const [row] = rows ?? []
      return row === undefined ? undefined : STORED_PAYMENT.signature(row).body
    })
  }

  #work<T>(needs: Needs, act: (book: WalletBook) => T): Promise<T> {
    return this.#store.together(async (session) => {
      const rows = new StagedWalletRows(() => {
        throw new Error('a customer opens no orders')
      })
      await fill(session, needs, rows)
      const done = act(new WalletBook(rows, this.#tagger))
      await session.run([...paymentWrites(rows.changes(), []), COMMIT])
      return done
    })
  }
}

async function fill(
  session: PostgresSession,
  { wallet, order, orderCount, allWallets = false }: Needs,
  rows: StagedWalletRows,
): Promise<void> {
  const none: Step | undefined = undefined
  const steps = [
    allWallets ? step(ALL_WALLETS) : none,
    wallet === undefined ? none : step(PAYMENT_READS.wallets.locking, arrayOf([wallet])),
    wallet === undefined ? none : step(LAST_CODE, wallet),
    order === undefined ? none : step(PAYMENT_READS.orders.locking, arrayOf([order])),
    wallet === undefined || orderCount === undefined
      ? none
      : step(PAYMENT_READS.ordersOfWallet.locking, wallet, orderCount),
  ]
  const asked = steps.filter((each) => each !== undefined)
  const [, ...answers] = await session.run([BEGIN, ...asked])
  const [all = [], wallets = [], codes = [], named = [], owned = []] = steps.map((each) =>
    each === undefined ? [] : (answers.shift() ?? []),
  )
  for (const row of [...all, ...wallets]) rows.takeWallet(STORED_PAYMENT.wallet(row))
  for (const { wallet: owner, serial, ...code } of codes.map(STORED_PAYMENT.code))
    rows.takeCode(owner, serial, code)
  for (const row of [...named, ...owned]) rows.takeOrder(STORED_PAYMENT.order(row))
}
