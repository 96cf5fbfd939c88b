import { describe, expect, it } from 'vitest'
import { createHistogram, packHistogram, recordMs } from '../../src/load/latency-histogram.ts'
import { LOAD_FAULTS, zeroCounts } from '../../src/load/load-fault.ts'
import { LoadRandom } from '../../src/load/load-random.ts'
import { figuresOf, LoadTally, mergeKinds } from '../../src/load/load-tally.ts'
import { Meter } from '../../src/load/meter.ts'
import { SoakWatch } from '../../src/load/soak-watch.ts'

const STATE = { waiting: 0, connected: 1, rssBytes: 1, descriptors: undefined }

describe('tally of several processes', () => {
  it('merged histograms are the histogram of all values', () => {
    const random = new LoadRandom(1, 0)
    const meters = [new Meter(['sale']), new Meter(['sale']), new Meter(['sale'])]
    const all = createHistogram()
    const tally = new LoadTally(3, [])
    for (let second = 0; second < 4; second++) {
      for (const meter of meters) {
        for (let count = 0; count < 500; count++) {
          const ms = 0.05 * Math.exp(9 * random.fraction())
          recordMs(all, ms)
          meter.sent(0, true)
          meter.answered(0, true, '00', ms, ms)
        }
        tally.add(meter.tick({ ...STATE, second, warm: false }))
      }
    }
    expect(tally.response).toEqual(figuresOf(all))
    expect(tally.approved).toBe(6000)
    expect(tally.codes).toEqual({ '00': 6000 })
    expect(mergeKinds(meters.map((meter) => ({ ...NO_END, kinds: meter.kinds() })))).toEqual([
      { name: 'sale', sent: 6000, approved: 6000, declined: 0, failed: 0, service: figuresOf(all) },
    ])
  })

  it('a second is told when every process has told it, and once', () => {
    const tally = new LoadTally(2, [])
    const tick = (second: number) => new Meter(['sale']).tick({ ...STATE, second, warm: false })
    expect(tally.add(tick(0))).toBeUndefined()
    expect(tally.add(tick(1))).toBeUndefined()
    expect(tally.add(tick(0))).toMatchObject({ second: 0, connected: 2 })
    tally.finish()
    expect(tally.series.map(({ second }) => second)).toEqual([0, 1])
  })

  it('a warm-up is shown and does not count', () => {
    const meter = new Meter(['sale'])
    const tally = new LoadTally(1, [])
    meter.answered(0, true, '00', 900, 900)
    tally.add(meter.tick({ ...STATE, second: 0, warm: true }))
    meter.answered(0, true, '00', 1, 1)
    tally.add(meter.tick({ ...STATE, second: 1, warm: false }))
    expect(tally.approved).toBe(1)
    expect(tally.response.maxMs).toBeLessThan(2)
    expect(tally.series.map(({ answered }) => answered)).toEqual([1, 1])
  })

  it('each step gets its own seconds, the last one what comes after the end', () => {
    const steps = [
      { ratePerSecond: 1, durationMs: 1000 },
      { ratePerSecond: 2, durationMs: 1000 },
    ]
    const tally = new LoadTally(1, steps)
    const packed = packHistogram(createHistogram())
    const empty = new Meter(['sale']).tick({ ...STATE, second: 0, warm: false })
    for (const second of [0, 1, 2])
      tally.add({ ...empty, second, offered: second + 1, response: packed, service: packed })
    expect(tally.steps.map(({ offered }) => offered)).toEqual([1, 5])
  })
})

describe('samples of a soak', () => {
  it('wait for every process, sum them, and end with the load', () => {
    let nowMs = 5000
    const host = () => ({ rssBytes: 7, descriptors: 3 })
    const watch = new SoakWatch(2, 2, 4, host, () => nowMs)
    const tick = (second: number, rssBytes: number) => {
      const meter = new Meter(['sale'])
      meter.answered(0, true, '00', 10 * (second + 1), 10 * (second + 1))
      return meter.tick({ waiting: 0, connected: 1, descriptors: 5, rssBytes, second, warm: false })
    }
    const seen: number[] = []
    for (let second = 0; second < 7; second++, nowMs += 1000)
      for (const worker of [0, 1]) {
        watch.add(worker, tick(second, 100 * (worker + 1)))
        seen.push(watch.samples.length)
      }
    expect(seen).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2])
    expect(watch.samples.map(({ atSeconds, generatorRssBytes }) => [atSeconds, generatorRssBytes])).toEqual([
      [2, 300],
      [4, 300],
    ])
    expect(watch.samples[0]).toMatchObject({ generatorDescriptors: 10, hostRssBytes: 7, hostDescriptors: 3 })
    expect(watch.samples[1]?.p99Ms).toBeCloseTo(40, 0)
  })
  it('stand at the moment at which they were taken, when a busy machine delivers ticks late', () => {
    let nowMs = 0
    const watch = new SoakWatch(
      1,
      1,
      9,
      () => ({ rssBytes: nowMs, descriptors: 3 }),
      () => nowMs,
    )
    const meter = new Meter(['sale'])
    const arrivals = [1000, 3500, 3500, 4000, 6200]
    for (const [second, atMs] of arrivals.entries()) {
      nowMs = atMs
      watch.add(0, meter.tick({ ...STATE, second, warm: false }))
    }
    expect(watch.samples.map(({ atSeconds, hostRssBytes }) => [atSeconds, hostRssBytes])).toEqual([
      [1, 1000],
      [3.5, 3500],
      [3.5, 3500],
      [4, 4000],
      [6.2, 6200],
    ])
  })
})

const NO_END = {
  bookedAnswered: 0,
  bookedSent: 0,
  neverSent: 0,
  givenUp: 0,
  began: true,
  signIns: { faults: zeroCounts(LOAD_FAULTS), codes: {} },
  readyTills: 1,
  tills: 1,
}
