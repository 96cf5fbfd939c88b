import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Finding, UsageFailure } from '../../src/cli/failure.ts'
import { runTerminal, type TerminalFlags } from '../../src/cli/terminal-console-program.ts'
import { FakePeripherals } from '../terminal/adapters/fake-peripherals.ts'
import { TestAcquirer } from '../terminal/adapters/test-acquirer.ts'

const KEY_BLOCK = 'B0016D0TN00S0000'

let directory: string
let acquirer: TestAcquirer
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-program-test-'))
  acquirer = await TestAcquirer.open()
})
afterEach(async () => {
  await acquirer.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Runs the program with `lines` on its standard input. */
async function program(
  lines: string,
  more: Partial<TerminalFlags> = {},
  peripherals = new FakePeripherals(),
) {
  const input = new PassThrough()
  const output = new PassThrough()
  input.end(lines)
  const flags: TerminalFlags = {
    reader: '/dev/null',
    pinpad: '/dev/null',
    printer: '/dev/null',
    host: `127.0.0.1:${acquirer.port}`,
    data: join(directory, 'data'),
    baud: '115200',
    lang: 'en',
    logLevel: 'info',
    ...more,
  }
  let failure: unknown
  try {
    await runTerminal(flags, { input, output, openPeripherals: () => peripherals })
  } catch (error) {
    failure = error
  }
  return { failure, text: String(output.read() ?? ''), peripherals }
}

const NEW = { keyBlock: KEY_BLOCK, tid: '10000007' }

describe('tillwire terminal', () => {
  it('commissions a new terminal, does what the lines say, and goes on with it at the next start', async () => {
    const first = await program('123456\nlogin 00\n123456\necho\n', NEW)
    expect(first.failure).toBeUndefined()
    expect(first.text).toMatch(
      /New password of operator 00[\s\S]*= master key check value {2}82E136[\s\S]*= line is good/,
    )
    expect(first.text).not.toContain(KEY_BLOCK)
    expect(first.peripherals.closed).toBe(true)
    const second = await program('', { run: 'echo; login 00' })
    expect(second.text).toMatch(/= line is good[\s\S]*= cancelled/)
    expect(second.failure).toBeInstanceOf(Finding)
    expect(String(second.failure)).toContain('1 of 2 commands were not done as asked')
  })

  it('a new terminal without a key block says what is missing, and leaves no terminal behind', async () => {
    const { failure, peripherals } = await program('')
    expect(failure).toBeInstanceOf(UsageFailure)
    expect(String(failure)).toMatch(/holds no terminal yet: give the master key with --key-block/)
    expect(peripherals.closed).toBe(true)
    expect(acquirer.connections).toBe(0)
  })

  it('a folder belongs to its terminal', async () => {
    await program('123456\n', NEW)
    const { failure } = await program('', { tid: '20000002' })
    expect(failure).toBeInstanceOf(UsageFailure)
    expect(String(failure)).toMatch(/belongs to terminal 10000007 .*--tid/)
  })

  it('bad use is found before anything is opened or written', async () => {
    for (const bad of [
      { reader: '/dev/none' },
      { host: 'nowhere' },
      { baud: 'fast' },
      { tlsCa: '/no/such/file' },
      { profile: '/no/such/file' },
      { keyBlock: 'x' },
    ]) {
      const { failure, peripherals, text } = await program('', bad)
      expect(failure).toBeInstanceOf(UsageFailure)
      expect(text).toBe('')
      expect(peripherals.asked).toEqual([])
    }
    expect(readdirSync(directory)).toEqual([])
  })

  it('a damaged journal is a finding with the place of the copy', async () => {
    await program('123456\n', NEW)
    writeFileSync(join(directory, 'data', 'journal.db'), 'no journal any more')
    const { failure, peripherals } = await program('')
    expect(failure).toBeInstanceOf(Finding)
    expect(String(failure)).toMatch(/is not a terminal journal\. Nothing was changed; a copy is in/)
    expect(peripherals.closed).toBe(true)
  })

  it('devices that can not be opened end the program with everything let go', async () => {
    const input = new PassThrough()
    const openPeripherals = (): never => {
      throw new UsageFailure('--reader: busy')
    }
    const flags = {
      reader: '/dev/null',
      pinpad: '/dev/null',
      printer: '/dev/null',
      baud: '9600',
      lang: 'zh',
      logLevel: 'silent',
    } as const
    const host = `127.0.0.1:${acquirer.port}`
    await expect(
      runTerminal({ ...flags, host, data: directory }, { input, output: new PassThrough(), openPeripherals }),
    ).rejects.toThrow('--reader: busy')
    expect(process.listenerCount('SIGTERM')).toBe(0)
  })

  it('speaks JSON to programs from the first line to the last', async () => {
    const { text } = await program('123456\ndevices\n', { ...NEW, json: true })
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event)
    expect(new Set(events)).toEqual(new Set(['screen', 'question', 'outcome']))
  })
})
