import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NO_ROWS, StoreError } from '../../../src/host/core/store-port.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { programArguments } from '../../compiled/compiled-program.ts'
import { expectRightBooks } from '../core/books.ts'
import { PAN, PIN, TestHost } from '../core/test-host.ts'
import { TestTerminal } from '../core/test-terminal.ts'
import { TRANSACTION } from './store-suite.ts'

let directory: string
const path = () => join(directory, 'host.db')
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-sqlite-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function messageOf(open: () => unknown): string {
  try {
    open()
  } catch (error) {
    if (error instanceof StoreError) return error.message
    throw error
  }
  return ''
}

describe('SQLite file', () => {
  it('is for its owner only, with log and lock', () => {
    const store = new SqliteStore(path())
    new TestHost(store)
    const names = readdirSync(directory)
    expect(names).toEqual(expect.arrayContaining(['host.db', 'host.db-wal', 'host.db.lock']))
    for (const name of names) expect(statSync(join(directory, name)).mode & 0o077).toBe(0)
    store.close()
  })

  it('keeps what was committed, and leases no number twice after a restart', () => {
    const first = new SqliteStore(path())
    first.commit({ ...NO_ROWS, newTransactions: [TRANSACTION] })
    expect(first.leaseNumbers(100)).toBe(1)
    first.close()
    const second = new SqliteStore(path())
    expect(second.listTransactions({})).toEqual([TRANSACTION])
    expect(second.leaseNumbers(1)).toBe(101)
    second.close()
  })

  it('counts beyond what a list shows', () => {
    const store = new SqliteStore(path())
    const rows = Array.from({ length: 1200 }, (_, index) => ({
      ...TRANSACTION,
      id: index + 1,
      stan: index + 1,
      tid: index < 1100 ? TRANSACTION.tid : 'ELSE0001',
    }))
    store.commit({ ...NO_ROWS, newTransactions: rows })
    expect(store.listTransactions({})).toHaveLength(1000)
    expect([store.countTransactions(), store.countTransactions(TRANSACTION.tid)]).toEqual([1200, 1100])
    store.close()
  })

  it('commits with a write-ahead log, synchronous FULL', () => {
    const store = new SqliteStore(path())
    const reader = new Database(path(), { readonly: true })
    expect(reader.pragma('journal_mode', { simple: true })).toBe('wal')
    reader.close()
    store.close()
  })

  it('a second host on the same file is told so; after the first ended it may have it', () => {
    const store = new SqliteStore(path())
    expect(messageOf(() => new SqliteStore(path()))).toMatch(/another host holds .*stop it/)
    store.close()
    new SqliteStore(path()).close()
  })

  it.each([
    [
      'garbage',
      () => writeFileSync(path(), 'this is no database at all, only text of some length'.repeat(40)),
      /damaged.*restore/,
    ],
    [
      'another program’s database',
      () => {
        const other = new Database(path())
        other.exec('CREATE TABLE theirs (a)')
        other.close()
      },
      /another program/,
    ],
    [
      'a newer schema',
      () => {
        new SqliteStore(path()).close()
        const database = new Database(path())
        database.pragma('user_version = 999')
        database.close()
      },
      /newer program/,
    ],
    [
      'a damaged page',
      () => {
        const store = new SqliteStore(path())
        new TestHost(store)
        store.close()
        const bytes = readFileSync(path())
        bytes.fill(0x5a, 4096, 4096 * 6)
        writeFileSync(path(), bytes)
      },
      /damaged.*restore/,
    ],
  ])('%s: one clear message, and the file stays as it is', (_name, prepare, expected) => {
    prepare()
    const before = readFileSync(path())
    const message = messageOf(() => new SqliteStore(path()))
    expect(message).toMatch(expected)
    expect(message).not.toContain('\n')
    expect(Buffer.compare(readFileSync(path()), before)).toBe(0)
  })

  it('a missing directory is named', () => {
    expect(messageOf(() => new SqliteStore(join(directory, 'nowhere', 'host.db')))).toMatch(
      /make its directory/,
    )
  })

  it('holds no card number, track, PIN or PIN block in clear', () => {
    const store = new SqliteStore(path())
    const host = new TestHost(store)
    const terminal = TestTerminal.signedIn(host)
    const track = terminal.track(PAN, '101')
    const block = Buffer.from(terminal.pinBlock(PAN))
    terminal.sale({ pin: PIN })
    terminal.sale({ entry: 'keyed', pin: '000000' })
    const kept = Buffer.concat(readdirSync(directory).map((name) => readFileSync(join(directory, name))))
    store.close()
    const packed = Buffer.from(PAN, 'hex')
    for (const secret of [
      Buffer.from(PAN),
      packed,
      Buffer.from(track),
      block,
      Buffer.from(block.toString('hex')),
    ]) {
      expect(kept.includes(secret)).toBe(false)
    }
  })
})

describe('SQLite store under SIGKILL', () => {
  it('has every answered sale, and right books, each time it is opened again', async () => {
    const answered: string[] = []
    for (let turn = 1; turn <= 4; turn++) {
      answered.push(...(await answersUntilKilled(turn * 40)))
      const store = new SqliteStore(path())
      expect(store.checkBooks()).toEqual([])
      const known = new Set(
        store.listTransactions({ limit: 100_000 }).map(({ id }) => String(id).padStart(12, '0')),
      )
      expect(answered.filter((rrn) => !known.has(rrn))).toEqual([])
      store.close()
    }
    expect(new Set(answered).size).toBe(answered.length)
    expect(answered.length).toBeGreaterThanOrEqual(400)
  })

  /** Runs a host that sells without end, and kills it right after it told of `count` answers. */
  async function answersUntilKilled(count: number): Promise<readonly string[]> {
    const script = new URL('./sell-forever.ts', import.meta.url)
    const child = spawn(process.execPath, [...programArguments(script), path()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const told: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      told.push(line)
      if (told.length === count) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(child.signalCode).toBe('SIGKILL')
    return told
  }
})

describe('SQLite store: the host of the tests', () => {
  it('starts again on its own file', () => {
    const store = new SqliteStore(path())
    const host = new TestHost(store)
    TestTerminal.signedIn(host).sale()
    expectRightBooks(host)
    store.close()
  })
})
