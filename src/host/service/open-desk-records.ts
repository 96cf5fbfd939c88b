import type { ClearingStore } from '../core/clearing-port.ts'
import type { HostStore } from '../core/store-port.ts'
import { Estate } from '../estate/estate.ts'
import type { Personalisation } from '../security-module/personalisation.ts'
import type { SoftwareSecurityModule } from '../security-module/software-security-module.ts'
import { readPostgresAddress } from '../store/postgres-place.ts'
import { sharedClearing } from '../store/shared-clearing.ts'
import { SharedRecordsStore } from '../store/shared-records-store.ts'
import { StoreDesk } from '../store/store-desk.ts'
import { type WalletDesk, Wallets } from '../wallet/wallets.ts'
import { openSharedRecords } from './open-shared-host.ts'

/** Records of hosts that share a database and may run meanwhile, for a program whose calls wait. */
export interface DeskRecords {
  readonly store: HostStore
  readonly security: SoftwareSecurityModule
  readonly personalisation: Personalisation
  readonly estate: Estate
  readonly wallets: Wallets<WalletDesk>
  readonly clearing: ClearingStore
  close(): Promise<void>
}

/** Rejects with `StoreError` or `SecurityModuleError`, one sentence that says what to do; nothing stays open then. */
export async function openDeskRecords(dataDirectory: string, address: string): Promise<DeskRecords> {
  const { security, personalisation, close } = await openSharedRecords(
    dataDirectory,
    readPostgresAddress(address),
  )
  await close()
  const desk = await StoreDesk.open(address, dataDirectory)
  const store = new SharedRecordsStore(desk)
  return {
    store,
    security,
    personalisation,
    estate: new Estate(store, security),
    wallets: new Wallets<WalletDesk>(desk.part('wallets'), store, security, Date.now),
    clearing: sharedClearing(desk.part('clearing')),
    close: () => desk.close(),
  }
}
