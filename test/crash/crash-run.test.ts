import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { programArguments } from '../compiled/compiled-program.ts'
import { renderCrashFailure } from './crash-report.ts'
import { CrashRun } from './crash-run.ts'
import { killSchedule } from './kill-moments.ts'

const MAIN = new URL('./main.ts', import.meta.url)

describe('kill -9 at random moments of a loaded run', () => {
  it('leaves journals, host records, ledger, accounts and paper in agreement', async () => {
    const crash = await CrashRun.create({
      hostKills: 3,
      terminalKills: 3,
      seed: 1,
      tills: 2,
      echo: undefined,
      keep: false,
    })
    const report = await crash.run()
    expect(report.findings, renderCrashFailure(report, 'npm run test:crash')).toEqual([])
    expect(report.kills).toEqual({ host: 3, terminal: 3 })
    expect(report.starts.host).toBe(4)
    expect(report.settlements).toBeGreaterThan(0)
    expect(existsSync(report.directory)).toBe(false)
  }, 120_000)

  it('has a schedule that its seed alone makes', () => {
    expect(killSchedule('host', 20, 7)).toEqual(killSchedule('host', 40, 7).slice(0, 20))
    expect(killSchedule('host', 20, 7)).not.toEqual(killSchedule('host', 20, 8))
  })
})

describe('the program', () => {
  it.each([
    [['--help'], 0, ''],
    [['--kills', 'many'], 2, '--kills takes a whole number'],
    [['--part', 'printer'], 2, 'host, terminal, both'],
    [['--nonsense'], 2, '--nonsense'],
  ] as const)('%j ends with %d', async (args, code, words) => {
    const child = spawn(process.execPath, [...programArguments(MAIN), ...args])
    const [output, errors, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    expect(exitCode, errors).toBe(code)
    expect(errors).toContain(words)
    expect(errors).not.toContain('    at ')
    if (code === 0) expect(output).toContain('--seed')
  })
})
