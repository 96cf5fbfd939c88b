import type { OfficeDatabase } from '../office/office-database.ts'
import type { CodeRow, OrderRow, WalletRow, WalletRows } from './wallet-rows.ts'
import { WALLET_STEPS } from './wallet-schema.ts'

const WALLET_COLUMNS = 'SELECT number, name, confirmAboveMinor, lastSerial FROM wallet_wallets'

/** Wallets in the file of the payments beside the host's records. */
export class SqliteWalletRows implements WalletRows {
  readonly #office: OfficeDatabase

  constructor(office: OfficeDatabase) {
    this.#office = office
    office.migrate('wallet', WALLET_STEPS)
  }

  transaction<T>(act: () => T): T {
    return this.#office.transaction(act)
  }

  addWallet(name: string, confirmAboveMinor: number, createdMs: number): WalletRow {
    const added = this.#office.db
      .prepare('INSERT INTO wallet_wallets (name, confirmAboveMinor, createdMs) VALUES (?, ?, ?)')
      .run(name, confirmAboveMinor, createdMs)
    return { number: Number(added.lastInsertRowid), name, confirmAboveMinor, lastSerial: 0 }
  }

  wallets(): readonly WalletRow[] {
    return this.#all<WalletRow>(`${WALLET_COLUMNS} ORDER BY number`)
  }

  wallet(number: number): WalletRow | undefined {
    return this.#one<WalletRow>(`${WALLET_COLUMNS} WHERE number = ?`, number)
  }

  code(wallet: number, serial: number): CodeRow | undefined {
    return this.#one<CodeRow>('SELECT * FROM wallet_codes WHERE wallet = ? AND serial = ?', wallet, serial)
  }

  addCode(wallet: number, serial: number, { issuedMs, expiresMs, orderNumber }: CodeRow): void {
    const { db } = this.#office
    db.prepare('UPDATE wallet_wallets SET lastSerial = ? WHERE number = ?').run(serial, wallet)
    db.prepare('INSERT INTO wallet_codes VALUES (?, ?, ?, ?, ?)').run(
      wallet,
      serial,
      issuedMs,
      expiresMs,
      orderNumber,
    )
  }

  order(number: number): OrderRow | undefined {
    return this.#one<OrderRow>('SELECT * FROM wallet_orders WHERE number = ?', number)
  }

  orderOfMessage(tid: string, batchNumber: number, stan: number): OrderRow | undefined {
    return this.#one<OrderRow>(
      'SELECT * FROM wallet_orders WHERE tid = ? AND batchNumber = ? AND stan = ?',
      tid,
      batchNumber,
      stan,
    )
  }

  ordersOf(wallet: number, limit: number): readonly OrderRow[] {
    return this.#all<OrderRow>(
      'SELECT * FROM wallet_orders WHERE wallet = ? ORDER BY number DESC LIMIT ?',
      wallet,
      limit,
    )
  }

  addOrder(order: Omit<OrderRow, 'number'>): OrderRow {
    const added = this.#office.db
      .prepare(
        `INSERT INTO wallet_orders (secret, shownBy, tid, mid, batchNumber, stan, amountMinor, currency, state, wallet,
         serial, createdMs, expiresMs) VALUES (:secret, :shownBy, :tid, :mid, :batchNumber, :stan, :amountMinor, :currency,
         :state, :wallet, :serial, :createdMs, :expiresMs)`,
      )
      .run(order)
    return { ...order, number: Number(added.lastInsertRowid) }
  }

  changeOrder({ number, state, wallet, serial, expiresMs }: OrderRow): void {
    this.#office.db
      .prepare('UPDATE wallet_orders SET state = ?, wallet = ?, serial = ?, expiresMs = ? WHERE number = ?')
      .run(state, wallet, serial, expiresMs, number)
  }

  isTrouble(error: unknown): boolean {
    return error instanceof Error && error.name === 'SqliteError'
  }

  #one<Row>(sql: string, ...values: readonly (string | number)[]): Row | undefined {
    return this.#office.db.prepare(sql).get(...values) as Row | undefined
  }

  #all<Row>(sql: string, ...values: readonly (string | number)[]): readonly Row[] {
    return this.#office.db.prepare(sql).all(...values) as Row[]
  }
}
