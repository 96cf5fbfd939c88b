import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runHere } from '../cli/run-here.ts'
import { Program } from '../e2e/program.ts'
import { PostgresServer } from './postgres-server.ts'

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
  const card = join(data, 'card.json')
  const issued = await runHere('card', 'new', '--out', card, ...flags)
  expect(issued).toMatchObject({ code: 0 })

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
  const assigned = await runHere(
    ...[
      'estate',
      'assign',
      '--serial',
      'TW000001',
      '--mid',
      '001290058120001',
      '--tid',
      '70000001',
      ...flags,
    ],
  )
  expect(assigned).toMatchObject({ code: 0, errors: '' })
  expect((await runHere('estate', 'code', 'new', '--tid', '70000001', ...flags)).output).toMatch(
    /^\w{5}-\w{5} /,
  )
  expect((await runHere('host', 'rates', 'set', 'USD', '0.15', ...flags)).code).toBe(0)
  // The folder of this computer is not what counts.
  rmSync(join(data, 'rates.json'))
  expect((await runHere('estate', 'stock', 'list', ...flags)).output).toContain('70000001')
  expect((await runHere('host', 'rates', 'list', ...flags)).output).toContain('0.15')
  const without = await runHere('console', '--data', data)
  expect(without).toMatchObject({ code: 2 })
  expect(without.errors).toContain('give --store')
}, 90_000)
