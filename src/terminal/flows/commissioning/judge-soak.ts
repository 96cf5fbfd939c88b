import { testSlope } from '../../../base/slope-test.ts'
import { judged, type Reason, type StepResult } from './step-evidence.ts'

export interface TerminalSample {
  readonly atSeconds: number
  readonly memoryBytes: number
  /** Slowest echo since the sample before. */
  readonly latencyMs: number
}

interface Measure {
  readonly name: 'memoryBytes' | 'latencyMs'
  readonly zh: string
  readonly en: string
  /** A growth below both is of no account: a part of the mean, and an amount. */
  readonly part: number
  readonly amount: number
}

const MEASURES: readonly Measure[] = [
  { name: 'memoryBytes', zh: '内存', en: 'memory', part: 0.05, amount: 8 * 1024 * 1024 },
  { name: 'latencyMs', zh: '往返时间', en: 'the round trip', part: 0.2, amount: 20 },
]
/** Slopes this unlikely by chance are believed; the first fifth fills caches. */
const PROBABILITY_MAX = 0.01
const SETTLING_PART = 0.2
const SAMPLES_MIN = 8

/** Whether memory and round trip of a terminal that works on and on stay where they are. `failures`: echoes without answer. */
export function judgeTerminalSoak(
  samples: readonly TerminalSample[],
  echoes: number,
  failures: number,
): StepResult {
  const settled = samples.slice(Math.floor(samples.length * SETTLING_PART))
  const reasons: Reason[] = []
  const figures: { [name: string]: number } = {
    seconds: Math.round(samples.at(-1)?.atSeconds ?? 0),
    echoes,
    failures,
    samples: samples.length,
  }
  if (settled.length < SAMPLES_MIN)
    reasons.push({
      zh: `取样 ${settled.length} 个，太少：请延长时间`,
      en: `${settled.length} samples are too few: let it run longer`,
    })
  for (const { name, zh, en, part, amount } of MEASURES) {
    const test = testSlope(
      settled.map(({ atSeconds }) => atSeconds),
      settled.map((each) => each[name]),
    )
    if (test === undefined) continue
    figures[`${name}Mean`] = Math.round(test.mean)
    figures[`${name}Growth`] = Math.round(test.growth)
    const isSure = test.probability < PROBABILITY_MAX
    if (isSure && test.growth > Math.max(part * test.mean, amount))
      reasons.push({
        zh: `${zh}持续上升，共 ${Math.round(test.growth)}`,
        en: `${en} keeps rising, by ${Math.round(test.growth)} in all`,
      })
  }
  if (failures > 0)
    reasons.push({ zh: `${failures} 次测试无应答`, en: `${failures} echoes were not answered` })
  return judged(reasons, figures, samples)
}
