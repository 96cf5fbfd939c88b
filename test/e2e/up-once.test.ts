import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runHere } from '../cli/run-here.ts'
import { AS_PEOPLE_START, Program } from './program.ts'

const DAY_MS = 60_000

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-e2e-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('tillwire up --once', () => {
  it('runs a whole day over pseudo-terminals, and terminal, host and ledger agree; and the next day', async () => {
    const startedMs = performance.now()
    const program = new Program(['up', '--once', '--lang', 'both', '--data', directory])
    expect(await program.ended(), program.output + program.errors).toBe(0)
    expect(performance.now() - startedMs).toBeLessThan(DAY_MS)
    const { output } = program
    expect(output).toContain('terminal journal, host records and ledger agree')
    // One line of the table each, in the order of the day.
    const rows = output.split('\n').filter((line) => /^\d{6} {2}\w+ /.test(line))
    expect(rows.map((row) => row.split(/\s+/).slice(1, 3).join(' '))).toEqual([
      'sale approved',
      'sale voided',
      'sale approved',
      'saleVoid approved',
      'refund approved',
      'preAuthorisation approved',
      'completion approved',
      'sale reversed',
    ])
    for (const row of rows) expect(row).toMatch(/yes$/)
    // Two copies of each of seven transactions and a settlement slip came out of the printer.
    expect(output.match(/MERCHANT COPY/g)).toHaveLength(7)
    expect(output.match(/CARDHOLDER COPY/g)).toHaveLength(7)
    expect(output).toContain('SETTLEMENT SLIP')
    expect(output).toMatch(/TC +[0-9A-F]{16}/)
    // The devices are gone with the program.
    expect(readdirSync(join(directory, 'board')).sort()).toEqual([
      'battery',
      'pin-pad.memory',
      'pin-pad.seal',
    ])

    // The next day in the same folder goes on with the next batch.
    const second = new Program(['up', '--once', '--json', '--fast', '--data', directory])
    expect(await second.ended(), second.errors).toBe(0)
    expect(JSON.parse(second.output)).toMatchObject({ agrees: true, batch: '000002' })
  }, 120_000)

  it('answers programs in JSON and leaves nothing behind', async () => {
    const program = new Program(['up', '--once', '--json', '--fast', '--shared-line'], { TMPDIR: directory })
    expect(await program.ended(), program.errors).toBe(0)
    const report = JSON.parse(program.output)
    expect(report).toMatchObject({ agrees: true, findings: [], currency: '156' })
    expect(report.lines).toHaveLength(8)
    expect(report.totalMinor).toEqual({ terminal: 55_280, host: 55_280, ledger: 55_280 })
    expect(readdirSync(directory).filter((name) => name.startsWith('tillwire-'))).toEqual([])
  }, 90_000)

  it('ends clean on Ctrl-C in the middle of the day', async () => {
    const program = new Program(['up', '--once', '--lang', 'en'], { TMPDIR: directory })
    await program.until(({ output }) => (output.includes('Asking the host') ? true : undefined))
    program.signal('SIGINT')
    expect(await program.ended()).toBe(1)
    expect(program.errors).toBe('tillwire: interrupted before the end of the day\n')
    expect(readdirSync(directory).filter((name) => name.startsWith('tillwire-'))).toEqual([])
  }, 90_000)
})

describe('tillwire up', () => {
  it('takes commands for terminal and board from a pipe, started as people start it', async () => {
    const args = ['up', '--free-ports', '--fast', '--lang', 'en', '--data', directory]
    const program = new Program(args, {}, AS_PEOPLE_START)
    program.write('sale 12.34\ninsert chip\nkeys 123456#\nremove\n')
    await program.until(({ output }) => /= approved {2}sale CNY 12.34/.exec(output)?.[0])
    program.write(`slip ${join(directory, 'slip.png')}\nsettle\nquit\n`)
    expect(await program.ended(), program.output + program.errors).toBe(0)
    expect(program.output).toContain('= settled  batch 000001  1 transactions  balanced')
    expect(existsSync(join(directory, 'slip.png'))).toBe(true)
  }, 60_000)

  it.each([
    [['--baud', 'fast'], '--baud takes a number'],
    [['--json'], '--json goes with --once'],
    [['--data', '/dev/null/x'], '/dev/null/x'],
  ])('refuses %j with one line', async (flags, message) => {
    const { code, errors } = await runHere('up', ...flags)
    expect(code).toBe(2)
    expect(errors).toContain(message)
    expect(errors.trimEnd().split('\n')).toHaveLength(1)
  })
})
