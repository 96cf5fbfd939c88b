import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSlips, textLines } from '../../sim/check/slip.ts'
import { parseFaultRates } from '../../sim/plan/fault-rates-file.ts'
import { DEFAULT_RATES, makePlan } from '../../sim/plan/make-plan.ts'
import type { Plan } from '../../sim/plan/plan.ts'
import { parsePlan } from '../../sim/plan/plan-file.ts'
import { SeededRandom } from '../../sim/world/seeded-random.ts'
import { StepFaults } from '../../sim/world/step-faults.ts'
import { VirtualClock } from '../../sim/world/virtual-clock.ts'
import { DiskFull, VirtualFile } from '../../sim/world/virtual-disk.ts'
import { journalReading } from './journal-reading.ts'

describe('chance from a seed', () => {
  it('the same list of numbers for the same seeds, another for others', () => {
    const words = (...seeds: number[]) => {
      const random = new SeededRandom(...seeds)
      return [random.word(), random.word(), random.word()]
    }
    expect(words(1, 2)).toEqual(words(1, 2))
    expect(words(1, 2)).not.toEqual(words(2, 1))
    // Fixed, so that a seed means the same in each release.
    expect(words(57)).toMatchInlineSnapshot(`
      [
        2739362835,
        2366623778,
        575907544,
      ]
    `)
  })

  it('stays in its bounds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 1e6 }), (seed, count) => {
        const value = new SeededRandom(seed).below(count)
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThan(count)
      }),
    )
  })
})

describe('virtual clock', () => {
  it('fires timers by time, then in the order in which they were set, and never a cancelled one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 20 }), fc.boolean()), { maxLength: 40 }), (timers) => {
        const clock = new VirtualClock()
        const fired: number[] = []
        timers.forEach(([atMs, isCancelled], index) => {
          const cancel = clock.schedule(atMs, () => fired.push(index))
          if (isCancelled) cancel()
        })
        while (clock.step());
        const wanted = timers
          .map(([atMs, isCancelled], index) => ({ atMs, isCancelled, index }))
          .filter(({ isCancelled }) => !isCancelled)
          .sort((left, right) => left.atMs - right.atMs || left.index - right.index)
        expect(fired).toEqual(wanted.map(({ index }) => index))
        expect(clock.timerCount).toBe(0)
      }),
    )
  })
})

describe('virtual disk', () => {
  it('a power cut takes what was not synchronised, all or a part of it', () => {
    const file = new VirtualFile()
    file.append(Uint8Array.of(1, 2))
    file.sync()
    file.append(Uint8Array.of(3, 4, 5, 6))
    file.cutPower({ kind: 'torn', keptPerMille: 500 })
    expect([...file.readSynced()]).toEqual([1, 2, 3, 4])
    file.append(Uint8Array.of(9))
    file.cutPower({ kind: 'lost' })
    expect(file.size).toBe(4)
    file.isFull = true
    expect(() => file.append(Uint8Array.of(7))).toThrow(DiskFull)
  })

  it('a journal is read up to its torn end, wherever it was torn', () => {
    const { bytes, ends } = journalReading.threeAppends()
    for (let size = 0; size <= bytes.length; size++) {
      const reading = journalReading.read(bytes.slice(0, size))
      expect(reading.sequence).toBe(ends.filter((end) => end <= size).length)
      expect(reading.wholeSize).toBe(Math.max(0, ...ends.filter((end) => end <= size)))
    }
  })
})

describe('faults of a step', () => {
  it('strike at their moment, once, and never in the next step', () => {
    const struck: string[] = []
    const faults = new StepFaults(({ kind }) => struck.push(kind))
    faults.arm([
      { kind: 'loseReply', nth: 2, ms: 0, part: 0 },
      { kind: 'unplug', nth: 5, ms: 10, part: 0, device: 'printer' },
    ])
    expect(faults.at('reply')).toEqual([])
    expect(faults.at('reply')).toHaveLength(1)
    expect(faults.at('reply')).toEqual([])
    expect(faults.at('serialByte', ['reader'], 100)).toEqual([])
    expect(faults.at('serialByte', ['printer'], 4)).toEqual([])
    faults.arm([])
    expect(faults.at('serialByte', ['printer'], 100)).toEqual([])
    expect(struck).toEqual(['loseReply'])
  })
})

describe('plans and rates', () => {
  it('the plan of a seed survives JSON and depends on nothing else', () => {
    const plan = makePlan(5, { terminals: 2, days: 2, rates: DEFAULT_RATES })
    expect(JSON.parse(JSON.stringify(plan)) as Plan).toEqual(plan)
    expect(makePlan(5, { terminals: 2, days: 2, rates: DEFAULT_RATES })).toEqual(plan)
    const kept = parsePlan(JSON.stringify({ format: 'tillwire-plan-1', found: 'nights', plan }), 'p.json')
    expect(kept.ok && kept.value.plan).toEqual(plan)
    expect(plan.terminals[0]?.steps.some(({ isNight }) => isNight)).toBe(true)
  })

  it('rates: all multiplies what is not named', () => {
    const rates = parseFaultRates('{"all": 0, "loseReply": 100}', 'x')
    expect(rates.ok && rates.value.loseReply).toBe(100)
    expect(rates.ok && rates.value.unplug).toBe(0)
  })

  it.each(['', '[]', '{"nonsense": 1}', '{"loseReply": 1001}', '{"all": -1}'])(
    '%j is refused by name',
    (text) => {
      const rates = parseFaultRates(text, 'rates.json')
      expect(!rates.ok && rates.error).toMatch(/^rates\.json/)
    },
  )

  it.each([
    '',
    '{}',
    '{"format":"tillwire-plan-1","plan":{"terminals":[{"steps":[{"faults":[{"kind":"x"}]}]}]}}',
  ])('%j is no plan', (text) => {
    expect(parsePlan(text, 'p.json').ok).toBe(false)
  })
})

describe('slips', () => {
  it('a piece without a slip has none', () => {
    expect(readSlips(textLines({ widthDots: 384, rows: [{ kind: 'feed', heightDots: 30 }] }))).toEqual([])
  })
})
