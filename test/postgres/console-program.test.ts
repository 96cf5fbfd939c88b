import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readBackup, writeBackup } from '../../src/cli/backup/backup-file.ts'
import { backUpShared, drillShared, restoreShared } from '../../src/cli/backup/shared-backup.ts'
import { withOffice } from '../../src/cli/console/with-office.ts'
import { MaintenancePlan } from '../../src/host/monitoring/maintenance-plan.ts'
import { readSharedOffice } from '../../src/host/service/read-shared-office.ts'
import { PostgresClearing } from '../../src/host/store/postgres-clearing.ts'
import { databaseBooks } from '../../src/host/store/postgres-copy.ts'
import { readPostgresAddress } from '../../src/host/store/postgres-place.ts'
import { PostgresStore } from '../../src/host/store/postgres-store.ts'
import { runHere } from '../cli/run-here.ts'
import { Program } from '../e2e/program.ts'
import { DEED, REQUEST_OF_DAY, rowsOfDay } from '../host/store/clearing-days.ts'
import { PostgresServer } from './postgres-server.ts'

const PASSPHRASE = 'a long enough passphrase'

let server: PostgresServer
let data: string
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'tillwire-console-program-'))
  server = await PostgresServer.start()
})
afterAll(async () => {
  await server.close()
  rmSync(data, { recursive: true })
})

it('a console of its own is served until it is stopped, and the command line works beside it and after it', async () => {
  const store = await server.emptyDatabase()
  const flags = ['--data', data, '--store', store]
  const program = new Program(['console', ...flags, '--listen', '0', '--json'])
  const ready = await program.until(({ events }) => events.find((event) => event['ready'] === true))
  const { url } = ready['console'] as { readonly url: string }
  expect((await fetch(new URL('/api/users', url))).status).toBe(401)

  const added = await runHere('host', 'wallet', 'add', 'Li', ...flags, '--json')
  expect(JSON.parse(added.output)).toMatchObject({ number: 1, balanceMinor: 100_000 })
  const refused = await runHere('user', 'add', 'anna', '--roles', 'auditor', ...flags)
  expect(refused).toMatchObject({ code: 2, output: '' })
  expect(refused.errors).toMatch(/the console of .* runs: do it there/)

  // Who only reads is not in its way; who changes is told where.
  const stock = await runHere('estate', 'stock', 'list', ...flags)
  expect(stock).toMatchObject({ code: 0, output: '' })
  expect((await runHere('host', 'clear', ...flags)).output).toContain('nothing to clear')

  program.signal('SIGTERM')
  expect(await program.ended()).toBe(0)
  expect(readdirSync(data).filter((name) => name.startsWith('office'))).toEqual([])
  expect((await runHere('user', 'add', 'anna', '--roles', 'auditor', ...flags)).code).toBe(0)
  // Of the first user, of the second, and no more.
  expect((await runHere('audit', 'verify', ...flags)).output).toContain('2 entries')
  const delivery = join(data, 'delivery.csv')
  writeFileSync(delivery, 'serial,type\nTW000001,fixed\n')
  expect((await runHere('estate', 'stock', 'import', delivery, ...flags)).output).toContain('1 devices')
  expect((await runHere('host', 'rates', 'set', 'USD', '0.15', ...flags)).code).toBe(0)
  // The folder of this computer is not what counts.
  rmSync(join(data, 'rates.json'))
  expect((await runHere('host', 'rates', 'list', ...flags)).output).toContain('0.15')
  const without = await runHere('console', '--data', data)
  expect(without).toMatchObject({ code: 2 })
  expect(without.errors).toContain('give --store')
}, 90_000)

it('a backup of a shared database is proved in a drill beside it, and restored elsewhere with the same books', async () => {
  const address = await server.emptyDatabase()
  const place = readPostgresAddress(address)
  const folder = join(data, 'first')
  const shared = { folder, address }
  await withOffice({ data: folder, store: address }, async ({ people }) => {
    await people.setUpFirst()
    return ''
  })
  const store = await PostgresStore.open(place)
  const first = await store.leaseNumbers(1000)
  await store.commit(rowsOfDay([DEED, { ...DEED, till: 1, fate: 'voided' }], first))
  await new PostgresClearing(store, place).clear(REQUEST_OF_DAY)
  const file = join(data, 'shared.twb')
  const { manifest, holder } = await backUpShared(shared, file, PASSPHRASE)
  expect(holder).toBeUndefined()
  expect(manifest.books).toMatchObject({ transactions: 3, 'shared/payouts': 2, 'batches closed': 3 })
  await store.commit(rowsOfDay([DEED], first + 100))

  expect((await drillShared(file, shared, PASSPHRASE)).manifest.books).toEqual(manifest.books)
  const database = address.slice(address.lastIndexOf('/') + 1)
  const trials = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'tillwire%'"
  expect(await server.ask(database, trials)).toEqual([])
  await readSharedOffice(folder, address, ({ office }) => {
    const plan = new MaintenancePlan(office.database, office.audit, office.nowMs)
    expect(plan.evidence('host', 9).map(({ kind, isGood }) => [kind, isGood])).toEqual([
      ['restoreDrill', true],
      ['backup', true],
    ])
  })

  await expect(restoreShared(file, shared, PASSPHRASE, true)).rejects.toThrow(/is not empty: give --store/)
  const elsewhere = { folder: join(data, 'elsewhere'), address: await server.emptyDatabase() }
  await expect(restoreShared(file, elsewhere, 'another passphrase', false)).rejects.toThrow(/passphrase/)
  await restoreShared(file, elsewhere, PASSPHRASE, false)
  const restored = await databaseBooks(readPostgresAddress(elsewhere.address))
  const { 'back office': _, 'shared/officepages': __, ...records } = manifest.books
  expect(restored).toMatchObject(records)
  const opened = await PostgresStore.open(readPostgresAddress(elsewhere.address))
  expect(await opened.leaseNumbers(1)).toBeGreaterThan(1_000_000)
  await opened.close()

  // Somebody who has the passphrase makes a backup with other money in it.
  const forged = join(data, 'forged')
  readBackup(file, PASSPHRASE, 'host', forged)
  const path = join(forged, 'shared', 'ledger.jsonl')
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"10000"', '"10001"'))
  const sources = manifest.files.map(({ name }) => ({ name, path: join(forged, name) }))
  writeBackup(`${forged}.twb`, PASSPHRASE, manifest, sources)
  const target = { folder: join(data, 'target'), address: await server.emptyDatabase() }
  await expect(restoreShared(`${forged}.twb`, target, PASSPHRASE, false)).rejects.toThrow(
    /the restored books differ/,
  )
  const tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
  expect(await server.ask(target.address.slice(target.address.lastIndexOf('/') + 1), tables)).toEqual([])
  await store.close()
}, 90_000)
