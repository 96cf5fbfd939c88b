import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LocalDecider } from '../../../src/host/service/local-decider.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { expectRightBooks } from '../core/books.ts'
import { BALANCE, TestHost } from '../core/test-host.ts'
import { type Reply, TestTerminal } from '../core/test-terminal.ts'
import { openSmallDisk, type SmallDisk } from './small-disk.ts'

/** Enough to fill what the write-ahead log still has to write over. */
const SALES_MAX = 5000

describe('SQLite on a disk that is full', () => {
  let disk: SmallDisk
  let store: SqliteStore
  let host: TestHost
  let terminal: TestTerminal
  let decider: LocalDecider
  const episodes: string[] = []
  let database: Database.Database | undefined

  beforeEach(() => {
    disk = openSmallDisk()
    const opened = vi.spyOn(Database.prototype, 'transaction')
    store = new SqliteStore(join(disk.directory, 'host.db'))
    database = opened.mock.contexts.at(-1) as Database.Database
    opened.mockRestore()
    host = new TestHost(store, { testBehaviour: false })
    terminal = TestTerminal.signedIn(host)
    episodes.length = 0
    decider = new LocalDecider({
      core: host.core,
      store,
      log: {
        fault: (reason) => episodes.push(`fault: ${reason}`),
        outage: (reason) => episodes.push(`outage: ${reason}`),
        recovered: () => episodes.push('recovered'),
      },
    })
  })
  afterEach(() => {
    store.close()
    disk.close()
  })

  const connection = (): Database.Database => {
    if (database === undefined) throw new Error('no connection')
    return database
  }
  const sell = (stan = terminal.nextStan()): Reply => {
    const fields = terminal.financialFields('000000', '00', '22', { amount: 1, stan })
    const [outcome] = decider.decide([terminal.inbound('0200', fields)])
    if (outcome === undefined) throw new Error('it could not be decided')
    return terminal.read(outcome)
  }

  it('refuses with 96 and a right MAC while it is full, keeps nothing of it, and goes on when there is room', () => {
    expect(sell().fields[39]).toBe('00')
    disk.fill(connection)
    let refused: Reply | undefined
    let approved = 1
    for (let sale = 0; sale < SALES_MAX && refused === undefined; sale++) {
      const reply = sell()
      if (reply.fields[39] === '00') approved++
      else refused = reply
    }
    expect(refused?.fields[39]).toBe('96')
    expect(refused?.mac).toBe('right')
    const kept = store.listTransactions({ limit: SALES_MAX }).length
    for (let sale = 0; sale < 50; sale++) expect(sell().fields[39]).toBe('96')
    expect(store.listTransactions({ limit: SALES_MAX })).toHaveLength(kept)
    expect(kept).toBe(approved)
    expect(episodes).toEqual([expect.stringMatching(/^outage: the disk .*free some space$/)])

    // What was answered stays answered: nobody says no to it. A reversal is told that it is done only where it is kept:
    // a table with room on its last page may still take one row.
    const [last] = store.listTransactions({ limit: 1 })
    expect(['94', undefined]).toContain(sell(last?.stan ?? 0).fields[39])
    const reversal = terminal.inbound('0400', {
      3: '000000',
      4: '000000000001',
      11: '000900',
      22: '021',
      25: '00',
      39: '98',
      49: '156',
      60: `${terminal.field60('22', '000')}50`,
    })
    const isAnswered = decider.decide([reversal])[0]?.reply !== undefined
    expect(store.listTransactions({ limit: SALES_MAX }).some(({ stan }) => stan === 900)).toBe(isAnswered)

    disk.free(connection)
    expect(sell().fields[39]).toBe('00')
    expect(episodes.at(-1)).toBe('recovered')
    for (const [index, said] of episodes.entries()) expect(said.startsWith('outage')).toBe(index % 2 === 0)
    // The line brings a refused one again: it stays refused.
    expect(sell(Number(refused?.fields[11])).fields[39]).toBe('96')
    expect(host.account().state.balanceMinor).toBe(BALANCE - approved - 1)
    expectRightBooks(host)
  })

  it('rejected frames that can not be noted do not stop it', () => {
    disk.fill(connection)
    const explain = {
      receivedAtMs: 1,
      dialect: 'unionpay-pos',
      tid: '',
      mti: '',
      stan: undefined,
      responseCode: '',
      reason: 'x'.repeat(4000),
      field: undefined,
      offset: 0,
      decodableAs: [],
    } as const
    for (let turn = 0; turn < SALES_MAX && episodes.length === 0; turn++) decider.note([explain])
    expect(episodes).toEqual([expect.stringMatching(/^outage/)])
    disk.free(connection)
    decider.note([explain])
    expect(episodes.at(-1)).toBe('recovered')
  })
})
