import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
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

  program.signal('SIGTERM')
  expect(await program.ended()).toBe(0)
  expect(readdirSync(data).filter((name) => name.startsWith('office'))).toEqual([])
  expect((await runHere('user', 'add', 'anna', '--roles', 'auditor', ...flags)).code).toBe(0)
  // Of the first user, of the second, and no more.
  expect((await runHere('audit', 'verify', ...flags)).output).toContain('2 entries')
  const without = await runHere('console', '--data', data)
  expect(without).toMatchObject({ code: 2 })
  expect(without.errors).toContain('give --store')
}, 90_000)
