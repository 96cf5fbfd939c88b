import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PARTS } from '../../bench/parts.ts'
import { type Results, readResults } from '../../bench/results.ts'
import { runBench } from './bench-program.ts'

let folder: string
let temporary: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillwire-bench-test-'))
  temporary = join(folder, 'tmp')
  mkdirSync(temporary)
})
afterAll(() => rmSync(folder, { recursive: true }))

function resultsIn(text: string): Results {
  const results = readResults(text)
  if (typeof results === 'string') throw new Error(results)
  return results
}

describe('npm run bench', () => {
  it('measures the codec quickly, writes results and plot, and finds what became worse', async () => {
    const out = join(folder, 'out')
    const first = await runBench(['codec', '--quick', '--json', '--out', out], temporary)
    expect(first.code, first.errors).toBe(0)
    const results = resultsIn(first.output)
    expect(results.parts.map(({ part, quick }) => [part, quick])).toEqual([['codec', true]])
    const measures = results.parts[0]?.measures ?? []
    expect(measures.length).toBeGreaterThanOrEqual(3)
    for (const { value, rounds } of measures) {
      expect(value).toBeGreaterThan(0)
      expect(rounds).toBe(3)
    }
    expect(resultsIn(readFileSync(join(out, 'results.json'), 'utf8'))).toEqual(results)
    expect(readFileSync(join(out, 'results.svg'), 'utf8')).toMatch(/^<svg /)

    const better = join(folder, 'better.json')
    const [part] = results.parts
    const raised = measures.map((measure) => ({
      ...measure,
      comparisons: measure.comparisons.map((each) => ({ ...each, ratio: each.ratio * 1000 })),
    }))
    writeFileSync(better, JSON.stringify({ ...results, parts: [{ ...part, measures: raised }] }))
    const second = await runBench(['codec', '--quick', '--against', better], temporary)
    expect(second.code).toBe(1)
    expect(second.errors).toMatch(/^worse: codec: decode all fields.* against npm iso_8583/)
    expect(second.output).toMatch(/^codec /)
    expect(second.output).toMatch(/quoted, not measured here/)
  }, 60_000)

  it('takes no part that it has not, no unknown option, no broken file', async () => {
    const broken = join(folder, 'broken.json')
    writeFileSync(broken, '{"parts": 1}')
    const runs = await Promise.all(
      [
        ['none'],
        ['--what'],
        ['--against', broken],
        ['--against', join(folder, 'missing')],
        ['codec', '--quick', '--out', broken],
      ].map((args) => runBench(args, temporary)),
    )
    for (const { code, errors } of runs) {
      expect(code).toBe(2)
      expect(errors.trimEnd().split('\n')).toHaveLength(1)
      expect(errors).toMatch(/^bench: /)
    }
  }, 60_000)

  it('says what it can', async () => {
    const { code, output } = await runBench(['--help'], temporary)
    expect(code).toBe(0)
    for (const part of Object.keys(PARTS)) expect(output).toContain(part)
  }, 60_000)

  it('leaves nothing behind, at its end and on Ctrl-C', async () => {
    const { code, errors } = await runBench(['codec'], temporary, true)
    expect(errors).toBe('bench: stopped\n')
    expect(code).toBe(130)
    // Nothing but what the TypeScript loader keeps.
    expect(readdirSync(temporary).filter((name) => name.startsWith('tillwire-'))).toEqual([])
  }, 60_000)
})
