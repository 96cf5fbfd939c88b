import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readContent } from '../../terminal/adapters/journal-content.ts'
import { checkDatabase, openForReading } from '../../terminal/adapters/journal-database.ts'
import { openSqliteJournal } from '../../terminal/adapters/sqlite-journal.ts'
import type { TerminalState } from '../../terminal/flows/terminal-state.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { releaseVersion } from '../release.ts'
import { noteTerminalBackup } from './backup-evidence.ts'
import { type Books, type Manifest, readBackup, writeBackup } from './backup-file.ts'
import {
  checkEmpty,
  checkNotRunning,
  takePlace,
  unpackingFolder,
  withFolder,
  withSnapshot,
} from './backup-folder.ts'
import { compare, type Restored } from './host-backup.ts'

const JOURNAL_FILE = 'journal.db'
const LOCK_FILE = 'journal.lock'
const QUIET_TRIES = 20
const QUIET_PAUSE_MS = 500
/** Numbers left out whatever the time; a terminal uses at most ten a second for fourteen hours, and then far fewer. */
const NUMBERS_AT_LEAST = 1000
const BUSY_NUMBER_MS = 100
const BUSY_NUMBERS_MAX = 500_000
const QUIET_NUMBER_MS = 10_000
const NUMBERS_AT_MOST = 900_000

/**
 * Keeps a terminal's journal in one sealed file while it runs, at a moment when it owes nothing: a reversal that is
 * owed in the copy and was delivered since would undo a sale for which the customer has the goods.
 */
export async function backUpTerminal(folder: string, to: string, passphrase: string): Promise<Manifest> {
  if (!existsSync(join(folder, JOURNAL_FILE)))
    throw new UsageFailure(`there is no terminal in ${folder}: give its --data`)
  for (let round = 1; ; round++) {
    const made = await withSnapshot(folder, async (sources, copies) => {
      const { state, books } = readJournal(copies)
      const owed = owedIn(state)
      if (owed !== undefined) return owed
      const content = { kind: 'terminal', release: releaseVersion(), madeAtMs: Date.now(), books } as const
      return writeBackup(to, passphrase, content, sources)
    })
    if (typeof made !== 'string') {
      noteTerminalBackup(folder, 'backup', to)
      return made
    }
    if (round === QUIET_TRIES)
      throw new Finding(`the terminal still owes ${made}: let it deliver that (send), then back up again`)
    await pause(QUIET_PAUSE_MS)
  }
}

/**
 * Unpacks, proves, and makes the journal one that may go on: it signs in anew and leaves out all trace numbers that
 * it may have used since the backup.
 */
export async function restoreTerminal(
  from: string,
  folder: string,
  passphrase: string,
  replace: boolean,
  nowMs = Date.now(),
): Promise<Restored> {
  checkEmpty(folder, replace)
  checkNotRunning(join(folder, LOCK_FILE), 'terminal')
  const unpacked = unpackingFolder(folder)
  return withFolder(unpacked, async () => {
    const manifest = readBackup(from, passphrase, 'terminal', unpacked)
    compare(manifest.books, readJournal(unpacked).books)
    const journal = openSqliteJournal({ directory: unpacked })
    try {
      const jump = numbersSince(manifest.madeAtMs, nowMs)
      journal.append([{ kind: 'restored', jump }], (outcome) => {
        if (outcome.kind === 'failed') throw new Finding(`${outcome.reason}: nothing was changed`)
      })
    } finally {
      journal.close()
    }
    return { manifest, aside: takePlace(unpacked, folder, replace) }
  })
}

/** Restores on trial, beside the terminal, which may run; leaves nothing but a note that the terminal tells the host of. */
export async function drillTerminal(from: string, folder: string, passphrase: string): Promise<Manifest> {
  if (!existsSync(join(folder, JOURNAL_FILE)))
    throw new UsageFailure(`there is no terminal in ${folder}: give its --data`)
  const unpacked = unpackingFolder(folder)
  const manifest = await withFolder(unpacked, async () => {
    const read = readBackup(from, passphrase, 'terminal', unpacked)
    compare(read.books, readJournal(unpacked).books)
    return read
  })
  noteTerminalBackup(folder, 'restoreDrill', from)
  return manifest
}

/**
 * Grows with the time since the backup, so that a second restore of one backup leaves out what the first one used: a
 * number used twice is answered 94, and what the terminal then takes back would be somebody's sale.
 */
function numbersSince(madeAtMs: number, nowMs: number): number {
  if (nowMs < madeAtMs)
    throw new UsageFailure(
      'the backup was made in the future: set the clock of this machine, then restore again',
    )
  const elapsedMs = nowMs - madeAtMs
  const busy = Math.min(Math.ceil(elapsedMs / BUSY_NUMBER_MS), BUSY_NUMBERS_MAX)
  return Math.min(NUMBERS_AT_LEAST + busy + Math.ceil(elapsedMs / QUIET_NUMBER_MS), NUMBERS_AT_MOST)
}

function readJournal(folder: string): { readonly state: TerminalState; readonly books: Books } {
  const path = join(folder, JOURNAL_FILE)
  const database = openForReading(path)
  try {
    checkDatabase(database, path)
    const { state, head } = readContent(database, path)
    return { state, books: terminalBooks(state, head) }
  } finally {
    database.close()
  }
}

function terminalBooks(
  state: TerminalState,
  head: { readonly sequence: number; readonly link: string },
): Books {
  const books: Record<string, string | number> = {
    'last record': head.sequence,
    'chain of records': head.link,
    batch: state.batch,
    'next trace number': state.nextStan,
    transactions: state.transactions.length,
    operators: state.operators.length,
    'master key check value': state.masterKeyCheckValue ?? '',
    'last settled batch': state.lastSettlement?.batch ?? '',
  }
  for (const { status, amountMinor } of state.transactions)
    books[`amount ${status}`] = Number(books[`amount ${status}`] ?? 0) + amountMinor
  return books
}

/** In the words of an operator; undefined when nothing is owed to the host. */
function owedIn(state: TerminalState): string | undefined {
  if (state.inFlight !== undefined) return 'the end of a transaction'
  if (state.reversal !== undefined) return `the reversal of ${state.reversal.request.stan}`
  if (state.notices.length > 0) return `${state.notices.length} notices`
  if (state.scriptResults.length > 0) return 'a script result'
  return state.settlement === undefined ? undefined : 'the rest of a settlement'
}
