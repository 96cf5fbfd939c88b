import { CommissioningDesk } from '../terminal/adapters/commissioning/commissioning-desk.ts'
import { isDeliveryDue } from '../terminal/adapters/commissioning/deliver-evidence.ts'
import { EvidenceStore } from '../terminal/adapters/evidence-store.ts'
import { type OpenTerminalOptions, openTerminal } from '../terminal/adapters/open-terminal.ts'
import type { Terminal } from '../terminal/adapters/terminal.ts'
import type { Panel } from '../terminal/runtime/terminal-world.ts'
import { releaseVersion } from './release.ts'
import type { TerminalConsole } from './terminal-console.ts'
import { type WhereaboutsFlags, whereaboutsOf } from './terminal-whereabouts.ts'

interface Seat {
  readonly console: TerminalConsole
  readonly panel: Panel
}

/** The desk that brings `terminal` into service, at its console. */
export function openDesk(
  { panel }: Seat,
  terminal: Terminal,
  flags: WhereaboutsFlags,
  amounts: { readonly echoCount: number; readonly soakSeconds: number },
): CommissioningDesk {
  return new CommissioningDesk({
    terminal,
    panel,
    dataDirectory: flags.data,
    consoleUrl: () => whereaboutsOf(flags).consoleUrl,
    softwareVersion: releaseVersion(),
    processOf: 'terminal',
    ...amounts,
  })
}

/** Sends what no host has yet, and tells how that went; what can't be sent stays for the next start. */
export async function deliverResults(
  console: TerminalConsole,
  desk: CommissioningDesk,
  dataDirectory: string,
): Promise<void> {
  if (!isDue(dataDirectory)) return
  const sent = await desk.deliver()
  if (sent === undefined || console.isCutShort) return
  if (sent.ok) console.tell(SENT)
  else
    console.tell(
      {
        zh: `培训与验收结果未送出，下次启动再送：${sent.error.zh}`,
        en: `results of training and tests were not sent, they go at the next start: ${sent.error.en}`,
      },
      '!',
    )
}

/**
 * Training sends nothing while it lasts. When it is over the pad signs the results, which only the live terminal may ask of
 * it: that is opened for them, if there are any and a console is known.
 */
export async function deliverAfterTraining(
  seat: Seat,
  options: () => OpenTerminalOptions,
  flags: WhereaboutsFlags,
): Promise<void> {
  if (seat.console.isCutShort || !isDue(flags.data)) return
  if (whereaboutsOf(flags).consoleUrl === undefined) return seat.console.tell(NO_CONSOLE, '!')
  const terminal = await openTerminal(options())
  try {
    await deliverResults(seat.console, openDesk(seat, terminal, flags, NOTHING_IS_DONE), flags.data)
  } finally {
    await terminal.close()
  }
}

const NOTHING_IS_DONE = { echoCount: 0, soakSeconds: 0 }
const SENT = { zh: '培训与验收结果已送主机', en: 'results of training and tests are at the host' }
const NO_CONSOLE = {
  zh: '练习结果留在本机：不知道控制台地址（--console）',
  en: 'the results stay here: no console is known (--console)',
}

function isDue(dataDirectory: string): boolean {
  if (!EvidenceStore.isIn(dataDirectory)) return false
  const store = new EvidenceStore(dataDirectory)
  try {
    return isDeliveryDue(store)
  } finally {
    store.close()
  }
}
