import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BenchOfParts } from './bench-of-parts.ts'
import type { ProgramEvent } from './program.ts'

let directory: string
let bench: BenchOfParts

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-code-'))
  bench = await BenchOfParts.in(directory)
})
afterAll(async () => {
  await bench.stopAll()
  rmSync(directory, { recursive: true, force: true })
})

it('a customer pays both ways while host, board and terminal run as programs, and settlement balances', async () => {
  const host = ['--data', bench.path('host'), '--json']
  await bench.run('host', 'wallet', 'add', 'Li', '--balance', '800', '--confirm-above', '500', ...host)
  const profile = bench.path('profile.json')
  writeFileSync(
    profile,
    JSON.stringify({
      codePayments: ['customerShows', 'merchantShows'],
      codePollMs: 200,
      operatorRequired: false,
    }),
  )
  await bench.startBoard()
  const keyBlock = await bench.makeKeyBlock()
  const running = await bench.startHost()
  const { code } = JSON.parse(await bench.run('host', 'wallet', 'code', '1', ...host)) as { code: string }
  const terminal = bench.startTerminal('--profile', profile, '--key-block', keyBlock)
  // The supervisor's password, twice: the terminal is new.
  terminal.write(`888888\n888888\nqr-pay 20.00 ${code}\n`)
  await terminal.event('outcome', isApproved)
  terminal.write('qr-show 30.00\n')
  const shown = await terminal.event('screen', ({ id }) => id === 'codeShown')
  const payload = (shown['values'] as { readonly qr: string }).qr
  await bench.run('host', 'wallet', 'scan', '1', payload, ...host)
  await terminal.event('outcome', isApproved, 1)
  terminal.write('settle\nquit\n')
  await terminal.ended()
  expect(terminal.output).not.toContain(code)
  running.signal('SIGTERM')
  await running.ended()
  const { transactions, findings } = bench.readBooks()
  expect(findings).toEqual([])
  expect(transactions.map(({ state, moneyMinor }) => [state, moneyMinor]).sort()).toEqual([
    ['approved', -2000],
    ['approved', -3000],
  ])
  const wallet = JSON.parse(await bench.run('host', 'wallet', 'list', ...host)) as { balanceMinor: number }
  expect(wallet.balanceMinor).toBe(75_000)
}, 60_000)

function isApproved({ outcome }: ProgramEvent): boolean {
  return (outcome as { readonly kind: string }).kind === 'approved'
}
