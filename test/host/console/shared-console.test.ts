import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ChildLoadRuns } from '../../../src/cli/console/child-load-runs.ts'
import { type Console, openConsole } from '../../../src/host/console/open-console.ts'
import { RateBook } from '../../../src/host/estate/rate-book.ts'
import { openHostLog } from '../../../src/host/service/host-log.ts'
import { openSharedConsole, type SharedConsole } from '../../../src/host/service/open-shared-console.ts'
import { openSharedHost, type SharedHost } from '../../../src/host/service/open-shared-host.ts'
import { PostgresClearing } from '../../../src/host/store/postgres-clearing.ts'
import { readPostgresAddress } from '../../../src/host/store/postgres-place.ts'
import { PostgresSession, step } from '../../../src/host/store/postgres-session.ts'
import { PostgresStore } from '../../../src/host/store/postgres-store.ts'
import { PostgresServer } from '../../postgres/postgres-server.ts'
import { WireClient } from '../service/wire-client.ts'
import { DEED, REQUEST_OF_DAY, rowsOfDay } from '../store/clearing-days.ts'
import { ConsoleClient } from './console-client.ts'
import { foreignSale } from './foreign-sale.ts'

const PORTS = { 'unionpay-pos': 8583, 'iso1987-ascii': 8584, 'iso1987-binary': 8585 }
const ANY_PORTS = { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 }
const PASSWORD = 'a password of my own'

interface Opened extends SharedConsole {
  readonly console: Console
  readonly client: ConsoleClient
  readonly lost: Promise<string>
}

let server: PostgresServer
let directory: string
let address: string
let host: SharedHost
let first: Opened

/** A console on the shared database; it waits only for a holder that says nothing. */
async function open(name: string): Promise<Opened> {
  const folder = join(directory, name)
  if (name !== 'first') {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    cpSync(join(directory, 'first', 'local-master-key'), join(folder, 'local-master-key'))
  }
  let onLost: (reason: string) => void = () => {}
  const lost = new Promise<string>((done) => {
    onLost = done
  })
  const shared = await openSharedConsole({
    dataDirectory: folder,
    address,
    ports: PORTS,
    taking: { silentMs: 100, everyMs: 20 },
    // No beats: the test says when one is dead.
    beatMs: 3_600_000,
    newsMs: 20,
    onLost,
  })
  if (shared === undefined) throw new Error('nobody ended the wait')
  const console = await openConsole({
    ...shared,
    directory: folder,
    port: 0,
    webDirectory: undefined,
    release: '0.0.0',
    secretTriesMax: 10_000,
  })
  return { ...shared, console, client: new ConsoleClient(console.url), lost }
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-shared-console-'))
  server = await PostgresServer.start()
  address = await server.emptyDatabase()
  first = await open('first')
  const password = (await first.office.people.setUpFirst()) ?? ''
  await first.client.signIn('admin', password)
  await first.client.ask('PUT', '/api/session/password', { old: password, next: PASSWORD })
  cpSync(join(directory, 'first'), join(directory, 'host'), { recursive: true })
  host = await openSharedHost({
    dataDirectory: join(directory, 'host'),
    place: readPostgresAddress(address),
    ports: ANY_PORTS,
    log: openHostLog('silent'),
  })
})
afterAll(async () => {
  await host.close()
  await server.close()
  rmSync(directory, { recursive: true })
})

/** News come when they come: within a second or two. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error('it did not come')
    await new Promise((done) => setTimeout(done, 50))
  }
}

describe('a console of hosts that share a database', () => {
  it('shows what a host recorded, with ledger and batch', async () => {
    const wire = new WireClient(host.ports['iso1987-ascii'], 'ascii4')
    await wire.exchange(foreignSale(1, 12_34, '6210948000000011'))
    wire.socket.destroy()
    const { body } = await first.client.ask('GET', '/api/transactions?panEnd=0011')
    expect(body.transactions).toMatchObject([{ approvedMinor: 12_34, panTruncated: '621094******0011' }])
    const { id, tid, batchNumber } = body.transactions[0]
    const detail = await first.client.ask('GET', `/api/transactions/${id}`)
    expect(detail.body.entries).toHaveLength(2)
    expect(detail.body.hasSignature).toBe(false)
    const batch = await first.client.ask('GET', `/api/batches/${tid}/${batchNumber}`)
    // It is written when the terminal settles.
    expect(batch.status).toBe(404)
    expect((await first.client.ask('GET', '/api/batches?state=open')).body).toEqual({ batches: [] })
  })

  it('counts what hosts answered, and shows their messages byte by byte, masked', async () => {
    await until(async () => {
      const { figures, active } = (await first.client.ask('GET', '/api/monitoring')).body
      return figures.decided === 1 && figures.approved === 1 && active === 1
    })
    const { exchanges } = (await first.client.ask('GET', '/api/messages')).body
    expect(exchanges).toMatchObject([
      { operation: 'sale', responseCode: '00', panTruncated: '621094******0011' },
    ])
    const shown = await first.client.ask('GET', `/api/messages/${exchanges[0].number}`)
    expect(shown.body.request.parts.length).toBeGreaterThan(5)
    expect(JSON.stringify(shown.body)).not.toContain('6210948000000011')
    const { minutes } = (await first.client.ask('GET', '/api/overview/minutes')).body
    expect(minutes.reduce((sum: number, { approved }: { approved: number }) => sum + approved, 0)).toBe(1)
  })

  it('answers every page: no route without a place in it fails', async () => {
    const urls = first.console.routes
      .filter(
        ({ method, url }) =>
          method === 'GET' && url.startsWith('/api') && !/:|live|workbench\/socket/.test(url),
      )
      .map(({ url }) => url)
    expect(urls.length).toBeGreaterThan(20)
    const failed: string[] = []
    for (const url of urls) {
      const { status } = await first.client.ask('GET', url)
      if (status >= 500) failed.push(`${url} ${status}`)
    }
    expect(failed).toEqual([])
  })

  it('changes a terminal between two decisions of any host, and loses none of what they changed', async () => {
    const tid = '10000001'
    const before = first.host.terminal(tid)
    if (before === undefined) throw new Error('no terminal')
    // A host in the middle of its batch: it has written the row, and commits only when this thread stands still already.
    const session = await PostgresSession.open(readPostgresAddress(address))
    const texts = [
      'BEGIN',
      `UPDATE terminals SET batchNumber = batchNumber + 1 WHERE tid = '${tid}'`,
      'SELECT 1 FROM pg_sleep(0.3)',
      'COMMIT',
    ]
    const batch = session.run(texts.map((text) => step({ name: '', text })))
    await new Promise((done) => setTimeout(done, 50))
    const after = first.host.estate.changeTerminal(tid, (row) => ({ ...row, processingRequest: 5 }))
    await batch
    await session.end()
    expect(after.batchNumber).toBe(before.batchNumber + 1)
    expect(first.host.terminal(tid)).toMatchObject({
      batchNumber: before.batchNumber + 1,
      processingRequest: 5,
    })
  })

  it('changes rates for every host', async () => {
    const { body: before } = await first.client.ask('GET', '/api/rates')
    const { version, base, source, rates, ranges } = before
    const changed = await first.client.ask('PUT', '/api/rates', {
      version,
      base,
      source,
      ranges,
      rates: rates.map((rate: object) => ({ ...rate, markupBasisPoints: 123 })),
    })
    expect(changed).toMatchObject({ status: 200, body: { version: version + 1 } })
    await until(async () => new RateBook(join(directory, 'host')).current().version === version + 1)
    expect(
      new RateBook(join(directory, 'host')).current().rates.map((rate) => rate.markupBasisPoints),
    ).toContain(123)
  })

  it('takes old, cleared days into an archive that is proved, on its page', async () => {
    const place = readPostgresAddress(address)
    const store = await PostgresStore.open(place)
    await store.commit(rowsOfDay([DEED, { ...DEED, till: 1 }], 1_000_000_000))
    const clearing = new PostgresClearing(store, place)
    const run = await clearing.clear({ ...REQUEST_OF_DAY, businessDate: '2020-01-31' })
    await clearing.markFiled(run?.id ?? 0)
    const balances = await store.ledgerBalances()
    const before = (await first.client.ask('GET', '/api/retention')).body
    expect(before.plan).toMatchObject({ days: ['2020-01-31'], counts: { transactions: 2, clearedItems: 2 } })
    expect(before.plan.space).toBeUndefined()
    const ran = await first.client.ask('POST', '/api/retention/runs', {})
    expect(ran).toMatchObject({ status: 200, body: { archive: { id: 1 } } })
    const verified = await first.client.ask('POST', '/api/retention/verification', {})
    expect(JSON.stringify(verified.body)).toContain('"isGood":true')
    expect((await store.listTransactions({})).filter(({ id }) => id >= 1_000_000_000)).toEqual([])
    expect(await store.checkBooks()).toEqual([])
    expect(await store.ledgerBalances()).toEqual(balances)
    expect((await first.client.ask('POST', '/api/retention/runs', {})).body).toEqual({ archive: null })
    await store.close()
  })

  it('sends loads to the host that it was told, with terminals that all hosts know', async () => {
    const says = 'console.error(process.argv.slice(1).join(" ")); process.exit(2)'
    const loads = new ChildLoadRuns({
      host: first.host,
      directory: join(directory, 'first'),
      target: '10.0.0.5:8583',
      program: [process.execPath, '-e', says],
    })
    const ended = new Promise<void>((done) => {
      loads.listen(({ endedAtMs }) => endedAtMs !== null && done())
    })
    const pacing = { kind: 'closed', outstanding: 1 } as const
    const order = { terminals: 2, connections: 1, pacing, mix: 'stripe', mixText: null } as const
    loads.start({ ...order, seconds: 1, warmupSeconds: 0 }, 'anna')
    await ended
    expect(loads.runs()[0]?.problem).toMatch(/^load --host 10\.0\.0\.5:8583 --data /)
    expect((await host.store.listTerminals()).map(({ tid }) => tid)).toEqual(
      expect.arrayContaining(['90000001', '90000002']),
    )
  })

  it('refuses with a sentence while the database is away, and goes on by itself afterwards', async () => {
    await server.down()
    for (const url of ['/api/users', '/api/transactions']) {
      const refused = await first.client.ask('GET', url)
      expect(refused).toMatchObject({ status: 503, body: { kind: 'storeAway' } })
    }
    await server.up()
    expect((await first.client.ask('GET', '/api/users')).status).toBe(200)
    expect((await first.client.ask('GET', '/api/transactions')).body.transactions).toHaveLength(1)
  })

  it('another one takes over when it dies: people, sessions and the chain are there, and the dead one writes nothing', async () => {
    const wallet = await first.client.ask('POST', '/api/wallets', {
      name: 'Li',
      balanceMinor: 100_000,
      confirmAboveMinor: 50_000,
    })
    expect(wallet.status).toBe(201)
    const made = await first.client.ask('POST', '/api/users', {
      name: 'anna',
      fullName: 'Anna',
      roles: ['auditor'],
    })
    expect(made.status).toBeLessThan(300)
    const head = first.office.audit.verify().head
    const second = await open('second')
    expect(second.office.users.list().map(({ name }) => name)).toEqual(['admin', 'anna'])
    expect(second.office.audit.verify(head)).toMatchObject({ head, findings: [] })
    // The browser's cookie is good at the new one.
    second.client.cookie = first.client.cookie
    second.client.csrfToken = first.client.csrfToken
    expect((await second.client.ask('GET', '/api/users')).status).toBe(200)
    // The one that was taken for dead is told, and nothing of what it does is kept.
    const late = await first.client.ask('POST', '/api/users', {
      name: 'late',
      fullName: 'Late',
      roles: ['auditor'],
    })
    expect(late).toMatchObject({ status: 503, body: { kind: 'storeAway' } })
    expect(await first.lost).toMatch(/taken the back office over/)
    expect(() => first.host.estate.changeTerminal('10000001', (row) => row)).toThrow(/taken/)
    await first.console.close()
    await first.close()
    expect(second.office.users.list()).toHaveLength(2)
    await second.console.close()
    await second.close()
    // In good order: the next one need not wait.
    const third = await open('third')
    expect(third.office.users.list()).toHaveLength(2)
    await third.console.close()
    await third.close()
  })
})
