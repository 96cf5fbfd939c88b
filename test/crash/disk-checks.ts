import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Finding } from '../../sim/check/finding.ts'
import { TerminalBooks } from '../../sim/check/terminal-books.ts'
import { findInBooks } from '../../src/host/store/sqlite-books-check.ts'
import { GENESIS_LINK } from '../../src/terminal/adapters/journal-chain.ts'
import { readContent } from '../../src/terminal/adapters/journal-content.ts'
import { openForReading } from '../../src/terminal/adapters/journal-database.ts'
import { JournalFailure } from '../../src/terminal/adapters/journal-failure.ts'
import { filesBelow, foundIn, type Secret } from '../e2e/card-data.ts'
import type { ToldApproval } from './till.ts'

/** A terminal's journal, read from its file again and again without the terminal's help. */
export class JournalFollower {
  readonly books = new TerminalBooks()
  readonly #tid: string
  readonly #path: string
  #sequence = 0
  #link = GENESIS_LINK

  constructor(tid: string, directory: string) {
    this.#tid = tid
    this.#path = join(directory, 'journal.db')
  }

  get records(): number {
    return this.#sequence
  }

  /** Takes the records that are new. What was there before must still be there. */
  follow(): readonly Finding[] {
    try {
      const database = openForReading(this.#path)
      try {
        return this.#take(readContent(database, this.#path))
      } finally {
        database.close()
      }
    } catch (error) {
      if (!(error instanceof JournalFailure)) throw error
      return [{ check: 'journal damaged', detail: `${this.#tid}: ${error.message}` }]
    }
  }

  #take({ snapshot, records, head }: ReturnType<typeof readContent>): readonly Finding[] {
    const known = records.find(({ sequence }) => sequence === this.#sequence)?.link
    const isOn = this.#sequence === snapshot.sequence ? snapshot.link === this.#link : known === this.#link
    if (!isOn)
      return [
        { check: 'journal lost records', detail: `${this.#tid}: record ${this.#sequence} was there before` },
      ]
    const fresh = records.filter(({ sequence }) => sequence > this.#sequence)
    this.#sequence = head.sequence
    this.#link = head.link
    const twice = this.books.take(fresh.map(({ record }) => record))
    return twice === undefined ? [] : [{ check: 'trace number used twice', detail: `${this.#tid}: ${twice}` }]
  }

  /** Approvals that a screen has shown and that the journal does not have. A trace number is used once in a run. */
  checkShown(shown: readonly string[]): readonly Finding[] {
    const status = new Map(this.books.transactions().map((each) => [each.request.stan, each.status]))
    return shown.flatMap((stan) => {
      const now = status.get(stan)
      if (now === 'approved' || now === 'voided') return []
      return [{ check: 'shown before durable', detail: `${this.#tid} ${stan}: ${now ?? 'no record'}` }]
    })
  }

  /** Approvals that somebody was told and that the journal does not have. */
  checkTold(told: readonly ToldApproval[]): readonly Finding[] {
    const known = new Map(
      this.books.transactions().map((each) => [`${each.request.batch}/${each.request.stan}`, each]),
    )
    return told.flatMap(({ batch, stan, amountMinor }) => {
      const transaction = known.get(`${batch}/${stan}`)
      const stands = transaction?.status === 'approved' || transaction?.status === 'voided'
      if (stands && transaction.amountMinor === amountMinor) return []
      const now = transaction === undefined ? 'no record' : `${transaction.status} ${transaction.amountMinor}`
      return [
        {
          check: 'a told approval does not stand',
          detail: `${this.#tid} ${batch}/${stan}: ${amountMinor} told, now ${now}`,
        },
      ]
    })
  }
}

/** Sums, balances, voids and refunds of a host whose program may be running. */
export function checkHostBooks(hostDirectory: string): readonly Finding[] {
  return withDatabase(join(hostDirectory, 'host.db'), (database) =>
    findInBooks(database).map(({ kind, detail }) => ({ check: `ledger: ${kind}`, detail })),
  )
}

/** Approvals that a terminal has told and that the host's file does not have. */
export function checkHostKnows(
  hostDirectory: string,
  told: readonly (ToldApproval & { readonly tid: string })[],
): readonly Finding[] {
  return withDatabase(join(hostDirectory, 'host.db'), (database) => {
    const find = database
      .prepare<[string, number, number], string>(
        'SELECT state FROM transactions WHERE tid = ? AND batchNumber = ? AND stan = ?',
      )
      .pluck()
    return told.flatMap(({ tid, batch, stan }) => {
      const state = find.get(tid, Number(batch), Number(stan))
      if (state === 'approved' || state === 'voided') return []
      return [
        {
          check: 'the host has lost an approval',
          detail: `${tid} ${batch}/${stan}: ${state ?? 'no record'}`,
        },
      ]
    })
  })
}

/** Programs that ended by themselves leave whole databases. Before anybody reads them: a reader makes such files too. */
export function checkTidyEnd(directory: string): readonly Finding[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => /-(wal|shm|journal)$|\.new$/.test(path))
    .map((path) => ({ check: 'files left', detail: path }))
}

/** What SQLite finds wrong in each database below `directory`. */
export function checkDatabases(directory: string): {
  readonly count: number
  readonly findings: readonly Finding[]
} {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.db'),
  )
  const findings = paths.flatMap((path) =>
    withDatabase(join(directory, path), (database) => {
      const answer = String(database.pragma('integrity_check', { simple: true }))
      return answer === 'ok' ? [] : [{ check: 'database damaged', detail: `${path}: ${answer}` }]
    }),
  )
  return { count: paths.length, findings }
}

/** Card data in any file below `directory`. `isOpen`: files that may hold it, such as the card images. */
export function checkSecrets(
  directory: string,
  secrets: readonly Secret[],
  isOpen: (path: string) => boolean = () => false,
): { readonly count: number; readonly findings: readonly Finding[] } {
  const files = existsSync(directory) ? filesBelow(directory).filter(({ path }) => !isOpen(path)) : []
  const findings = files.flatMap(({ path, bytes }) =>
    foundIn(bytes, secrets).map((name) => ({ check: 'card data on a disk', detail: `${path}: ${name}` })),
  )
  return { count: files.length, findings }
}

function withDatabase<T>(path: string, use: (database: Database.Database) => T): T {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000 })
  try {
    return use(database)
  } finally {
    database.close()
  }
}
