import { type SlopeTest, testSlope } from '../base/slope-test.ts'

/** What a soak looks at now and then. Undefined: the system does not tell. */
export interface SoakSample {
  /** Seconds from the start of the load. */
  readonly atSeconds: number
  /** Of the processes that generate the load. */
  readonly generatorRssBytes: number
  readonly generatorDescriptors: number | undefined
  /** Of the host, where its process is known. */
  readonly hostRssBytes: number | undefined
  readonly hostDescriptors: number | undefined
  /** Of all requests since the sample before. */
  readonly p50Ms: number
  readonly p99Ms: number
}

type MeasureName = Exclude<keyof SoakSample, 'atSeconds'>

interface Measure {
  readonly name: MeasureName
  readonly words: string
  /** A growth below both is of no account, however sure it is: a part of the mean, and an amount. */
  readonly part: number
  readonly amount: number
}

const MEGABYTE = 1024 * 1024
const MEASURES: readonly Measure[] = [
  {
    name: 'generatorRssBytes',
    words: 'memory of the generator',
    part: 0.05,
    amount: 8 * MEGABYTE,
  },
  { name: 'hostRssBytes', words: 'memory of the host', part: 0.05, amount: 8 * MEGABYTE },
  { name: 'generatorDescriptors', words: 'descriptors of the generator', part: 0.02, amount: 2 },
  { name: 'hostDescriptors', words: 'descriptors of the host', part: 0.02, amount: 2 },
  { name: 'p50Ms', words: 'median of the response time', part: 0.2, amount: 1 },
  { name: 'p99Ms', words: 'p99 of the response time', part: 0.2, amount: 1 },
]

/** `rising`: the growth is sure and large enough to matter. */
export interface MeasureVerdict extends Pick<Measure, 'name' | 'words'> {
  readonly verdict: 'steady' | 'rising' | 'falling' | 'tooFewSamples' | 'notMeasured'
  readonly test: SlopeTest | undefined
}

export interface SoakVerdict {
  readonly steady: boolean
  readonly measures: readonly MeasureVerdict[]
  readonly samples: readonly SoakSample[]
}

/** Slopes this unlikely by chance are believed. */
const PROBABILITY_MAX = 0.01
/** The first part of a soak fills caches and heaps. */
const SETTLING_PART = 0.2

/** Whether memory, descriptors and latency stay where they are. The first fifth of the samples is left out. */
export function judgeSoak(samples: readonly SoakSample[]): SoakVerdict {
  const settled = samples.slice(Math.floor(samples.length * SETTLING_PART))
  const measures = MEASURES.map((measure) => judge(measure, settled))
  const steady = measures.every(({ verdict }) => verdict !== 'rising' && verdict !== 'tooFewSamples')
  return { steady, measures, samples }
}

function judge({ name, words, part, amount }: Measure, samples: readonly SoakSample[]): MeasureVerdict {
  const known = samples.filter((sample) => sample[name] !== undefined)
  if (known.length === 0) return { name, words, verdict: 'notMeasured', test: undefined }
  const test = testSlope(
    known.map(({ atSeconds }) => atSeconds),
    known.map((sample) => sample[name] ?? 0),
  )
  if (test === undefined) return { name, words, verdict: 'tooFewSamples', test }
  const matters = Math.abs(test.growth) > Math.max(part * test.mean, amount)
  const isSure = test.probability < PROBABILITY_MAX
  const verdict = matters && isSure ? (test.growth > 0 ? 'rising' : 'falling') : 'steady'
  return { name, words, verdict, test }
}
