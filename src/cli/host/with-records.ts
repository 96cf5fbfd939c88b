import { StoreError } from '../../host/core/store-port.ts'
import { EstateError } from '../../host/estate/estate.ts'
import { GatewayError } from '../../host/gateway/gateway.ts'
import { SecurityModuleError } from '../../host/security-module/security-module-error.ts'
import { type HostRecords, openHostRecords } from '../../host/service/open-host.ts'
import { UsageFailure } from '../failure.ts'

/** Opens the records of a host that does not run, and closes them whatever happens. */
export function withRecords(directory: string, use: (records: HostRecords) => void): Promise<void> {
  return guarded(async () => {
    const records = openHostRecords(directory)
    try {
      use(records)
    } finally {
      records.close()
    }
  })
}

/** What the environment did wrong becomes one line and exit code 2. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const known = [StoreError, SecurityModuleError, GatewayError, EstateError].some(
      (type) => error instanceof type,
    )
    throw known ? new UsageFailure((error as Error).message) : error
  }
}
