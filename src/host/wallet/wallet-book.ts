import type {
  CodePurpose,
  CodeReading,
  OrderRequest,
  OrderState,
  QrOrder,
  WalletPort,
} from '../core/wallet-port.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import {
  type CodeTagger,
  formatPaymentCode,
  parsePaymentCode,
  SERIAL_MAX,
  walletAccountNumber,
} from './payment-code.ts'
import { WALLET_STEPS } from './wallet-schema.ts'

/** A code that is shown is good for so long, and a little longer for the way. */
export const CODE_SHOWN_MS = 60_000
const CODE_GRACE_MS = 15_000
/** An order that nobody confirms ends; one that is confirmed must be paid within the same time. */
export const ORDER_MS = 180_000
/** What the customer scans at the merchant: `TW1:` and the number of the order. */
const PAYLOAD_PREFIX = 'TW1:'

export interface WalletRow {
  readonly number: number
  readonly name: string
  readonly confirmAboveMinor: number
  readonly lastSerial: number
}

export interface OrderRow {
  readonly number: number
  /** Digits that nobody guesses: part of what the customer scans. */
  readonly secret: string
  /** Whose code was scanned first: the customer's, who then is asked, or the merchant's. */
  readonly shownBy: 'customer' | 'merchant'
  readonly tid: string
  readonly mid: string
  readonly amountMinor: number
  readonly currency: string
  readonly state: OrderState
  readonly wallet: number | null
  readonly serial: number | null
  readonly createdMs: number
  readonly expiresMs: number
}

interface CodeRow {
  readonly issuedMs: number
  readonly expiresMs: number
  readonly orderNumber: number | null
}

/** Why a customer's deed changed nothing. */
export type WalletFault = 'noWallet' | 'noOrder' | 'notOpen' | 'otherWallet' | 'codesUsedUp'

/** Wallets, the codes that they showed, and orders. Money is not in here: see `WalletPort`. */
export class WalletBook implements WalletPort {
  readonly #office: OfficeDatabase
  readonly #tagger: CodeTagger

  constructor(office: OfficeDatabase, tagger: CodeTagger) {
    this.#office = office
    this.#tagger = tagger
    office.migrate('wallet', WALLET_STEPS)
  }

  addWallet(name: string, confirmAboveMinor: number, nowMs: number): WalletRow {
    const added = this.#office.db
      .prepare('INSERT INTO wallet_wallets (name, confirmAboveMinor, createdMs) VALUES (?, ?, ?)')
      .run(name, confirmAboveMinor, nowMs)
    return { number: Number(added.lastInsertRowid), name, confirmAboveMinor, lastSerial: 0 }
  }

  wallets(): readonly WalletRow[] {
    return this.#all<WalletRow>(`${WALLET_COLUMNS} ORDER BY number`)
  }

  wallet(number: number): WalletRow | undefined {
    return this.#one<WalletRow>(`${WALLET_COLUMNS} WHERE number = ?`, number)
  }

  /** The code that the wallet shows now: the same one for a minute, unless `isFresh`. */
  showCode(
    wallet: number,
    nowMs: number,
    isFresh = false,
  ): { readonly code: string; readonly untilMs: number } | WalletFault {
    return this.#office.transaction(() => {
      const row = this.wallet(wallet)
      if (row === undefined) return 'noWallet'
      const last = this.#code(wallet, row.lastSerial)
      if (
        !isFresh &&
        last?.orderNumber === null &&
        nowMs >= last.issuedMs &&
        nowMs < last.issuedMs + CODE_SHOWN_MS
      ) {
        const code = formatPaymentCode(wallet, row.lastSerial, this.#tagger)
        return { code, untilMs: last.issuedMs + CODE_SHOWN_MS }
      }
      const serial = this.#issue(row, nowMs, nowMs + CODE_SHOWN_MS + CODE_GRACE_MS, null)
      if (serial === undefined) return 'codesUsedUp'
      return { code: formatPaymentCode(wallet, serial, this.#tagger), untilMs: nowMs + CODE_SHOWN_MS }
    })
  }

  readCode(code: string, { mid, amountMinor, nowMs }: CodePurpose): CodeReading {
    const named = parsePaymentCode(code, this.#tagger)
    if (named === undefined) return { kind: 'unknown' }
    const read = (): CodeReading => {
      const wallet = this.wallet(named.wallet)
      const row = this.#code(named.wallet, named.serial)
      if (wallet === undefined || row === undefined) return { kind: 'unknown' }
      if (nowMs > row.expiresMs) return { kind: 'expired' }
      const order = row.orderNumber === null ? undefined : this.orderRow(row.orderNumber)
      if (order !== undefined && (order.mid !== mid || order.amountMinor !== amountMinor)) {
        return { kind: 'otherPayment' }
      }
      const { confirmAboveMinor } = wallet
      const walletNumber = walletAccountNumber(named.wallet)
      return {
        kind: 'good',
        walletNumber,
        serial: named.serial,
        isConfirmed: order !== undefined,
        confirmAboveMinor,
      }
    }
    return this.#safely(read) ?? { kind: 'away' }
  }

  askCustomer(code: string, request: OrderRequest, nowMs: number): QrOrder | undefined {
    const named = parsePaymentCode(code, this.#tagger)
    if (named === undefined) return undefined
    return this.#safely(() => this.#open(request, nowMs, named.wallet))
  }

  openOrder(request: OrderRequest, nowMs: number): QrOrder | undefined {
    return this.#safely(() => this.#open(request, nowMs, null))
  }

  order(tid: string, number: number, nowMs: number): QrOrder | 'none' | undefined {
    return this.#safely(() => {
      const row = this.#current(number, nowMs)
      return row?.tid === tid ? this.#orderOf(row) : 'none'
    })
  }

  closeOrder(tid: string, number: number, nowMs: number): QrOrder | 'none' | undefined {
    return this.#safely(() =>
      this.#office.transaction(() => {
        const row = this.#current(number, nowMs)
        if (row?.tid !== tid) return 'none'
        if (row.state !== 'open') return this.#orderOf(row)
        return this.#orderOf(this.#setState(row, 'closed'))
      }),
    )
  }

  /** What the customer scanned at the merchant, or `noOrder`. */
  scan(payload: string, nowMs: number): OrderRow | WalletFault {
    const match = /^TW1:(\d{1,12})-(\d{6})$/.exec(payload.trim())
    const row = match === null ? undefined : this.#current(Number(match[1]), nowMs)
    return row === undefined || row.secret !== match?.[2] ? 'noOrder' : row
  }

  /** The customer says yes: from here on the order's terminal, and nobody else, may take this amount once. */
  confirm(wallet: number, number: number, nowMs: number): OrderRow | WalletFault {
    return this.#office.transaction(() => {
      const payer = this.wallet(wallet)
      if (payer === undefined) return 'noWallet'
      const row = this.#current(number, nowMs)
      if (row === undefined) return 'noOrder'
      if (row.wallet !== null && row.wallet !== wallet) return 'otherWallet'
      if (row.state !== 'open') return 'notOpen'
      const serial = this.#issue(payer, nowMs, nowMs + ORDER_MS, number)
      if (serial === undefined) return 'codesUsedUp'
      this.#office.db
        .prepare(
          "UPDATE wallet_orders SET state = 'confirmed', wallet = ?, serial = ?, expiresMs = ? WHERE number = ?",
        )
        .run(wallet, serial, nowMs + ORDER_MS, number)
      return { ...row, state: 'confirmed', wallet, serial, expiresMs: nowMs + ORDER_MS }
    })
  }

  refuse(wallet: number, number: number, nowMs: number): OrderRow | WalletFault {
    return this.#office.transaction(() => {
      const row = this.#current(number, nowMs)
      if (row === undefined) return 'noOrder'
      if (row.wallet !== null && row.wallet !== wallet) return 'otherWallet'
      return row.state === 'open' ? this.#setState(row, 'refused') : 'notOpen'
    })
  }

  /** Newest first: what waits for this customer's yes, and what became of earlier ones. */
  ordersOf(wallet: number, nowMs: number): readonly OrderRow[] {
    const numbers = this.#all<{ number: number }>(
      'SELECT number FROM wallet_orders WHERE wallet = ? ORDER BY number DESC LIMIT 20',
      wallet,
    )
    return numbers.flatMap(({ number }) => this.#current(number, nowMs) ?? [])
  }

  orderRow(number: number): OrderRow | undefined {
    return this.#one<OrderRow>('SELECT * FROM wallet_orders WHERE number = ?', number)
  }

  #open(request: OrderRequest, nowMs: number, wallet: number | null): QrOrder {
    return this.#office.transaction(() => {
      const { tid, mid, batchNumber, stan, amountMinor, currency } = request
      const known = this.#one<OrderRow>(
        'SELECT * FROM wallet_orders WHERE tid = ? AND batchNumber = ? AND stan = ?',
        tid,
        batchNumber,
        stan,
      )
      if (known !== undefined) return this.#orderOf(this.#current(known.number, nowMs) ?? known)
      const shownBy = wallet === null ? 'merchant' : 'customer'
      const tag = this.#tagger(
        new TextEncoder().encode(`wallet order ${tid} ${batchNumber} ${stan} ${nowMs}`),
      )
      const secret = String(new DataView(tag.buffer, tag.byteOffset).getUint32(0) % 1_000_000).padStart(
        6,
        '0',
      )
      const expiresMs = nowMs + ORDER_MS
      const added = this.#office.db
        .prepare(
          `INSERT INTO wallet_orders (secret, shownBy, tid, mid, batchNumber, stan, amountMinor, currency, state, wallet,
           createdMs, expiresMs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?)`,
        )
        .run(secret, shownBy, tid, mid, batchNumber, stan, amountMinor, currency, wallet, nowMs, expiresMs)
      const row = this.orderRow(Number(added.lastInsertRowid))
      if (row === undefined) throw new Error('an order that was written is not there')
      return this.#orderOf(row)
    })
  }

  /** The order, ended if its time is over. */
  #current(number: number, nowMs: number): OrderRow | undefined {
    const row = this.orderRow(number)
    const isLive = row?.state === 'open' || row?.state === 'confirmed'
    return row !== undefined && isLive && nowMs > row.expiresMs ? this.#setState(row, 'expired') : row
  }

  #setState(row: OrderRow, state: OrderState): OrderRow {
    this.#office.db.prepare('UPDATE wallet_orders SET state = ? WHERE number = ?').run(state, row.number)
    return { ...row, state }
  }

  #orderOf({ number, secret, state, shownBy, wallet, serial }: OrderRow): QrOrder {
    const isPayable = state === 'confirmed' && wallet !== null && serial !== null
    return {
      number,
      state,
      payload: shownBy === 'merchant' ? `${PAYLOAD_PREFIX}${number}-${secret}` : undefined,
      paymentCode: isPayable ? formatPaymentCode(wallet, serial, this.#tagger) : undefined,
    }
  }

  #issue(row: WalletRow, nowMs: number, expiresMs: number, order: number | null): number | undefined {
    const serial = row.lastSerial + 1
    if (serial > SERIAL_MAX) return undefined
    this.#office.db
      .prepare('UPDATE wallet_wallets SET lastSerial = ? WHERE number = ?')
      .run(serial, row.number)
    this.#office.db
      .prepare('INSERT INTO wallet_codes VALUES (?, ?, ?, ?, ?)')
      .run(row.number, serial, nowMs, expiresMs, order)
    return serial
  }

  #code(wallet: number, serial: number): CodeRow | undefined {
    return this.#one<CodeRow>('SELECT * FROM wallet_codes WHERE wallet = ? AND serial = ?', wallet, serial)
  }

  #one<Row>(sql: string, ...values: readonly (string | number)[]): Row | undefined {
    return this.#office.db.prepare(sql).get(...values) as Row | undefined
  }

  #all<Row>(sql: string, ...values: readonly (string | number)[]): readonly Row[] {
    return this.#office.db.prepare(sql).all(...values) as Row[]
  }

  /** A decision never throws: a file that can't be used is an answer. */
  #safely<T>(act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      if (error instanceof Error && error.name === 'SqliteError') return undefined
      throw error
    }
  }
}

const WALLET_COLUMNS = 'SELECT number, name, confirmAboveMinor, lastSerial FROM wallet_wallets'
