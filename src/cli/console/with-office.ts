import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OFFICE_FILE, type Office, openOffice } from '../../host/office/open-office.ts'
import { LOCAL_MASTER_KEY_FILE } from '../../host/security-module/local-master-key.ts'
import { openSecurityModule } from '../../host/security-module/software-security-module.ts'
import { DEFAULT_PORTS } from '../../host/service/open-ports.ts'
import { openSharedConsole } from '../../host/service/open-shared-console.ts'
import { readSharedOffice } from '../../host/service/read-shared-office.ts'
import { UsageFailure } from '../failure.ts'
import type { RecordFlags } from '../host/command-records.ts'
import { guarded } from '../host/with-records.ts'

type Use = (office: Office) => void | Promise<void>

/**
 * Opens the back office of a host, which may run meanwhile, and closes it whatever happens. Of hosts that share a database, it
 * can be changed while no console runs.
 */
export function withOffice({ data, store }: RecordFlags, use: Use): Promise<void> {
  return guarded(() => (store === undefined ? useOwn(data, use) : useShared(data, store, use)))
}

/** The same for who only reads: no console is in the way. */
export function withOfficeToRead({ data, store }: RecordFlags, use: Use): Promise<void> {
  return guarded(() => (store === undefined ? useOwn(data, use) : readSharedOffice(data, store, use)))
}

async function useOwn(directory: string, use: Use): Promise<void> {
  for (const name of [OFFICE_FILE, LOCAL_MASTER_KEY_FILE]) {
    if (!existsSync(join(directory, name)))
      throw new UsageFailure(`there is no host with a console in ${directory}: start it once, or give --data`)
  }
  const office = openOffice({
    directory,
    security: openSecurityModule({ directory, hasWrappedKeys: true }),
  })
  try {
    await use(office)
  } finally {
    office.close()
  }
}

async function useShared(dataDirectory: string, address: string, use: Use): Promise<void> {
  let holder = ''
  const shared = await openSharedConsole({
    dataDirectory,
    address,
    ports: DEFAULT_PORTS,
    onLost: () => {},
    taking: {
      unlessAlive: true,
      waiting(name) {
        holder = name
        process.stderr.write(`tillwire: ${name} has the back office; waiting whether it still lives …\n`)
      },
    },
  })
  if (shared === undefined) {
    throw new UsageFailure(
      `the console of ${holder} runs: do it there, on the page of users, or end it first`,
    )
  }
  try {
    await use(shared.office)
    shared.keeper.keep()
  } finally {
    await shared.close()
  }
}
