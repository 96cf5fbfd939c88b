import { Option } from 'commander'
import type { CatalogueDesk } from '../../host/estate/catalogue-desk.ts'
import type { Estate } from '../../host/estate/estate.ts'
import type { Personalisation } from '../../host/security-module/personalisation.ts'
import type { SoftwareSecurityModule } from '../../host/security-module/software-security-module.ts'
import { openHostRecords } from '../../host/service/open-host.ts'
import { openSharedRecords } from '../../host/service/open-shared-host.ts'
import { type AsyncHostStore, promisedStore } from '../../host/store/async-store.ts'
import { readPostgresAddress } from '../../host/store/postgres-place.ts'

export const STORE_VARIABLE = 'TILLWIRE_STORE'

/** Which records a command works on. */
export interface RecordFlags {
  readonly data: string
  /** Undefined: the SQLite file in `data`. */
  readonly store?: string
}

/** The records of a host as a command uses them, whatever store they are in. */
export interface CommandRecords {
  readonly store: AsyncHostStore
  readonly personalisation: Personalisation
  /** `work` may be called more than once: what it prints is printed by who called. */
  estate<T>(work: (estate: Estate) => T): Promise<T>
  /** As `estate`, on what terminals download. */
  downloads<T>(work: (desk: CatalogueDesk) => T): Promise<T>
  readonly security: SoftwareSecurityModule
  close(): Promise<void>
}

/** By the environment a password stays out of the list of processes. */
export function storeOption(): Option {
  return new Option(
    '--store <address>',
    'postgres://user:password@host/database that several hosts share, instead of a file in the folder',
  ).env(STORE_VARIABLE)
}

/** Rejects with `StoreError` or `SecurityModuleError`; nothing stays open then. */
export async function openCommandRecords({ data, store: address }: RecordFlags): Promise<CommandRecords> {
  if (address !== undefined) return openSharedRecords(data, readPostgresAddress(address))
  const { store, estate, downloads, security, personalisation, close } = openHostRecords(data)
  return {
    store: promisedStore(store),
    personalisation,
    security,
    estate: async (work) => work(estate),
    downloads: async (work) => work(downloads),
    close: async () => close(),
  }
}
