import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BenchOfParts } from './bench-of-parts.ts'
import type { Program } from './program.ts'

/** Test cards of the host: one that is answered at once, one that is answered after ten seconds. */
const QUICK = '6210948000000011'
const SLOW = '6210948000000110'
const PASSWORD = '123456'

let directory: string
let bench: BenchOfParts
let board: Program
let host: Program

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-crash-'))
  bench = await BenchOfParts.in(directory)
  await bench.makeCard('quick', QUICK, '--stripe-only')
  await bench.makeCard('slow', SLOW, '--stripe-only')
  board = await bench.startBoard()
  const keyBlock = bench.path('key-block')
  writeFileSync(keyBlock, await bench.makeKeyBlock())
  host = await bench.startHost()
  const terminal = bench.startTerminal('--key-block-file', keyBlock)
  terminal.write(`${PASSWORD}\nlogin 00\n${PASSWORD}\nsignin\nquit\n`)
  expect(await terminal.ended(), terminal.output + terminal.errors).toBe(0)
}, 60_000)

afterEach(async () => {
  await bench.stopAll()
  rmSync(directory, { recursive: true, force: true })
})

/** A terminal on which the supervisor logs on and does `commands`. */
async function terminalWith(...commands: readonly string[]): Promise<Program> {
  const terminal = bench.startTerminal()
  terminal.write(['login 00', PASSWORD, ...commands].map((command) => `${command}\n`).join(''))
  return terminal
}

/** The customer swipes and enters the PIN once each is asked for. */
async function pay(card: string, skip = 0): Promise<void> {
  await board.event('lamp', ({ lamp }) => lamp === 'cardWanted', skip)
  board.write(`swipe ${card}\n`)
  await board.event('padScreen', ({ screen }) => isPinQuestion(screen), skip)
  board.write('keys 123456#\n')
}

function isPinQuestion(screen: unknown): boolean {
  return (
    typeof screen === 'object' &&
    screen !== null &&
    'digitCount' in screen &&
    'kind' in screen &&
    screen.kind === 'enterPin' &&
    screen.digitCount === 0
  )
}

/** The host has decided on a sale; its record is on disk. */
function saleDecided(program: Program): Promise<true> {
  return program.until(({ errors }) => (/"event":"decided".*"mti":"0200"/.test(errors) ? true : undefined))
}

async function stopHost(): Promise<void> {
  host.signal('SIGTERM')
  expect(await host.ended(), host.errors).toBe(0)
}

describe('kill -9 in the middle of a sale', () => {
  it('of the terminal: the next start reverses what nobody knows', async () => {
    const terminal = await terminalWith('sale 12.34')
    await pay('slow')
    await saleDecided(host)
    await terminal.kill()
    const again = await terminalWith('send', 'settle', 'quit')
    expect(await again.ended(), again.output + again.errors).toBe(0)
    expect(again.output).toContain('"kind":"settled"')
    // It would wait to send the late answer: what it has committed is on disk all the same.
    await host.kill()
    const { transactions, findings } = bench.readBooks()
    expect(findings).toEqual([])
    expect(transactions.map(({ kind, state }) => [kind, state])).toEqual([['sale', 'reversed']])
  }, 60_000)

  it('of the terminal after the approval: the sale stands and its slip comes out, marked', async () => {
    const terminal = await terminalWith('sale 12.34')
    await pay('quick')
    await terminal.event('screen', ({ id }) => id === 'printing')
    await terminal.kill()
    // Nobody asks for it.
    const again = await terminalWith('settle', 'quit')
    expect(await again.ended(), again.output + again.errors).toBe(0)
    const slip = await board.event('printed', ({ text }) => String(text).includes('DUPLICATE'))
    expect(slip['text']).toContain('12.34')
    await stopHost()
    const { transactions, findings } = bench.readBooks()
    expect(findings).toEqual([])
    expect(transactions.map(({ state, approvedMinor }) => [state, approvedMinor])).toEqual([
      ['approved', 1234],
    ])
  }, 60_000)

  it('of the host: the reversal waits for the host and the books are right', async () => {
    const terminal = await terminalWith('sale 12.34')
    await pay('slow')
    await saleDecided(host)
    await host.kill()
    const outcome = await terminal.event('outcome', ({ command }) => command === 'sale')
    expect(outcome['outcome']).toMatchObject({ kind: 'reversed', reversal: 'due' })
    host = await bench.startHost()
    terminal.write('sale 5.00\n')
    await pay('quick', 1)
    const next = await terminal.event('outcome', ({ command }) => command === 'sale', 1)
    expect(next['outcome']).toMatchObject({ kind: 'approved' })
    terminal.write('settle\nquit\n')
    // The first sale had no result, and a script is told so.
    expect(await terminal.ended(), terminal.output + terminal.errors).toBe(1)
    await stopHost()
    const { transactions, findings } = bench.readBooks()
    expect(findings).toEqual([])
    const states = transactions.map(({ state, requestedMinor }) => [requestedMinor, state])
    expect(states.sort()).toEqual([
      [1234, 'reversed'],
      [500, 'approved'],
    ])
  }, 60_000)
})
