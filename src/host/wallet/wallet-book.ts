import type {
  CodePurpose,
  CodeReading,
  OrderRequest,
  OrderState,
  QrOrder,
  WalletPort,
} from '../core/wallet-port.ts'
import {
  type CodeTagger,
  formatPaymentCode,
  parsePaymentCode,
  SERIAL_MAX,
  walletAccountNumber,
} from './payment-code.ts'
import type { OrderRow, WalletRow, WalletRows } from './wallet-rows.ts'

/** A code that is shown is good for so long, and a little longer for the way. */
export const CODE_SHOWN_MS = 60_000
const CODE_GRACE_MS = 15_000
/** An order that nobody confirms ends; one that is confirmed must be paid within the same time. */
export const ORDER_MS = 180_000
/** What the customer scans at the merchant: `TW1:` and the number of the order. */
const PAYLOAD_PREFIX = 'TW1:'
/** Orders that a customer sees, newest first. */
const ORDERS_SHOWN = 20

/** Why a customer's deed changed nothing. */
export type WalletFault = 'noWallet' | 'noOrder' | 'notOpen' | 'otherWallet' | 'codesUsedUp'

/** Wallets, the codes that they showed, and orders. Money is not in here: see `WalletPort`. */
export class WalletBook implements WalletPort {
  readonly #rows: WalletRows
  readonly #tagger: CodeTagger

  constructor(rows: WalletRows, tagger: CodeTagger) {
    this.#rows = rows
    this.#tagger = tagger
  }

  addWallet(name: string, confirmAboveMinor: number, nowMs: number): WalletRow {
    return this.#rows.addWallet(name, confirmAboveMinor, nowMs)
  }

  wallets(): readonly WalletRow[] {
    return this.#rows.wallets()
  }

  wallet(number: number): WalletRow | undefined {
    return this.#rows.wallet(number)
  }

  /** The code that the wallet shows now: the same one for a minute, unless `isFresh`. */
  showCode(
    wallet: number,
    nowMs: number,
    isFresh = false,
  ): { readonly code: string; readonly untilMs: number } | WalletFault {
    return this.#rows.transaction(() => {
      const row = this.wallet(wallet)
      if (row === undefined) return 'noWallet'
      const last = this.#rows.code(wallet, row.lastSerial)
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
      const row = this.#rows.code(named.wallet, named.serial)
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
      this.#rows.transaction(() => {
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
    return this.#rows.transaction(() => {
      const payer = this.wallet(wallet)
      if (payer === undefined) return 'noWallet'
      const row = this.#current(number, nowMs)
      if (row === undefined) return 'noOrder'
      if (row.wallet !== null && row.wallet !== wallet) return 'otherWallet'
      if (row.state !== 'open') return 'notOpen'
      const serial = this.#issue(payer, nowMs, nowMs + ORDER_MS, number)
      if (serial === undefined) return 'codesUsedUp'
      return this.#changed({ ...row, state: 'confirmed', wallet, serial, expiresMs: nowMs + ORDER_MS })
    })
  }

  refuse(wallet: number, number: number, nowMs: number): OrderRow | WalletFault {
    return this.#rows.transaction(() => {
      const row = this.#current(number, nowMs)
      if (row === undefined) return 'noOrder'
      if (row.wallet !== null && row.wallet !== wallet) return 'otherWallet'
      return row.state === 'open' ? this.#setState(row, 'refused') : 'notOpen'
    })
  }

  /** Newest first: what waits for this customer's yes, and what became of earlier ones. */
  ordersOf(wallet: number, nowMs: number): readonly OrderRow[] {
    return this.#rows.ordersOf(wallet, ORDERS_SHOWN).flatMap((row) => this.#current(row.number, nowMs) ?? [])
  }

  orderRow(number: number): OrderRow | undefined {
    return this.#rows.order(number)
  }

  #open(request: OrderRequest, nowMs: number, wallet: number | null): QrOrder {
    return this.#rows.transaction(() => {
      const { tid, batchNumber, stan } = request
      const known = this.#rows.orderOfMessage(tid, batchNumber, stan)
      if (known !== undefined) return this.#orderOf(this.#current(known.number, nowMs) ?? known)
      const tag = this.#tagger(
        new TextEncoder().encode(`wallet order ${tid} ${batchNumber} ${stan} ${nowMs}`),
      )
      const secret = new DataView(tag.buffer, tag.byteOffset).getUint32(0) % 1_000_000
      return this.#orderOf(
        this.#rows.addOrder({
          ...request,
          secret: String(secret).padStart(6, '0'),
          shownBy: wallet === null ? 'merchant' : 'customer',
          state: 'open',
          wallet,
          serial: null,
          createdMs: nowMs,
          expiresMs: nowMs + ORDER_MS,
        }),
      )
    })
  }

  /** The order, ended if its time is over. */
  #current(number: number, nowMs: number): OrderRow | undefined {
    const row = this.orderRow(number)
    const isLive = row?.state === 'open' || row?.state === 'confirmed'
    return row !== undefined && isLive && nowMs > row.expiresMs ? this.#setState(row, 'expired') : row
  }

  #setState(row: OrderRow, state: OrderState): OrderRow {
    return this.#changed({ ...row, state })
  }

  #changed(row: OrderRow): OrderRow {
    this.#rows.changeOrder(row)
    return row
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
    this.#rows.addCode(row.number, serial, { issuedMs: nowMs, expiresMs, orderNumber: order })
    return serial
  }

  /** A decision never throws: a file that can't be used is an answer. */
  #safely<T>(act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      if (this.#rows.isTrouble(error)) return undefined
      throw error
    }
  }
}
