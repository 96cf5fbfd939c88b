import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildCommand } from '../../src/cli/commands/load.ts'
import { UsageFailure } from '../../src/cli/failure.ts'
import type { LoadResult } from '../../src/load/load-result.ts'
import { AS_PEOPLE_START, Program } from '../e2e/program.ts'
import { TINY_TARGET } from './tiny-host.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-load-test-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function folder(name: string): string {
  const path = join(directory, name)
  mkdirSync(path)
  return path
}

function program(args: readonly string[], temporary = directory, start?: readonly string[]): Program {
  return new Program(['load', ...args], { TMPDIR: temporary }, start)
}

const SMALL = ['--connections', '2', '--outstanding', '2', '--duration', '1s', '--json'] as const

/** What is left of ours: the runner of TypeScript keeps a cache there too. */
function leftIn(temporary: string): readonly string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('tillwire'))
}

/** Empty when it is gone. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

function resultOf(output: string): LoadResult {
  return JSON.parse(output) as LoadResult
}

describe('tillwire load', () => {
  it('loads a host of its own, counts its books, writes a report and leaves nothing behind', async () => {
    const temporary = folder('own')
    const html = join(directory, 'report.html')
    const run = program(
      [...SMALL, '--mix', 'day', '--terminals', '6', '--workers', '2', '--html', html],
      temporary,
      AS_PEOPLE_START,
    )
    expect(await run.ended()).toBe(0)
    const result = resultOf(run.output)
    expect(result.findings).toEqual([])
    expect(result.answered).toBeGreaterThan(100)
    expect(result.answered).toBe(result.sent)
    expect(result.kinds.length).toBeGreaterThan(6)
    expect(result.books).toMatchObject({ wrong: [] })
    expect(result.books?.rows).toBe(result.books?.answered)
    expect(leftIn(temporary)).toEqual([])
    const report = readFileSync(html, 'utf8')
    expect(report.match(/<svg /g)?.length).toBeGreaterThanOrEqual(3)
    // Nothing is fetched from anywhere, and no card number stands in what is printed.
    expect(report).not.toMatch(/https?:\/\/|src=|@import/)
    expect(`${report}${run.output}`).not.toMatch(/621094\d{10}/)
  })

  it('loads a running host with the terminals that were prepared for it, twice', async () => {
    const data = folder('prepared')
    expect(await program(['prepare', '--data', data, '--terminals', '4']).ended()).toBe(0)
    const estate = join(data, 'load-estate.json')
    expect(statSync(estate).mode & 0o777).toBe(0o600)
    const ports = ['--port-unionpay', '0', '--port-ascii', '0', '--port-binary', '0']
    const host = new Program([
      ...['host', '--data', data, ...ports, '--no-console', '--json', '--log-level', 'error'],
    ])
    const ready = await host.until(({ events }) => events[0])
    const port = (ready['ports'] as Record<string, number>)['unionpay-pos']
    for (let round = 0; round < 2; round++) {
      const run = program([...SMALL, '--host', `127.0.0.1:${port}`, '--data', data, '--mix', 'chip'])
      expect(await run.ended()).toBe(0)
      // Trace numbers and card counters went on where they stopped: no request was one that came before.
      expect(resultOf(run.output)).toMatchObject({ declined: 0, failed: 0, findings: [] })
    }
    host.signal('SIGTERM')
    expect(await host.ended()).toBe(0)
    const status = new Program(['host', 'status', '--data', data, '--json'])
    expect(await status.ended()).toBe(0)
  })

  it('an open loop that is interrupted says what it came to, and leaves nothing behind', async () => {
    const temporary = folder('interrupted')
    const run = program(
      ['--rate', '100', '--terminals', '8', '--connections', '2', '--duration', '1h', '--json'],
      temporary,
    )
    await run.until(({ errors }) => (errors.includes('answered') ? true : undefined))
    run.signal('SIGINT')
    expect(await run.ended()).toBe(0)
    expect(resultOf(run.output).books?.rows).toBe(resultOf(run.output).books?.answered)
    expect(leftIn(temporary)).toEqual([])
  })

  it('that is killed takes its host and its processes with it', async () => {
    const temporary = folder('killed')
    const run = program(['--terminals', '2', '--connections', '1', '--duration', '1h'], temporary)
    await run.until(({ errors }) => (errors.includes('answered') ? true : undefined))
    const children = (): readonly string[] =>
      readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(temporary))
    expect(children()).toHaveLength(2)
    run.signal('SIGKILL')
    await run.ended()
    while (children().length > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  it('interrupted before it began, it leaves nothing behind either', async () => {
    const temporary = folder('early')
    const run = program([...SMALL, '--terminals', '30'], temporary)
    while (leftIn(temporary).length === 0) await new Promise((resolve) => setImmediate(resolve))
    run.signal('SIGINT')
    expect(await run.ended()).toBe(1)
    expect(run.errors).toContain('interrupted before the load began')
    expect(leftIn(temporary)).toEqual([])
  })

  it.each([
    [['--rate', '0'], '--rate takes arrivals a second, above 0'],
    [['--rate', '5', '--steps', '1:1s'], '--rate and --steps exclude each other'],
    [['--outstanding', '5', '--rate', '5'], '--outstanding is for a closed loop'],
    [['--steps', '100'], '--steps takes rate:time pairs'],
    [['--duration', '5 days'], '--duration takes a time such as'],
    [['--mix', 'nothing'], 'there is no mix nothing'],
    [['--host', 'localhost'], '--host'],
    [['--warmup', '10s'], '--warmup takes whole seconds'],
    [['--data', '.'], '--data says whom --host knows'],
    [['--steps', '5:1s', '--duration', '2s'], '--steps say how long'],
    [['--workers', '2', '--connections', '1'], '--workers: each needs a connection'],
    [['--terminals', '5', '--target', 'x.json'], '--terminals is for a host of its own'],
    [['--terminals', '5', '--host', 'h:1', '--data', '.'], '--terminals is for a host of its own'],
    [['--soak', '5s'], '--soak takes at least 12 s'],
    [['--soak', '20s', '--warmup', '10s'], '--soak takes at least 12 s behind its --warmup'],
    [['--host-pid', '1'], '--host-pid belongs to --soak'],
    [['--soak', '1h', '--host-pid', '1'], '--host-pid is for a host that runs'],
    [['--html', '/'], '--html: / can not be written'],
    [['--target', 'missing.json'], 'missing.json can not be read'],
  ])('%j is bad use', async (args, complaint) => {
    const done = buildCommand()
      .exitOverride()
      .parseAsync([...args], { from: 'user' })
    await expect(done).rejects.toThrow(UsageFailure)
    await expect(done).rejects.toThrow(complaint)
  })

  it('a host that does not answer is bad use, with what to do', async () => {
    const file = join(directory, 'nobody.json')
    writeFileSync(file, JSON.stringify(TINY_TARGET))
    const run = program(['--target', file, '--host', '127.0.0.1:1', '--connections', '1'])
    expect(await run.ended()).toBe(2)
    expect(run.errors).toContain('nothing answers at 127.0.0.1:1: start the host, or check --host')
  })
})
