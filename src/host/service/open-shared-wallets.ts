import { readPostgresAddress } from '../store/postgres-place.ts'
import { SharedRecordsStore } from '../store/shared-records-store.ts'
import { StoreDesk } from '../store/store-desk.ts'
import { type WalletDesk, Wallets } from '../wallet/wallets.ts'
import { openSharedRecords } from './open-shared-host.ts'

/** Wallets in a database that hosts share, which may run meanwhile. */
export interface SharedWallets {
  readonly wallets: Wallets<WalletDesk>
  close(): Promise<void>
}

/** Rejects with `StoreError` or `SecurityModuleError`, one sentence that says what to do; nothing stays open then. */
export async function openSharedWallets(dataDirectory: string, address: string): Promise<SharedWallets> {
  const { security, close } = await openSharedRecords(dataDirectory, readPostgresAddress(address))
  await close()
  const desk = await StoreDesk.open(address, dataDirectory)
  const store = new SharedRecordsStore(desk)
  return {
    wallets: new Wallets<WalletDesk>(desk.part('wallets'), store, security, Date.now),
    close: () => desk.close(),
  }
}
