import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { SeedsReport } from '../../sim/seeds.ts'
import { Program } from '../e2e/program.ts'
import { runHere } from './run-here.ts'

const directory = mkdtempSync(join(tmpdir(), 'tillwire-sim-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const file = (name: string, text: string): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

async function runProgram(args: readonly string[]) {
  const { code, output, errors } = await runHere(...args)
  return { code, stdout: output, stderr: errors }
}

describe('tillwire sim', () => {
  it('shares seeds among processes and adds their reports', async () => {
    const shared = new Program(['sim', '--seeds', '4', '--workers', '2', '--json'])
    expect(await shared.ended(), shared.errors).toBe(0)
    const report = JSON.parse(shared.output) as SeedsReport
    expect(report).toMatchObject({ seeds: 4, terminalDays: 12, failures: [] })
    const alone = await runProgram(['sim', '--seeds', '4', '--workers', '1', '--json'])
    const { elapsedMs: _one, ...together } = report
    const { elapsedMs: _other, ...byOne } = JSON.parse(alone.stdout) as SeedsReport
    expect(together).toEqual(byOne)
  })

  it('tells the story of one seed', async () => {
    const { code, stdout } = await runProgram(['sim', '--seed', '3', '--terminals', '1', '--verbose'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/═ step 1:/)
    expect(stdout).toMatch(/0800 \d{6} ─+▶/)
    expect(stdout).toContain('seeds 1, failed 0')
    expect(stdout).not.toMatch(/(?<!\d)\d{16}(?!\d)/)
  })

  it('rates come from a file, and are listed by name', async () => {
    const rates = file('rates.json', '{"all": 0, "loseReply": 1000}')
    const { stdout } = await runProgram(['sim', '--seed', '5', '--faults', rates, '--json'])
    const { faults } = JSON.parse(stdout) as SeedsReport
    expect(faults.loseReply).toBeGreaterThan(5)
    expect(Object.values(faults).reduce((sum, count) => sum + count, 0)).toBe(faults.loseReply)
    expect((await runProgram(['sim', '--list-faults'])).stdout).toContain('cutPowerInAppend')
  })

  it.each([
    [['--seeds', '0'], '--seeds takes a whole number'],
    [['--terminals', '99'], '--terminals takes a whole number'],
    [['--faults', '/nowhere/x.json'], 'can not be read'],
    [['--plan', '/nowhere/p.json'], 'can not be read'],
  ])('%j: exit code 2 and one line', async (args, message) => {
    const { code, stderr } = await runProgram(['sim', ...args])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })
})
