import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Program } from './program.ts'

let directory: string
let program: Program

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-unplug-'))
  const flags = ['--free-ports', '--fast', '--lang', 'en', '--no-console', '--data', directory]
  program = new Program(['up', ...flags])
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${program.output}\n${program.errors}\n`)
  await program.kill()
  rmSync(directory, { recursive: true, force: true })
})

function said(text: string): Promise<true> {
  return program.until(({ output }) => (output.includes(text) ? true : undefined))
}

async function nextSaleIsGood(): Promise<void> {
  program.write('sale 2.00\nswipe stripe\nkeys 123456#\n')
  await said('= approved  sale CNY 2.00')
  program.write('settle\nquit\n')
  await program.ended()
  expect(program.output).toContain('balanced')
  expect(program.output).not.toContain('not balanced')
}

describe('a device is pulled', () => {
  it('the reader, while the host decides on a chip sale: it is reversed, and the day goes on', async () => {
    // The test host answers this amount after three seconds.
    program.write('sale 7702.03\ninsert chip\nkeys 123456#\n')
    await said('Asking the host')
    program.write('unplug reader\n')
    await said('card reader: missing')
    await said('= no result, reversed')
    program.write('plug reader\n')
    await said('card reader: ready')
    program.write('remove\n')
    await nextSaleIsGood()
  }, 60_000)

  it('the PIN pad, while the PIN is awaited: nothing has left, and the day goes on', async () => {
    program.write('sale 1.00\nswipe stripe\n')
    await said('please enter the PIN')
    program.write('unplug pinpad\n')
    await said('Device is missing: PIN pad')
    await said('= failed')
    program.write('plug pinpad\n')
    await said('PIN pad: ready')
    await nextSaleIsGood()
  }, 60_000)

  it('the printer, before the slip: the money is right, the slip comes later', async () => {
    program.write('sale 3.00\nswipe stripe\nunplug printer\nkeys 123456#\n')
    await said('Print again?')
    program.write('2\n')
    await said('= approved  sale CNY 3.00')
    program.write('plug printer\n')
    await said('printer: ready')
    program.write('print\n')
    await said('MERCHANT COPY')
    await nextSaleIsGood()
    expect(program.output).toContain('= settled  batch 000001  2 transactions')
  }, 60_000)
})
