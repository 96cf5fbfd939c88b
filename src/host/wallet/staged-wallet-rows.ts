import type { CodeRow, OrderRow, WalletRow, WalletRows } from './wallet-rows.ts'

/** A wallet with what only its making needs. */
export interface StagedWallet extends WalletRow {
  readonly createdMs: number
}

/** What a piece of work changed, to be written together. */
export interface WalletChanges {
  readonly newWallets: readonly StagedWallet[]
  readonly lastSerials: readonly { readonly wallet: number; readonly serial: number }[]
  readonly newCodes: readonly (CodeRow & { readonly wallet: number; readonly serial: number })[]
  readonly newOrders: readonly OrderRow[]
  readonly changedOrders: readonly OrderRow[]
}

/**
 * Wallets in memory: rows that were read, and what was changed of them since. For a store that is asked beforehand and
 * written to afterwards; whoever needs no store has wallets that end with the process.
 */
export class StagedWalletRows implements WalletRows {
  readonly #takeOrderNumber: () => number
  readonly #wallets = new Map<number, WalletRow>()
  readonly #codes = new Map<string, CodeRow>()
  readonly #orders = new Map<number, OrderRow>()
  readonly #newWallets = new Map<number, StagedWallet>()
  readonly #lastSerials = new Map<number, number>()
  readonly #newCodes: (CodeRow & { readonly wallet: number; readonly serial: number })[] = []
  readonly #newOrders = new Set<number>()
  readonly #changedOrders = new Set<number>()

  /** `takeOrderNumber`: a number that no order ever had. */
  constructor(takeOrderNumber: () => number) {
    this.#takeOrderNumber = takeOrderNumber
  }

  /** Rows as they were read; one that is here stays as it is. */
  takeWallet(row: WalletRow): void {
    if (!this.#wallets.has(row.number)) this.#wallets.set(row.number, row)
  }

  takeCode(wallet: number, serial: number, row: CodeRow): void {
    this.#codes.set(`${wallet}/${serial}`, row)
  }

  takeOrder(row: OrderRow): void {
    if (!this.#orders.has(row.number)) this.#orders.set(row.number, row)
  }

  changes(): WalletChanges {
    const orders = (numbers: Iterable<number>): readonly OrderRow[] =>
      [...numbers].flatMap((number) => this.#orders.get(number) ?? [])
    return {
      newWallets: [...this.#newWallets.values()],
      lastSerials: [...this.#lastSerials].map(([wallet, serial]) => ({ wallet, serial })),
      newCodes: this.#newCodes,
      newOrders: orders(this.#newOrders),
      changedOrders: orders(this.#changedOrders),
    }
  }

  /** The whole is one piece of work: what fails in the middle of it is never written. */
  transaction<T>(act: () => T): T {
    return act()
  }

  addWallet(name: string, confirmAboveMinor: number, createdMs: number): WalletRow {
    const number = Math.max(0, ...this.#wallets.keys()) + 1
    const row = { number, name, confirmAboveMinor, lastSerial: 0 }
    this.#wallets.set(number, row)
    this.#newWallets.set(number, { ...row, createdMs })
    return row
  }

  wallets(): readonly WalletRow[] {
    return [...this.#wallets.values()].sort((left, right) => left.number - right.number)
  }

  wallet(number: number): WalletRow | undefined {
    return this.#wallets.get(number)
  }

  code(wallet: number, serial: number): CodeRow | undefined {
    return this.#codes.get(`${wallet}/${serial}`)
  }

  addCode(wallet: number, serial: number, row: CodeRow): void {
    const owner = this.#wallets.get(wallet)
    if (owner !== undefined) this.#wallets.set(wallet, { ...owner, lastSerial: serial })
    this.#lastSerials.set(wallet, serial)
    this.#codes.set(`${wallet}/${serial}`, row)
    this.#newCodes.push({ ...row, wallet, serial })
  }

  order(number: number): OrderRow | undefined {
    return this.#orders.get(number)
  }

  orderOfMessage(tid: string, batchNumber: number, stan: number): OrderRow | undefined {
    for (const row of this.#orders.values())
      if (row.tid === tid && row.batchNumber === batchNumber && row.stan === stan) return row
    return undefined
  }

  ordersOf(wallet: number, limit: number): readonly OrderRow[] {
    return [...this.#orders.values()]
      .filter((row) => row.wallet === wallet)
      .sort((left, right) => right.number - left.number)
      .slice(0, limit)
  }

  addOrder(order: Omit<OrderRow, 'number'>): OrderRow {
    const row = { ...order, number: this.#takeOrderNumber() }
    this.#orders.set(row.number, row)
    this.#newOrders.add(row.number)
    return row
  }

  changeOrder(row: OrderRow): void {
    this.#orders.set(row.number, row)
    if (!this.#newOrders.has(row.number)) this.#changedOrders.add(row.number)
  }

  /** What is in memory is always there; a store that fails fails as a whole. */
  isTrouble(): boolean {
    return false
  }
}
