import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { openSqliteJournal } from '../../src/terminal/adapters/sqlite-journal.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import { digitSecret } from '../e2e/card-data.ts'
import {
  checkDatabases,
  checkHostBooks,
  checkHostKnows,
  checkSecrets,
  checkTidyEnd,
  JournalFollower,
} from './disk-checks.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-disk-checks-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const LOGGED_ON: JournalRecord = { kind: 'loggedOn', number: '01' }
const TOLD = { batch: '000001', stan: '000007', amountMinor: 1234 }

function append(folder: string, ...records: readonly JournalRecord[]): void {
  const journal = openSqliteJournal({ directory: folder })
  journal.append(records, ({ kind }) => expect(kind).toBe('durable'))
  journal.close()
}

function checksOf(findings: readonly { readonly check: string }[]): readonly string[] {
  return findings.map(({ check }) => check)
}

describe('a journal that is followed from outside', () => {
  it('goes on where it was', () => {
    const follower = new JournalFollower('T1', directory)
    append(directory, LOGGED_ON)
    expect(follower.follow()).toEqual([])
    append(directory, LOGGED_ON, { kind: 'loggedOff' })
    expect(follower.follow()).toEqual([])
    expect(follower.records).toBe(3)
  })

  it('is found out when records are gone that were there before', () => {
    const follower = new JournalFollower('T1', directory)
    append(directory, LOGGED_ON)
    const copy = `${directory}-copy`
    cpSync(directory, copy, { recursive: true })
    append(directory, LOGGED_ON)
    expect(follower.follow()).toEqual([])
    for (const file of readdirSync(directory)) rmSync(join(directory, file))
    cpSync(copy, directory, { recursive: true })
    rmSync(copy, { recursive: true })
    expect(checksOf(follower.follow())).toEqual(['journal lost records'])
  })

  it('must hold what the terminal has told and shown', () => {
    const follower = new JournalFollower('T1', directory)
    append(directory, LOGGED_ON)
    follower.follow()
    expect(checksOf(follower.checkTold([TOLD]))).toEqual(['a told approval does not stand'])
    expect(checksOf(follower.checkShown(['000007']))).toEqual(['shown before durable'])
  })
})

describe('the files of a host', () => {
  it('are read without its help; an approval that is not there is found out', () => {
    const records = openHostRecords(directory)
    try {
      expect(checkHostBooks(directory)).toEqual([])
      expect(checksOf(checkHostKnows(directory, [{ ...TOLD, tid: '10000001' }]))).toEqual([
        'the host has lost an approval',
      ])
    } finally {
      records.close()
    }
  })

  it('are found out when a balance was changed', () => {
    openHostRecords(directory).close()
    const database = new Database(join(directory, 'host.db'))
    database.exec(
      'UPDATE accounts SET balanceMinor = balanceMinor + 1 WHERE panTruncated = (SELECT max(panTruncated) FROM accounts)',
    )
    database.close()
    expect(checksOf(checkHostBooks(directory))).toEqual(['ledger: balanceDiffers'])
  })
})

describe('files on a disk', () => {
  it('hold no card number, in text or packed', () => {
    const secrets = [digitSecret('a card', '6210949001000001')]
    writeFileSync(join(directory, 'clean'), 'nothing')
    expect(checkSecrets(directory, secrets)).toEqual({ count: 1, findings: [] })
    writeFileSync(join(directory, 'packed'), Buffer.from('ff6210949001000001ff', 'hex'))
    expect(checksOf(checkSecrets(directory, secrets).findings)).toEqual(['card data on a disk'])
  })

  it('are whole databases, and nothing unfinished is left beside them', () => {
    append(directory, LOGGED_ON)
    expect(checkTidyEnd(directory)).toEqual([])
    expect(checkDatabases(directory)).toEqual({ count: 1, findings: [] })
    writeFileSync(join(directory, 'journal.db.new'), '')
    expect(checkTidyEnd(directory)).toContainEqual({ check: 'files left', detail: 'journal.db.new' })
  })
})
