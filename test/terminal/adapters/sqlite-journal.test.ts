import { spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JournalFailure, type JournalFailureKind } from '../../../src/terminal/adapters/journal-failure.ts'
import { openSqliteJournal, type SqliteJournal } from '../../../src/terminal/adapters/sqlite-journal.ts'
import type { JournalRecord } from '../../../src/terminal/flows/journal-record.ts'
import type { BatchTotals, SettlementSummary } from '../../../src/terminal/flows/terminal-model.ts'
import type { AppendOutcome } from '../../../src/terminal/runtime/terminal-world.ts'
import { programArguments } from '../../compiled/compiled-program.ts'

let directory: string
const opened: SqliteJournal[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-journal-test-'))
})
afterEach(() => {
  for (const journal of opened.splice(0)) journal.close()
  rmSync(directory, { recursive: true, force: true })
})

function open(sizeMaxBytes?: number): SqliteJournal {
  const journal = openSqliteJournal({ directory, ...(sizeMaxBytes === undefined ? {} : { sizeMaxBytes }) })
  opened.push(journal)
  return journal
}

function failureOfOpening(folder = directory): JournalFailure {
  try {
    openSqliteJournal({ directory: folder }).close()
  } catch (error) {
    if (error instanceof JournalFailure) return error
    throw error
  }
  throw new Error('it opened')
}

function append(journal: SqliteJournal, ...records: readonly JournalRecord[]): AppendOutcome {
  let outcome: AppendOutcome | undefined
  journal.append(records, (each) => {
    outcome = each
  })
  if (outcome === undefined) throw new Error('not answered at once')
  return outcome
}

const stanUsed = (stan: number): JournalRecord => ({ kind: 'stanUsed', stan: String(stan).padStart(6, '0') })
const file = (name: string): string => join(directory, name)

const NONE = { debitAmountMinor: 0, debitCount: 0, creditAmountMinor: 0, creditCount: 0 }
const TOTALS: BatchTotals = { domestic: NONE, foreign: NONE }
const TIME = { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5 }

/** The records of one empty batch that is settled. */
function settledBatch(batch: number): readonly JournalRecord[] {
  const summary: SettlementSummary = {
    batch: String(batch).padStart(6, '0'),
    localTime: TIME,
    operator: '01',
    totals: TOTALS,
    domesticFlag: '1',
    foreignFlag: '1',
    uploadedRecords: 0,
    transactionCount: 0,
    byType: [],
  }
  return [
    { kind: 'settlementStarted', totals: TOTALS, localTime: TIME, operator: '01' },
    { kind: 'settlementAnswered', domesticFlag: '1', foreignFlag: '1' },
    { kind: 'uploadFinished' },
    { kind: 'batchEnded' },
    { kind: 'batchClosed', nextBatch: String(batch + 1).padStart(6, '0'), summary },
    { kind: 'receiptDropped', id: `${summary.batch}-settlement` },
  ]
}

describe('the journal', () => {
  it('gives back what was appended, after closing and opening', () => {
    const journal = open()
    expect(append(journal, stanUsed(1), stanUsed(2))).toEqual({ kind: 'durable' })
    expect(append(journal, stanUsed(41))).toEqual({ kind: 'durable' })
    journal.close()
    const again = open()
    expect(again.records()).toEqual([stanUsed(1), stanUsed(2), stanUsed(41)])
    expect(again.openingState.nextStan).toBe(42)
    expect(again.lastSequence).toBe(3)
  })

  it('keeps settings, and leaves one file without a log when it is closed', () => {
    const journal = open()
    journal.storeSetting('clockOffsetMs', '3000')
    journal.close()
    expect(readdirSync(directory).sort()).toEqual(['journal.db', 'journal.head', 'journal.lock'])
    expect(open().setting('clockOffsetMs')).toBe('3000')
  })

  it('is readable by its owner alone', () => {
    const journal = open()
    append(journal, stanUsed(1))
    for (const name of ['journal.db', 'journal.db-wal', 'journal.head'])
      expect(statSync(file(name)).mode & 0o777).toBe(0o600)
    journal.close()
    chmodSync(file('journal.db'), 0o644)
    open()
    expect(statSync(file('journal.db')).mode & 0o777).toBe(0o600)
  })

  it('is for one terminal at a time, also within one process', () => {
    const journal = open()
    append(journal, stanUsed(1))
    const failure = failureOfOpening()
    expect(failure.kind).toBe('inUse')
    expect(failure.message).toMatch(/another terminal.*--data/)
    expect(append(journal, stanUsed(2))).toEqual({ kind: 'durable' })
    journal.close()
    expect(open().lastSequence).toBe(2)
  })

  it('takes nothing more once it is closed', () => {
    const journal = open()
    journal.close()
    expect(append(journal, stanUsed(1)).kind).toBe('failed')
  })

  it('a full disk fails the append whole, and everything before it stays', () => {
    const journal = open(64 * 1024)
    let durable = 0
    let outcome: AppendOutcome = { kind: 'durable' }
    const long: JournalRecord = { kind: 'signInRequired', code: 'x'.repeat(3_000) }
    while (outcome.kind === 'durable') {
      outcome = append(journal, stanUsed(durable + 1), long)
      if (outcome.kind === 'durable') durable++
    }
    expect(outcome.reason).toMatch(/no room.*free some space/)
    expect(durable).toBeGreaterThan(2)
    journal.close()
    expect(open().lastSequence).toBe(durable * 2)
  })

  it('a folder that can not be written says so', () => {
    // /proc refuses new files even to root.
    const failure = failureOfOpening('/proc/sys/kernel')
    expect(failure.kind).toBe('notWritable')
    expect(failure.message).toMatch(/can not be written.*--data/)
  })
})

describe('compaction', () => {
  it('keeps the last batches record by record and the state as it was', () => {
    const journal = open()
    append(journal, { kind: 'commissioned', profileChanges: { terminalId: '10000007' } })
    for (let batch = 1; batch <= 5; batch++) append(journal, stanUsed(batch), ...settledBatch(batch))
    append(journal, stanUsed(77))
    expect(journal.compact(2)).toBe(1 + 2 * 7 + 6)
    expect(journal.compact(2)).toBe(0)
    const kept = journal.records()
    expect(kept.filter(({ kind }) => kind === 'batchClosed')).toHaveLength(2)
    expect(append(journal, stanUsed(78))).toEqual({ kind: 'durable' })
    journal.close()
    const again = open()
    expect(again.openingState.batch).toBe('000006')
    expect(again.openingState.nextStan).toBe(79)
    expect(again.openingState.profileChanges).toEqual({ terminalId: '10000007' })
    expect(again.openingState.lastSettlement?.batch).toBe('000005')
    expect(again.lastSequence).toBe(1 + 5 * 7 + 2)
  })

  it('leaves no batch that is too old, however few they are, and never one that is open', () => {
    const journal = open()
    append(journal, { kind: 'commissioned', profileChanges: {} })
    for (let batch = 1; batch <= 3; batch++) append(journal, stanUsed(batch), ...settledBatch(batch))
    append(journal, stanUsed(77))
    expect(journal.compact(3, { ...TIME, day: TIME.day - 1 })).toBe(0)
    expect(journal.compact(3, { ...TIME, day: TIME.day + 1 })).toBe(3 * 7)
    expect(journal.records().some(({ kind }) => kind === 'batchClosed')).toBe(false)
    expect(journal.records().at(-1)).toEqual(stanUsed(77))
  })

  it('gives the space back, and says how much room there is before the file is full', () => {
    const sizeMaxBytes = 4 * 1024 * 1024
    const journal = open(sizeMaxBytes)
    append(journal, { kind: 'commissioned', profileChanges: {} })
    const before = journal.roomBytes
    const merchantNameZh = '铁'.repeat(200_000)
    append(journal, { kind: 'commissioned', profileChanges: { merchantNameZh } })
    append(journal, { kind: 'commissioned', profileChanges: {} }, stanUsed(1), ...settledBatch(1))
    expect(journal.roomBytes).toBeLessThan(before - 500_000)
    const full = statSync(file('journal.db')).size + statSync(file('journal.db-wal')).size
    journal.compact(0)
    expect(journal.roomBytes).toBeGreaterThan(before - 100_000)
    const now = statSync(file('journal.db')).size + statSync(file('journal.db-wal')).size
    expect(now).toBeLessThan(full - 500_000)
    journal.close()
    expect(open(sizeMaxBytes).openingState.batch).toBe('000002')
  })
})

describe('a damaged journal', () => {
  /** A journal of some records that was closed well, or whose process was killed. */
  function prepare(killed: boolean): void {
    const journal = open()
    append(journal, { kind: 'commissioned', profileChanges: {} })
    append(journal, stanUsed(1), ...settledBatch(1))
    append(journal, stanUsed(2), ...settledBatch(2))
    journal.compact(1)
    journal.storeSetting('clockOffsetMs', '1000')
    append(journal, stanUsed(3))
    if (!killed) {
      journal.close()
      return
    }
    // What the disk holds while the process runs is what a kill leaves behind.
    const left = `${directory}-left`
    cpSync(directory, left, { recursive: true })
    journal.close()
    rmSync(directory, { recursive: true })
    cpSync(left, directory, { recursive: true })
    rmSync(left, { recursive: true })
  }

  const finds = (kind: JournalFailureKind): JournalFailure => {
    const failure = failureOfOpening()
    expect(failure.kind).toBe(kind)
    return failure
  }

  for (const killed of [false, true]) {
    it(`any flipped byte is found or does no harm (${killed ? 'killed' : 'closed'})`, () => {
      prepare(killed)
      const images = new Map(readdirSync(directory).map((name) => [name, readFileSync(file(name))]))
      const truth = open()
      const records = truth.records()
      const state = truth.openingState
      truth.close()
      const place = fc
        .constantFrom(...[...images].filter(([, image]) => image.length > 0).map(([name]) => name))
        .chain((name) => fc.tuple(fc.constant(name), fc.nat((images.get(name)?.length ?? 1) - 1)))
      fc.assert(
        fc.property(place, fc.integer({ min: 1, max: 255 }), ([name, offset], change) => {
          restore(images)
          const bytes = readFileSync(file(name))
          bytes[offset] = (bytes[offset] ?? 0) ^ change
          writeFileSync(file(name), bytes)
          let journal: SqliteJournal
          try {
            journal = openSqliteJournal({ directory })
          } catch (error) {
            expect(error).toBeInstanceOf(JournalFailure)
            // Found, and not a byte of it was touched.
            expect(readFileSync(file(name))).toEqual(bytes)
            return
          }
          try {
            expect(journal.openingState).toEqual(state)
            expect(journal.records()).toEqual(records)
          } finally {
            journal.close()
          }
        }),
        { numRuns: 30 },
      )
    })
  }

  function restore(images: ReadonlyMap<string, Uint8Array>): void {
    rmSync(directory, { recursive: true, force: true })
    mkdirSync(directory)
    for (const [name, image] of images) writeFileSync(file(name), image)
  }

  it('a changed record is named by its number, and a copy is kept once', () => {
    prepare(false)
    const database = new Database(file('journal.db'))
    database.exec('UPDATE record SET body = CAST(\'{"kind":"loggedOff"}\' AS BLOB) WHERE sequence = 12')
    database.close()
    const bytes = readFileSync(file('journal.db'))
    const failure = finds('corrupt')
    expect(failure.message).toMatch(
      /record 12 does not fit its chain\. Nothing was changed; a copy is in .*journal-damaged-/,
    )
    finds('corrupt')
    const copies = readdirSync(directory).filter((name) => name.startsWith('journal-damaged-'))
    expect(copies).toHaveLength(1)
    expect(readFileSync(join(directory, copies[0] ?? '', 'journal.db'))).toEqual(bytes)
    expect(readFileSync(file('journal.db'))).toEqual(bytes)
  })

  it('records that go missing in the middle or at the end are found', () => {
    prepare(false)
    const whole = readFileSync(file('journal.db'))
    for (const [statement, kind] of [
      ['DELETE FROM record WHERE sequence = 12', 'corrupt'],
      ['DELETE FROM record WHERE sequence >= 15', 'recordsMissing'],
      ['DELETE FROM snapshot', 'corrupt'],
      ["UPDATE setting SET value = '9000'", 'corrupt'],
      ['CREATE TABLE other (name TEXT)', 'corrupt'],
    ] as const) {
      writeFileSync(file('journal.db'), whole)
      const database = new Database(file('journal.db'))
      database.exec(statement)
      database.close()
      finds(kind)
    }
  })

  it('an older copy is refused, and accepted once the operator has decided so', () => {
    prepare(false)
    copyFileSync(file('journal.db'), file('older'))
    const journal = open()
    append(journal, stanUsed(4))
    journal.close()
    copyFileSync(file('older'), file('journal.db'))
    expect(finds('recordsMissing').message).toMatch(
      /ends at record 16, but 17 had been written.*journal\.head/,
    )
    rmSync(file('journal.head'))
    expect(open().lastSequence).toBe(16)
  })

  it('a file that is cut short, empty, gone, or no journal at all is never replaced', () => {
    prepare(false)
    const whole = readFileSync(file('journal.db'))
    for (const size of [0, 1, 99, 4096, whole.length - 1]) {
      writeFileSync(file('journal.db'), whole)
      truncateSync(file('journal.db'), size)
      expect(['corrupt', 'notAJournal', 'recordsMissing']).toContain(failureOfOpening().kind)
      expect(statSync(file('journal.db')).size).toBe(size)
    }
    writeFileSync(file('journal.db'), 'this is a shopping list, and a long one at that')
    finds('notAJournal')
    rmSync(file('journal.db'))
    finds('recordsMissing')
    expect(existsSync(file('journal.db'))).toBe(false)
    rmSync(file('journal.head'))
    writeFileSync(file('journal.db-wal'), 'left over')
    expect(finds('recordsMissing').message).toMatch(/journal\.db-wal/)
  })

  it('one of another version says which program to use', () => {
    prepare(false)
    const database = new Database(file('journal.db'))
    database.pragma('user_version = 9')
    database.close()
    expect(finds('wrongVersion').message).toMatch(/version 9 .*version 1/)
  })
})

const APPEND_FOREVER = new URL('./append-forever.ts', import.meta.url)

describe('kill -9', () => {
  it('in the middle of appends keeps every record that was told durable, and lets the lock go', async () => {
    for (const lines of [1, 40, 155]) {
      const child = spawn(process.execPath, [...programArguments(APPEND_FOREVER), directory], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let text = ''
      const ended = new Promise((resume) => child.on('close', resume))
      child.stdout.on('data', (chunk: Uint8Array) => {
        text += String(chunk)
        if (text.split('\n').length > lines) child.kill('SIGKILL')
      })
      await ended
      const told = text.split('\n').filter((line) => line.length === 6).length
      expect(told).toBeGreaterThanOrEqual(lines)
      const journal = open()
      const records = journal.records()
      expect(records.length % 2).toBe(0)
      expect(records.length / 2).toBeGreaterThanOrEqual(told)
      expect(records[0]).toEqual(stanUsed(1))
      journal.close()
      rmSync(directory, { recursive: true })
    }
  })

  it('a second process is told that the journal is in use', async () => {
    const child = spawn(process.execPath, [...programArguments(APPEND_FOREVER), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resume) => child.stdout.once('data', resume))
    const failure = failureOfOpening()
    const ended = new Promise((resume) => child.on('close', resume))
    child.kill('SIGKILL')
    await ended
    expect(failure.kind).toBe('inUse')
    expect(open().lastSequence).toBeGreaterThan(0)
  })
})
