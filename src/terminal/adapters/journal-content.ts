import type Database from 'better-sqlite3'
import { InvariantError } from '../../base/invariant.ts'
import type { JournalRecord } from '../flows/journal-record.ts'
import { applyRecord, initialState, type TerminalState } from '../flows/terminal-state.ts'
import { decodeRecord, encodeRecord, GENESIS_LINK, linkOf, sealOf } from './journal-chain.ts'
import { JournalFailure } from './journal-failure.ts'
import type { HeadMark } from './journal-head.ts'

interface StoredRecord extends HeadMark {
  readonly record: JournalRecord
}

/** The fold of records that are gone. */
export interface Snapshot extends HeadMark {
  readonly state: TerminalState
}

/** A journal read from end to end and found whole. */
export interface JournalContent {
  readonly snapshot: Snapshot
  /** Those that follow the snapshot. */
  readonly records: readonly StoredRecord[]
  readonly state: TerminalState
  readonly head: HeadMark
}

interface Row {
  readonly sequence: number
  readonly body: Uint8Array
  readonly link: string
}

const EMPTY: Snapshot = { sequence: 0, link: GENESIS_LINK, state: initialState }

/** Reads all records, follows the chain and folds them. @throws {JournalFailure} `corrupt`. */
export function readContent(database: Database.Database, path: string): JournalContent {
  const snapshot = readSnapshot(database, path)
  const records: StoredRecord[] = []
  let { state, sequence, link } = snapshot
  for (const row of database.prepare('SELECT * FROM record ORDER BY sequence').iterate() as Iterable<Row>) {
    sequence++
    link = linkOf(link, sequence, row.body)
    if (row.sequence !== sequence || row.link !== link)
      throw damaged(path, sequence, 'does not fit its chain')
    const record = decodeRecord(row.body)
    if (record === undefined) throw damaged(path, sequence, 'is not readable')
    state = follow(state, record, path, sequence)
    records.push({ sequence, link, record })
  }
  return { snapshot, records, state, head: { sequence, link } }
}

/** Puts the fold of all records up to `snapshot.sequence` in their place. Within the caller's transaction. */
export function writeSnapshot(database: Database.Database, snapshot: Snapshot): void {
  const { sequence, link, state } = snapshot
  const body = encodeRecord({ kind: 'checkpoint', state })
  database.exec('DELETE FROM snapshot')
  database.prepare('DELETE FROM record WHERE sequence <= ?').run(sequence)
  database
    .prepare('INSERT INTO snapshot (sequence, body, link, seal) VALUES (?, ?, ?, ?)')
    .run(sequence, body, link, sealOf(String(sequence), link, body))
}

/** Values beside the records, such as the clock's offset. @throws {JournalFailure} `corrupt`. */
export function readSettings(database: Database.Database, path: string): ReadonlyMap<string, string> {
  const rows = database.prepare('SELECT name, value, seal FROM setting').all() as readonly {
    readonly name: string
    readonly value: string
    readonly seal: string
  }[]
  if (rows.some(({ name, value, seal }) => seal !== sealOf(name, value)))
    throw new JournalFailure('corrupt', `${path} is damaged: a setting does not fit its seal`)
  return new Map(rows.map(({ name, value }) => [name, value]))
}

export function writeSetting(database: Database.Database, name: string, value: string): void {
  database
    .prepare('INSERT OR REPLACE INTO setting (name, value, seal) VALUES (?, ?, ?)')
    .run(name, value, sealOf(name, value))
}

function readSnapshot(database: Database.Database, path: string): Snapshot {
  const rows = database.prepare('SELECT * FROM snapshot').all() as readonly (Row & {
    readonly seal: string
  })[]
  const [row] = rows
  if (row === undefined) return EMPTY
  const { sequence, link, body, seal } = row
  const record = decodeRecord(body)
  const whole = rows.length === 1 && seal === sealOf(String(sequence), link, body)
  if (!whole || record?.kind !== 'checkpoint' || !isState(record.state))
    throw damaged(path, sequence, 'is not readable')
  return { sequence, link, state: record.state }
}

/** Folding is pure: whatever it throws, the record is one that these flows did not write. */
function follow(state: TerminalState, record: JournalRecord, path: string, sequence: number): TerminalState {
  if (record.kind === 'checkpoint' && !isState(record.state)) throw damaged(path, sequence, 'is not readable')
  try {
    return applyRecord(state, record)
  } catch (error) {
    const reason = error instanceof InvariantError ? error.message : 'a part of it is missing'
    throw damaged(path, sequence, `can not follow the one before it (${reason})`)
  }
}

/** Whether each member that every state has is there and of its kind. */
function isState(value: unknown): value is TerminalState {
  if (typeof value !== 'object' || value === null) return false
  const members = value as Readonly<Record<string, unknown>>
  return Object.entries(initialState).every(([name, model]) => {
    const member = members[name]
    return typeof member === typeof model && Array.isArray(member) === Array.isArray(model) && member !== null
  })
}

function damaged(path: string, sequence: number, what: string): JournalFailure {
  return new JournalFailure('corrupt', `${path} is damaged: record ${sequence} ${what}`)
}
