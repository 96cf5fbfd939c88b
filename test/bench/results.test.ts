import { describe, expect, it } from 'vitest'
import { measureOf } from '../../bench/bench-part.ts'
import { compareResults, incomparable, regressionLine } from '../../bench/compare.ts'
import { sampleOf } from '../../bench/measure.ts'
import { plotResults } from '../../bench/plot.ts'
import { type Measure, mergeResults, type Results, readResults } from '../../bench/results.ts'
import { figure, tableOf } from '../../bench/table.ts'

function measure(name: string, ratio: number, goal?: number): Measure {
  const comparison = { with: 'the ceiling', value: 50, ratio, ratioSpread: 0.1 }
  return measureOf({
    name,
    unit: 'ns',
    better: 'lower',
    sample: sampleOf([100, 90, 130]),
    comparisons: [goal === undefined ? comparison : { ...comparison, goal }],
  })
}

function results(part: string, ...measures: readonly Measure[]): Results {
  return {
    machine: { model: 'a <machine> & more', cores: 2, memoryBytes: 1, system: 'Linux' },
    node: 'v20.0.0',
    openssl: '3.0.0',
    parts: [
      {
        part,
        commit: 'abc',
        date: '2026-01-01T00:00:00Z',
        quick: false,
        seconds: 1,
        measures: [...measures],
      },
    ],
  }
}

describe('results of the benchmark', () => {
  it('are read back as they were written, and a wrong file is named by its place', () => {
    const written = results('codec', measure('decode', 2, 1.5))
    expect(readResults(JSON.stringify(written))).toEqual(written)
    expect(readResults('{')).toBe('it is no JSON')
    expect(readResults(JSON.stringify({ ...written, parts: [{ part: 1 }] }))).toMatch(/^parts\.0\./)
  })

  it('say whether all goals are met, and nothing where none stands', () => {
    const sample = sampleOf([10])
    const figures = { name: 'a', unit: 'ns', better: 'lower', sample } as const
    const comparison = { with: 'peer', value: 1, ratio: 2, ratioSpread: 0, goal: 2 }
    expect(measureOf(figures).met).toBeNull()
    expect(measureOf({ ...figures, limit: 10 }).met).toBe(true)
    expect(measureOf({ ...figures, limit: 9.9 }).met).toBe(false)
    expect(measureOf({ ...figures, better: 'higher', limit: 9.9 }).met).toBe(true)
    expect(measureOf({ ...figures, limit: 10, comparisons: [comparison] }).met).toBe(true)
    expect(measureOf({ ...figures, limit: 10, comparisons: [{ ...comparison, ratio: 1.9 }] }).met).toBe(false)
  })

  it('of the same machine are kept beside new ones, of another are not', () => {
    const old = mergeResults(results('crypto', measure('mac', 1)), results('codec', measure('decode', 1)))
    const merged = mergeResults(old, results('codec', measure('decode', 3)))
    expect(merged.parts.map(({ part, measures }) => [part, measures[0]?.comparisons[0]?.ratio])).toEqual([
      ['crypto', 1],
      ['codec', 3],
    ])
    expect(mergeResults({ ...old, node: 'v22.0.0' }, results('codec')).parts).toHaveLength(1)
  })
})

describe('a comparison with earlier results', () => {
  const before = results('codec', measure('decode', 10), measure('encode', 5))

  it('finds ratios that are a fifth worse and no others', () => {
    const now = results('codec', measure('decode', 7.9), measure('encode', 4))
    expect(compareResults(before, now)).toEqual([
      { part: 'codec', measure: 'decode', with: 'the ceiling', before: 10, now: 7.9 },
    ])
    expect(compareResults(before, before)).toEqual([])
  })

  it('does not hold a part against nothing, or a quick run against a whole one', () => {
    const before = results('codec', measure('decode', 1))
    expect(incomparable(before, { parts: ['codec', 'crypto'], quick: false })).toBeUndefined()
    expect(incomparable(before, { parts: ['crypto'], quick: false })).toBe('it has no figures of crypto')
    expect(incomparable(before, { parts: ['codec'], quick: true })).toMatch(
      /^codec was measured without --quick/,
    )
  })

  it('names what is not measured any more, but not parts that were not run', () => {
    const gone = compareResults(before, results('codec', measure('decode', 10)))
    expect(gone.map(regressionLine)).toEqual([
      'codec: encode against the ceiling was 5.00 and is not measured any more',
    ])
    expect(compareResults(before, results('crypto', measure('mac', 1)))).toEqual([])
  })

  it('looks at ratios alone: absolute figures belong to a machine', () => {
    const slower = before.parts.map((part) => ({
      ...part,
      measures: part.measures.map((each) => ({ ...each, value: each.value * 10 })),
    }))
    expect(compareResults(before, { ...before, parts: slower })).toEqual([])
  })
})

describe('what is shown of results', () => {
  const shown = results('codec', measure('decode', 2, 1.5), measure('encode', 0.5, 1), measure('plain', 1))

  it('a table has a line for each measure, with value, ratio, goal and verdict', () => {
    const lines = tableOf(shown.parts[0] ?? expect.fail()).split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[2]).toMatch(/^decode +100 +10\.0 +ns +the ceiling +50\.0 +2\.00 +0\.10 +1\.50× +yes$/)
    expect(lines[3]).toMatch(/NO$/)
    expect(lines[4]).toMatch(/0\.10$/)
  })

  it('figures have three digits and no exponent', () => {
    expect([0, 0.012, 0.5, 9.876, 98.76, 1234.5, 12_345_678].map(figure)).toEqual([
      '0',
      '0.0120',
      '0.50',
      '9.88',
      '98.8',
      '1,235',
      '12,345,678',
    ])
  })

  it('a plot draws limits of nothing and figures of nothing', () => {
    const sample = sampleOf([0])
    const nothing = { unit: 'failures', better: 'lower', sample } as const
    const svg = plotResults(
      results(
        'a',
        measureOf({ ...nothing, name: 'b', limit: 0 }),
        measureOf({ ...nothing, name: 'c', limit: 5 }),
      ),
    )
    expect(svg.match(/<rect class="met"/g)).toHaveLength(2)
    expect(svg).not.toMatch(/NaN|Infinity/)
  })

  it('a plot has a bar for each ratio, coloured by its verdict, for light and dark pages', () => {
    const svg = plotResults(shown)
    expect(svg.match(/<rect class="met"/g)).toHaveLength(1)
    expect(svg.match(/<rect class="missed"/g)).toHaveLength(1)
    expect(svg.match(/<rect class="plain"/g)).toHaveLength(1)
    expect(svg).toContain('prefers-color-scheme: dark')
    expect(svg).toContain('a &lt;machine&gt; &amp; more')
    expect(svg).not.toMatch(/<machine>|NaN|Infinity/)
  })
})
