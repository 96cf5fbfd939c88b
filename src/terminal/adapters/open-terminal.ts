import type { LineTap } from '../../base/line-tap.ts'
import type { LocalDateTime } from '../../base/ports.ts'
import type { DeviceReportAnswer } from '../flows/peripheral-effect.ts'
import type { TerminalContext } from '../flows/terminal-context.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import { DialedHostLink } from '../runtime/dialed-host-link.ts'
import { Interpreter } from '../runtime/interpreter.ts'
import { NO_HOST_LINK } from '../runtime/no-host-link.ts'
import { JournaledState } from '../runtime/state-keeper.ts'
import type {
  HostLink,
  Panel,
  PasswordHasher,
  PeripheralPort,
  TerminalClock,
} from '../runtime/terminal-world.ts'
import { DiskSpace } from './disk-space.ts'
import { terminalCodec } from './frame-summary.ts'
import { decodeGb18030 } from './gb18030.ts'
import { OfflineSeeker } from './offline-seeker.ts'
import { withOwnReport } from './own-report.ts'
import { PackageSlotFiles } from './package-slots.ts'
import { packagedPanel } from './packaged-panel.ts'
import { DEFAULT_SETUP, type TerminalSetup } from './profile-file.ts'
import { scryptHasher } from './scrypt-hasher.ts'
import { openSqliteJournal, type SqliteJournal } from './sqlite-journal.ts'
import { SystemClock } from './system-clock.ts'
import { systemRandom } from './system-random.ts'
import { systemSha1 } from './system-sha1.ts'
import { type HostAddress, type HostTls, TcpDialer } from './tcp-stream.ts'
import { Terminal, type TerminalProbe } from './terminal.ts'
import { type LogLevel, openTerminalLog, type TerminalLog } from './terminal-log.ts'

/** The peripherals of one terminal, as the drivers offer them. */
export interface TerminalPeripherals extends PeripheralPort {
  onChange(listener: (report: DeviceReportAnswer) => void): void
  close(): void
}

/** A `TerminalSetup` may be spread into it; of that only the profile must be there. */
export interface OpenTerminalOptions extends Partial<TerminalSetup> {
  /** Holds journal and log; made when it is not there. One terminal a folder. */
  readonly dataDirectory: string
  readonly profile: TerminalProfile
  readonly hostAddress: HostAddress
  /** Of the program, up to 16 characters: what a status upload says. */
  readonly softwareVersion?: string
  /** Folder of the terminal's battery, as Linux has it. */
  readonly batteryFolder?: string
  readonly tls?: HostTls
  /** Closed with the terminal. */
  readonly peripherals: TerminalPeripherals
  readonly panel: Panel
  readonly clock?: TerminalClock
  /** The same for the whole life of a journal: it made the hashes that are in it. */
  readonly passwords?: PasswordHasher
  readonly logLevel?: LogLevel
  /** Gets the terminal before it does what a power cut left open, so that it can be watched and closed meanwhile. */
  readonly created?: (terminal: Terminal) => void
  /** Hears each connection to the host. */
  readonly hostTap?: () => LineTap
  /** As `JournalOptions.sizeMaxBytes`. */
  readonly journalSizeMaxBytes?: number
  readonly probe?: TerminalProbe
  /** Packages; those of `dataDirectory` when left out. */
  readonly slots?: PackageSlotFiles
  /** There is no line at all: whatever sends stops the terminal. See `openTrainingTerminal`. */
  readonly withoutHost?: true
}

/**
 * Opens a terminal on its journal and does what a power cut left open; resolves when it takes commands.
 *
 * Rejects with `JournalFailure` (nothing was changed) or `TerminalStopped`; everything is let go of then,
 * the peripherals too.
 */
export async function openTerminal(options: OpenTerminalOptions): Promise<Terminal> {
  const journal = openJournal(options)
  const log = openTerminalLog(options.dataDirectory, options.logLevel ?? 'info')
  const terminal = assemble(options, journal, log)
  options.created?.(terminal)
  log.event('opened', { records: journal.lastSequence })
  try {
    await terminal.start()
  } catch (error) {
    await terminal.close()
    throw error
  }
  return terminal
}

function openJournal({
  dataDirectory,
  journalSizeMaxBytes,
  peripherals,
}: OpenTerminalOptions): SqliteJournal {
  try {
    return openSqliteJournal({
      directory: dataDirectory,
      ...(journalSizeMaxBytes === undefined ? {} : { sizeMaxBytes: journalSizeMaxBytes }),
    })
  } catch (error) {
    peripherals.close()
    throw error
  }
}

/** Joins flows, runtime and adapters to one terminal. */
function assemble(options: OpenTerminalOptions, journal: SqliteJournal, log: TerminalLog): Terminal {
  const { dataDirectory, hostAddress, tls, hostTap, panel, peripherals, batteryFolder } = options
  const setup: TerminalSetup = { ...DEFAULT_SETUP, ...options }
  const clock = options.clock ?? systemClock(journal, log)
  const { probe } = options
  const keeper = new JournaledState(probe?.journal?.(journal) ?? journal, journal.openingState)
  const dialed = (): HostLink => {
    const dialer = new TcpDialer(hostAddress, tls, hostTap)
    return new DialedHostLink(setup.link, probe?.dialer?.(dialer) ?? dialer, clock, log)
  }
  const hostLink = options.withoutHost === true ? NO_HOST_LINK : dialed()
  const slots = options.slots ?? new PackageSlotFiles(dataDirectory)
  const interpreter = new Interpreter({
    clock,
    random: systemRandom,
    keeper,
    hostLink,
    panel: packagedPanel(
      panel,
      () => slots.inForce,
      (screen) => terminal.screenShown(screen),
    ),
    peripherals: withOwnReport(peripherals, {
      dataDirectory,
      ...(batteryFolder === undefined ? {} : { batteryFolder }),
    }),
    passwords: options.passwords ?? scryptHasher,
    storage: new DiskSpace(dataDirectory, () => journal.roomBytes),
    slots,
  })
  const context = contextOf(options, setup, slots, keeper)
  const seeker = new OfflineSeeker(clock, context, () => terminal.run({ kind: 'sendPending' }))
  const release = (): void => {
    seeker.stop()
    hostLink.disconnect()
    peripherals.close()
    journal.close()
    log.event('closed')
    log.close()
  }
  const shorten = batchTidier(context, journal, setup, clock, log)
  const tidy = (): void => {
    shorten()
    seeker.look()
  }
  const terminal = new Terminal({ interpreter, context, probe, tidy, release })
  peripherals.onChange((report) => {
    log.devices(report)
    terminal.devicesChanged(report)
  })
  return terminal
}

function contextOf(
  { softwareVersion, withoutHost }: OpenTerminalOptions,
  { profile, caKeys }: TerminalSetup,
  packages: PackageSlotFiles,
  keeper: JournaledState,
): TerminalContext {
  return {
    profile,
    codec: terminalCodec(),
    chip: { sha1: systemSha1, caKeys, ...(withoutHost === true ? { withoutCombined: true } : {}) },
    decodeText: decodeGb18030,
    packages,
    ...(softwareVersion === undefined ? {} : { softwareVersion }),
    get state() {
      return keeper.state
    },
  }
}

const CLOCK_SETTING = 'clockOffsetMs'

/** The host's time is kept over a restart. Losing it does no harm: the next sign-in sets it again. */
function systemClock(journal: SqliteJournal, log: TerminalLog): SystemClock {
  const offsetMs = Number(journal.setting(CLOCK_SETTING) ?? 0)
  return new SystemClock(Number.isFinite(offsetMs) ? offsetMs : 0, (offset) => {
    try {
      journal.storeSetting(CLOCK_SETTING, String(offset))
    } catch {
      log.event('clockNotStored')
    }
  })
}

const DAY_MS = 86_400_000

/** Shortens the journal at the start, and once after each settlement. Failing does no harm: the records stay. */
function batchTidier(
  context: TerminalContext,
  journal: SqliteJournal,
  { keepBatches, keepDays }: Pick<TerminalSetup, 'keepBatches' | 'keepDays'>,
  clock: TerminalClock,
  log: TerminalLog,
): () => void {
  let settled: string | undefined
  return () => {
    const { lastSettlement } = context.state
    if (lastSettlement === undefined || lastSettlement.batch === settled) return
    settled = lastSettlement.batch
    try {
      const oldest = keepDays === 0 ? undefined : daysBefore(clock.localTime(), keepDays)
      log.event('compacted', { records: journal.compact(keepBatches, oldest) })
    } catch {
      log.event('notCompacted')
    }
  }
}

function daysBefore({ year, month, day, ...time }: LocalDateTime, days: number): LocalDateTime {
  const date = new Date(Date.UTC(year, month - 1, day) - days * DAY_MS)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), ...time }
}
