import { join } from 'node:path'
import type { HostStore } from '../core/store-port.ts'
import { OfficeDatabase } from '../office/office-database.ts'
import type { CodeTagger } from './payment-code.ts'
import { SignatureBook } from './signature-book.ts'
import { SqliteWalletRows } from './sqlite-wallet-rows.ts'
import { WalletBook } from './wallet-book.ts'
import { type WalletSecurity, Wallets } from './wallets.ts'

/** Wallets, codes and orders of a host, beside its records. */
const PAYMENTS_FILE = 'payments.db'

interface BookSecurity {
  auditTag: CodeTagger
}

interface Payments {
  readonly wallets: Wallets
  readonly signatures: SignatureBook
  close(): void
}

/** @throws {OfficeError} with one sentence that says what to do; nothing stays open. */
export function openPayments(
  directory: string,
  store: HostStore,
  security: WalletSecurity & BookSecurity,
  nowMs: () => number = Date.now,
): Payments {
  const { book, signatures, close } = openWalletBook(directory, security)
  return { wallets: new Wallets(book, store, security, nowMs), signatures, close }
}

/** Codes and orders without the money, for whoever works beside a host that runs. @throws {OfficeError} */
export function openWalletBook(
  directory: string,
  security: BookSecurity,
): { readonly book: WalletBook; readonly signatures: SignatureBook; close(): void } {
  const database = new OfficeDatabase(join(directory, PAYMENTS_FILE))
  try {
    const book = new WalletBook(new SqliteWalletRows(database), (data) => security.auditTag(data))
    return { book, signatures: new SignatureBook(database), close: () => database.close() }
  } catch (error) {
    database.close()
    throw error
  }
}
