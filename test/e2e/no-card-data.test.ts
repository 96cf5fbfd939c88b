import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runHere } from '../cli/run-here.ts'
import { filesBelow, foundIn, type Secret } from './card-data.ts'
import { Program } from './program.ts'
import { cardSecrets, keySecrets } from './world-secrets.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-e2e-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('card data and keys', () => {
  it('are in no database, log, journal or output, not even after a power cut', async () => {
    const program = new Program(['up', '--free-ports', '--fast', '--lang', 'both', '--data', directory])
    program.write('sale 12.34\ninsert chip\nkeys 123456#\nremove\n')
    await approved(program, '12.34')
    program.write('sale 5.60\nswipe stripe\nkeys 123456#\n')
    await approved(program, '5.60')
    program.write('sale 7.80\ninsert visa\nremove\n')
    await approved(program, '7.80')
    program.write('sale 9.10\nswipe lost\nkeys 123456#\n')
    await program.until(({ output }) => (/= declined/.test(output) ? true : undefined))
    program.write('refund 1.00\n')
    // The write-ahead logs are still there, and the pad still has its working keys.
    await program.kill()
    expectNoCardData(program, directory)
  }, 60_000)

  it('are in no file after a whole day, its clearing with it', async () => {
    const program = new Program(['up', '--once', '--fast', '--lang', 'both', '--data', directory])
    expect(await program.ended(), program.errors).toBe(0)
    const clearing = await runHere('host', 'clear', '--data', join(directory, 'host'))
    expect(clearing.code, clearing.errors).toBe(0)
    expect(clearing.output).toMatch(/^cleared .*: 1 batches, [1-9]\d* transactions/)
    const file = /file: (.*)\n$/.exec(clearing.output)?.[1] ?? ''
    expect(readFileSync(file, 'utf8')).toMatch(/\nD,.*,621094\*{6}\d{4},/)
    const status = await runHere('host', 'status', '--data', join(directory, 'host'), '--json')
    expect(status.code, status.output).toBe(0)
    expectNone(program, directory, cardSecrets(directory))
    expectNone(clearing, directory, cardSecrets(directory))
  }, 60_000)
})

function approved(program: Program, amount: string): Promise<true> {
  return program.until(({ output }) => (output.includes(`= approved  sale CNY ${amount}`) ? true : undefined))
}

function expectNoCardData(program: Program, data: string): void {
  expectNone(program, data, [...cardSecrets(data), ...keySecrets(data)])
}

/** Neither what was printed nor any file but the card images holds one of `secrets`. */
function expectNone(
  program: Pick<Program, 'output' | 'errors'>,
  data: string,
  secrets: readonly Secret[],
): void {
  expect(foundIn(Buffer.from(program.output + program.errors), secrets)).toEqual([])
  const files = filesBelow(data)
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['host/host.db', 'host/host.log', 'terminal/journal.db', 'terminal/terminal.log']),
  )
  // The images are the cards themselves: there the search must find what it looks for.
  const cards = files.filter(({ path }) => path.startsWith('cards/'))
  expect(cards.flatMap(({ bytes }) => foundIn(bytes, secrets)).length).toBeGreaterThan(cards.length)
  const others = files.filter(({ path }) => !path.startsWith('cards/'))
  expect(
    others.flatMap(({ path, bytes }) => foundIn(bytes, secrets).map((name) => `${path}: ${name}`)),
  ).toEqual([])
}
