import { join } from 'node:path'
import type { HostStore } from '../core/store-port.ts'
import { OfficeDatabase } from '../office/office-database.ts'
import type { CodeTagger } from './payment-code.ts'
import { WalletBook } from './wallet-book.ts'
import { type WalletSecurity, Wallets } from './wallets.ts'

/** Wallets, codes and orders of a host, beside its records. */
const PAYMENTS_FILE = 'payments.db'

export interface Payments {
  readonly wallets: Wallets
  close(): void
}

/** @throws {OfficeError} with one sentence that says what to do; nothing stays open. */
export function openPayments(
  directory: string,
  store: HostStore,
  security: WalletSecurity & { auditTag: CodeTagger },
  nowMs: () => number = Date.now,
): Payments {
  const database = new OfficeDatabase(join(directory, PAYMENTS_FILE))
  try {
    const book = new WalletBook(database, (data) => security.auditTag(data))
    return { wallets: new Wallets(book, store, security, nowMs), close: () => database.close() }
  } catch (error) {
    database.close()
    throw error
  }
}
