import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_ISO_TERMINAL } from '../../src/host/estate/default-estate.ts'
import { OPEN_PROFILE } from '../../src/host/estate/estate.ts'
import { openSharedRecords, type SharedRecords } from '../../src/host/service/open-shared-host.ts'
import { readPostgresAddress } from '../../src/host/store/postgres-place.ts'
import { Program } from '../e2e/program.ts'
import { IsoTill, type TillSale } from './iso-till.ts'
import { PostgresServer } from './postgres-server.ts'

const TILLS = 12
const OPENING_MINOR = 10_000_000

let directory: string
let server: PostgresServer
let address: string
let records: SharedRecords
const programs: Program[] = []

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-two-hosts-'))
  server = await PostgresServer.start()
  address = await server.emptyDatabase()
  records = await openSharedRecords(join(directory, 'first'), readPostgresAddress(address))
  await records.estate((estate) => {
    for (let index = 0; index < TILLS; index++)
      estate.addTerminal(tidOf(index), DEFAULT_ISO_TERMINAL.mid, OPEN_PROFILE)
  })
  mkdirSync(join(directory, 'second'), { mode: 0o700 })
  copyFileSync(join(directory, 'first', 'local-master-key'), join(directory, 'second', 'local-master-key'))
})
afterAll(async () => {
  for (const program of programs) await program.kill()
  await records.close()
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

function tidOf(index: number): string {
  return `ISO${String(index).padStart(5, '0')}`
}

async function startHost(name: string): Promise<{ readonly program: Program; readonly port: number }> {
  const args = [
    'host',
    '--data',
    join(directory, name),
    '--json',
    '--no-test-behaviour',
    '--log-level',
    'silent',
  ]
  const free = ['--port-unionpay', '0', '--port-ascii', '0', '--port-binary', '0']
  const program = new Program([...args, ...free], { TILLWIRE_STORE: address })
  programs.push(program)
  const { ports } = await program.until(({ events }) => events.find((each) => each['ready'] === true))
  return { program, port: (ports as Readonly<Record<string, number>>)['iso1987-ascii'] ?? 0 }
}

describe('two host processes on one PostgreSQL, one of them killed under load', () => {
  it('nothing that was answered is lost, nothing that was reversed stays moved, and the books are right', async () => {
    const [first, second] = [await startHost('first'), await startHost('second')]
    const tills = Array.from(
      { length: TILLS },
      (_, index) =>
        new IsoTill(
          tidOf(index),
          DEFAULT_ISO_TERMINAL.mid,
          index % 2 === 0 ? [first.port, second.port] : [second.port, first.port],
        ),
    )
    const selling = Promise.all(tills.map((till) => till.sellUntilStopped()))
    const sales = (): readonly TillSale[] => tills.flatMap((till) => till.sales)
    const until = async (count: number): Promise<void> => {
      while (sales().length < count) await new Promise((resolve) => setImmediate(resolve))
    }
    await until(300)
    await first.program.kill()
    await until(sales().length + 200)
    for (const till of tills) till.stop()
    await selling

    const all = sales()
    expect(all.filter(({ outcome }) => outcome.startsWith('reversed')).length).toBeGreaterThan(0)
    const rows = await records.store.listTransactions({ limit: 100_000 })
    const states = new Map(rows.map((row) => [`${row.tid}/${row.stan}`, row.state]))
    for (const { tid, stan, outcome } of all) {
      const state = states.get(`${tid}/${stan}`)
      if (outcome === '00') expect(state).toBe('approved')
      else
        expect([outcome, state === 'approved']).toEqual([expect.stringMatching(/^reversed (00|25)$/), false])
    }
    const approved = all.filter(({ outcome }) => outcome === '00').length
    const accounts = await records.store.listAccounts()
    const account = accounts.find(({ pan }) => pan.truncated === '621094******0011')
    expect(account?.state.balanceMinor).toBe(OPENING_MINOR - approved)
    expect(await records.store.checkBooks()).toEqual([])
  })

  it('host status on the store tells the same, without a word of the password', async () => {
    const args = ['host', 'status', '--data', join(directory, 'second'), '--store', address, '--json']
    const program = new Program(args)
    programs.push(program)
    expect(await program.ended()).toBe(0)
    const [report] = program.events
    expect(report?.['booksAgree']).toBe(true)
    expect(report?.['terminals']).toHaveLength(TILLS + 2)
  })
})
