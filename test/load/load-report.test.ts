import { describe, expect, it } from 'vitest'
import { LOAD_EVENTS, LOAD_FAULTS, zeroCounts } from '../../src/load/load-fault.ts'
import { findingsOf, signInWords } from '../../src/load/load-findings.ts'
import type { LoadResult, LoadSecond } from '../../src/load/load-result.ts'
import { LoadTally } from '../../src/load/load-tally.ts'
import { Meter } from '../../src/load/meter.ts'
import { renderHtml } from '../../src/load/report/html-report.ts'
import { condense, latencyPlot } from '../../src/load/report/load-plots.ts'
import { renderPlot } from '../../src/load/report/svg-plot.ts'
import { renderText } from '../../src/load/report/text-report.ts'
import { judgeSoak } from '../../src/load/soak-verdict.ts'

/** A load of as many seconds as `timesMs` has; undefined: nothing was answered. */
function resultOf(timesMs: readonly (number | undefined)[], rest: Partial<LoadResult> = {}): LoadResult {
  const tally = new LoadTally(1, [])
  const meter = new Meter(['sale'])
  for (const [second, ms] of timesMs.entries()) {
    meter.offered()
    if (ms !== undefined) meter.answered(0, true, '00', ms, ms)
    tally.add(
      meter.tick({ second, warm: false, waiting: 0, connected: 1, rssBytes: 1, descriptors: undefined }),
    )
  }
  const { offered, approved, response, service, curve, series } = tally
  return {
    format: 'tillwire-load-1',
    startedAt: '2026-01-01T00:00:00.000Z',
    subject: 'a host',
    pacing: 'open loop',
    mix: 'mix',
    workers: 1,
    connections: 1,
    terminals: 1,
    seed: 1,
    seconds: timesMs.length,
    offered,
    sent: offered,
    answered: approved,
    approved,
    declined: 0,
    failed: offered - approved,
    neverSent: 0,
    givenUp: 0,
    answeredPerSecond: 1,
    offeredPerSecond: 1,
    response,
    service,
    faults: zeroCounts(LOAD_FAULTS),
    events: zeroCounts(LOAD_EVENTS),
    codes: {},
    kinds: [],
    steps: [],
    curve,
    series,
    ownDelayMaxMs: 0,
    books: undefined,
    soak: undefined,
    findings: [],
    ...rest,
  }
}

describe('a report', () => {
  it('shows no time where nothing was timed, rather than the best of all times', () => {
    const dead = resultOf([undefined, undefined])
    const line = renderText(dead)
      .split('\n')
      .find((each) => each.startsWith('response'))
    expect(line?.match(/–/g)?.length).toBe(6)
    expect(line).not.toContain('0.00')
    expect(renderHtml(dead, 'en')).not.toMatch(/>0\.00|NaN|Infinity|undefined/)
  })

  it('says in an open loop how late the generator itself was, and one of a thing is no plural', () => {
    const text = renderText(resultOf([2], { ownDelayMaxMs: 33.1 }))
    expect(text).toContain("at most 33.1 ms are the generator's own lateness")
    expect(text).toContain('1 terminal on 1 connection, 1 process,')
  })

  it('does not draw a line through seconds in which nothing was answered', () => {
    const { lines } = latencyPlot(resultOf([2, 2, undefined, undefined, 2, undefined, 2, 2, 2]))
    const [median] = lines
    if (median === undefined) throw new Error('no line')
    const plot = renderPlot({ ...latencyPlot(resultOf([2, 3])), lines: [median] })
    // Three pieces; the one in the middle is a dot.
    expect(plot.match(/d="([^"]*)"/)?.[1]?.match(/M/g)?.length).toBe(3)
    expect(plot).not.toContain('NaN')
  })

  it('a condensed median is that of the seconds that had one', () => {
    const [first] = resultOf([4]).series
    if (first === undefined) throw new Error('no second')
    const none: LoadSecond = { ...first, answered: 0, p50Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 }
    const many = Array.from({ length: 860 }, (_, index) => (index % 2 === 0 ? first : none))
    const [group] = condense(many)
    expect(group?.p50Ms).toBeCloseTo(first.p50Ms, 6)
  })

  it('is drawn for a screen and for a telephone, with letters of one size', () => {
    const svg = renderPlot(latencyPlot(resultOf([2, 3, 4])))
    const widths = [...svg.matchAll(/class="(wide|narrow)" viewBox="0 0 (\d+)/g)].map(([, name, width]) => [
      name,
      width,
    ])
    expect(widths).toEqual([
      ['wide', '860'],
      ['narrow', '380'],
    ])
  })

  it('lists response codes in their order', () => {
    const text = renderText(resultOf([2], { codes: { '51': 1, '05': 2, '00': 3, '91': 4 } }))
    expect(text).toContain('05: 2, 51: 1, 91: 4')
  })

  it('names its own host in Chinese, and a foreign one as it is', () => {
    const titled = (subject: string) => renderHtml(resultOf([2], { subject }), 'zh')
    expect(titled('a host of its own')).toContain('<h1>压测：自带的主机</h1>')
    expect(titled('shop at 10.0.0.1:9000')).toContain('<h1>压测：shop at 10.0.0.1:9000</h1>')
  })

  it('is Chinese where that is asked for: no English word is left but names and units', () => {
    const faults = Object.fromEntries(LOAD_FAULTS.map((name) => [name, 2])) as LoadResult['faults']
    const events = Object.fromEntries(LOAD_EVENTS.map((name) => [name, 3])) as LoadResult['events']
    const ends = [{ signIns: { faults, codes: { '91': 4 } } }]
    const samples = Array.from({ length: 20 }, (_, at) => ({
      ...{ atSeconds: at, generatorRssBytes: 1e8, generatorDescriptors: 9, hostDescriptors: 9 },
      ...{ hostRssBytes: 1e8 + at * 1e7, p50Ms: 1, p99Ms: 2 },
    }))
    const rest = {
      ...{ subject: 'HOST', pacing: 'open loop (poisson), 5 a second for 3 s, then 7 a second for 4 s' },
      ...{ mix: 'mix of the target', workers: 2, ownDelayMaxMs: 5, neverSent: 4, givenUp: 5, faults, events },
      books: { answered: 5, sent: 6, rows: 3, wrong: ['WRONG'] },
      kinds: [{ name: 'SALE', sent: 1, approved: 1, declined: 0, failed: 0, service: resultOf([1]).service }],
      steps: [5, 7].map((ratePerSecond) => ({
        ...{ ratePerSecond, offered: 1, answered: 1, failed: 0, response: resultOf([1]).response },
      })),
      soak: judgeSoak(samples),
    }
    const result = resultOf([2, 3, undefined, 4], rest)
    for (const second of result.series) Object.assign(second, { waiting: 1 })
    const findings = findingsOf(result, { readyTills: 1, tills: 3, why: signInWords(ends) })
    const dead = findingsOf({ ...result, answered: 0 }, { readyTills: 3, tills: 3, why: '' })
    const html = renderHtml({ ...result, findings: [...findings, ...dead] }, 'zh')
    const words = html
      .replace(/<style>.*<\/style>/s, '')
      .replace(/<[^>]*?(aria-label="[^"]*")?[^>]*>/g, ' $1 ')
      .replaceAll('aria-label', '')
      .match(/[A-Za-z]{2,}/g)
    expect([...new Set(words)].sort()).toEqual([
      'Ctrl',
      'HOST',
      'MAC',
      'MB',
      'SALE',
      'WRONG',
      'ms',
      'poisson',
    ])
  })
})
