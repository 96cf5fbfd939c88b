import { PageError } from '../../host/console/build-page.ts'
import { StoreError } from '../../host/core/store-port.ts'
import { EstateError } from '../../host/estate/estate.ts'
import { GatewayError } from '../../host/gateway/gateway.ts'
import { OfficeError } from '../../host/office/office-database.ts'
import { SecurityModuleError } from '../../host/security-module/security-module-error.ts'
import { type DeskRecords, openDeskRecords } from '../../host/service/open-desk-records.ts'
import { type HostRecords, openHostRecords } from '../../host/service/open-host.ts'
import { WalletError } from '../../host/wallet/wallets.ts'
import { UsageFailure } from '../failure.ts'
import {
  type CommandRecords,
  openCommandRecords,
  type RecordFlags,
  STORE_VARIABLE,
} from './command-records.ts'

/** Opens the records of a host, which must not run on its own file meanwhile, and closes them whatever happens. */
export function withRecords(
  flags: RecordFlags,
  use: (records: CommandRecords) => Promise<void>,
): Promise<void> {
  return guarded(async () => {
    const records = await openCommandRecords(flags)
    try {
      await use(records)
    } finally {
      await records.close()
    }
  })
}

/** The same where only the file of a host will do. */
export function withFileRecords(directory: string, use: (records: HostRecords) => void): Promise<void> {
  return guarded(async () => {
    if (process.env[STORE_VARIABLE] !== undefined) {
      throw new UsageFailure(`this works on the file in --data only: leave ${STORE_VARIABLE} away`)
    }
    const records = openHostRecords(directory)
    try {
      use(records)
    } finally {
      records.close()
    }
  })
}

/** The same for records in the file of a host that stands still, or in a database that hosts share and may run on. */
export function withDeskRecords(
  { data, store }: RecordFlags,
  use: (records: Omit<DeskRecords, 'close'>) => void,
): Promise<void> {
  if (store === undefined) return withFileRecords(data, use)
  return guarded(async () => {
    const records = await openDeskRecords(data, store)
    try {
      use(records)
    } finally {
      await records.close()
    }
  })
}

/** What the environment did wrong becomes one line and exit code 2. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const known = [
      StoreError,
      SecurityModuleError,
      GatewayError,
      EstateError,
      OfficeError,
      PageError,
      WalletError,
    ].some((type) => error instanceof type)
    throw known ? new UsageFailure((error as Error).message) : error
  }
}
