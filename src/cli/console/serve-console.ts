import { buildPage } from '../../host/console/build-page.ts'
import { type Console, openConsole } from '../../host/console/open-console.ts'
import type { WorkbenchPort } from '../../host/console/workbench-port.ts'
import { openOffice } from '../../host/office/open-office.ts'
import { FIRST_USER } from '../../host/office/people.ts'
import type { HostMetrics } from '../../host/service/host-metrics.ts'
import type { Host } from '../../host/service/open-host.ts'
import type { SharedConsole } from '../../host/service/open-shared-console.ts'
import { UsageFailure } from '../failure.ts'
import { releaseVersion } from '../release.ts'
import type { ConsolePlace } from './console-option.ts'
import { openBench } from './open-bench.ts'

export interface ServedConsole {
  readonly console: Console
  /** Of the first administrator, at the first start only: it is kept nowhere. */
  readonly firstPassword: string | undefined
  close(): Promise<void>
}

/**
 * Opens the back office and the console of a host that runs.
 *
 * Rejects with `UsageFailure` where the port is taken that somebody asked for; another one is taken otherwise.
 */
export async function serveConsole(
  host: Host,
  {
    directory,
    place,
    metrics,
    workbench,
  }: {
    readonly directory: string
    readonly place: ConsolePlace
    readonly metrics?: HostMetrics | undefined
    readonly workbench?: WorkbenchPort
  },
  building: () => void = () => {},
): Promise<ServedConsole> {
  const office = openOffice({ directory, security: host.security })
  try {
    const firstPassword = await office.people.setUpFirst()
    const webDirectory = await buildPage(building)
    const bench = openBench({ host, directory })
    const common = {
      host,
      bench,
      office,
      directory,
      webDirectory,
      metrics,
      workbench,
      release: releaseVersion(),
      address: place.address,
    }
    const opened = await openAt(place, (port) => openConsole({ ...common, port }))
    return {
      console: opened,
      firstPassword,
      async close() {
        // The host still answers: a load that is under way ends properly.
        await bench.close()
        await opened.close()
        office.close()
      },
    }
  } catch (error) {
    office.close()
    throw error
  }
}

/** Opens the console of hosts that share a database. Rejects as `serveConsole`. */
export async function serveSharedConsole(
  shared: SharedConsole,
  {
    directory,
    place,
    loadTarget,
  }: { readonly directory: string; readonly place: ConsolePlace; readonly loadTarget?: string | undefined },
  building: () => void = () => {},
): Promise<ServedConsole> {
  const { host, office, records, keeper } = shared
  const firstPassword = await office.people.setUpFirst()
  // It is printed next: nobody may have a password that is lost with this computer.
  keeper.keep()
  const webDirectory = await buildPage(building)
  const bench = openBench({ host, directory, target: loadTarget })
  const common = { host, bench, office, records, keeper, directory, webDirectory, release: releaseVersion() }
  const opened = await openAt(place, (port) => openConsole({ ...common, address: place.address, port }))
  return {
    console: opened,
    firstPassword,
    async close() {
      await bench.close()
      await opened.close()
    },
  }
}

async function openAt(
  { address, port, isDefault }: ConsolePlace,
  open: (port: number) => Promise<Console>,
): Promise<Console> {
  try {
    return await open(port)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE' && isDefault) return open(0)
    if (code === undefined) throw error
    throw new UsageFailure(`the console can't listen on ${address}:${port} (${code}): give another --console`)
  }
}

/** Two or three lines for a person. */
export function consoleLines({ console: { url }, firstPassword }: ServedConsole): string {
  const lines = [`  控制台 console   ${url}   接口 API ${url}docs`]
  if (firstPassword !== undefined) {
    lines.push(
      `  首次登录 first sign-in   ${FIRST_USER} / ${firstPassword}`,
      '    只显示这一次 shown this once;  忘记了 lost it:  tillwire user reset admin',
    )
  }
  return lines.join('\n')
}
