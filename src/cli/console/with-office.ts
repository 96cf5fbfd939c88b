import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OFFICE_FILE, type Office, openOffice } from '../../host/office/open-office.ts'
import { LOCAL_MASTER_KEY_FILE } from '../../host/security-module/local-master-key.ts'
import { openSecurityModule } from '../../host/security-module/software-security-module.ts'
import { DEFAULT_PORTS } from '../../host/service/open-ports.ts'
import { openSharedConsole, type SharedConsole } from '../../host/service/open-shared-console.ts'
import { readSharedOffice } from '../../host/service/read-shared-office.ts'
import { UsageFailure } from '../failure.ts'
import type { RecordFlags } from '../host/command-records.ts'
import { guarded } from '../host/with-records.ts'

type Use = (office: Office) => void | Promise<void>
/** Answers what is printed once it is kept. */
type Change = (office: Office) => Promise<string>

/**
 * Opens the back office of a host, which may run meanwhile, and closes it whatever happens. Of hosts that share a database, it
 * can be changed while no console runs.
 */
export function withOffice({ data, store }: RecordFlags, change: Change): Promise<void> {
  if (store !== undefined) return withSharedConsole(data, store, 'users', ({ office }) => change(office))
  return guarded(() =>
    useOwn(data, async (office) => {
      process.stdout.write(await change(office))
    }),
  )
}

/** The same for who only reads: no console is in the way. */
export function withOfficeToRead({ data, store }: RecordFlags, use: Use): Promise<void> {
  return guarded(() =>
    store === undefined ? useOwn(data, use) : readSharedOffice(data, store, ({ office }) => use(office)),
  )
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

/**
 * Takes the back office of hosts that share a database, which needs that no console runs, and gives it back whatever happens. What
 * `change` answers is printed once all is kept. `page`: of the console, where the same is done.
 */
export function withSharedConsole(
  dataDirectory: string,
  address: string,
  page: string,
  change: (shared: SharedConsole) => string | Promise<string>,
): Promise<void> {
  return guarded(async () => {
    const shared = await takeSharedConsole(dataDirectory, address, page)
    try {
      const said = await change(shared)
      shared.keeper.keep()
      process.stdout.write(said)
    } finally {
      await shared.close()
    }
  })
}

async function takeSharedConsole(
  dataDirectory: string,
  address: string,
  page: string,
): Promise<SharedConsole> {
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
  if (shared !== undefined) return shared
  throw new UsageFailure(
    `the console of ${holder} runs: do it there, on the page of ${page}, or end it first`,
  )
}
