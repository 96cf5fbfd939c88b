import { type BenchPart, compareWith, measureOf } from '../bench-part.ts'
import { CandidateProcess } from '../codec/candidate-process.ts'
import type { CandidateName } from '../codec/candidates.ts'
import { type RoundOptions, sampleOf, timeInTurns } from '../measure.ts'
import type { Measure } from '../results.ts'

const ASCII = 'npm iso_8583 (ASCII)'
const PACKED = 'npm jspos (BCD)'

const NAMES: readonly CandidateName[] = ['own', 'ascii', 'packed', 'together']

/** Sets of processes, one after the other: where code and data come to lie differs from start to start by a tenth. */
const FORKS = 3

/**
 * Decoding, reading and encoding of one chip sale of the UnionPay POS dialect, field 55 with it. Each codec has a
 * process of its own, and they take turns: in one process a codec's time depends on whose garbage fills the heap.
 */
export const codec: BenchPart = {
  async run({ quick, rounds }) {
    const forks = quick ? 1 : FORKS
    const sets: Times[] = []
    let sizes = ''
    for (let fork = 0; fork < forks; fork++) {
      const candidates = await startAll()
      try {
        const { own, ascii, packed } = candidates
        sizes = `${own.size} bytes on the wire; ${ASCII} ${ascii.size}, ${PACKED} ${packed.size}`
        sets.push(await timesOf(candidates, { ...rounds, rounds: Math.ceil(rounds.rounds / forks) }))
      } finally {
        stopAll(candidates)
      }
    }
    return measuresOf(joined(sets), sizes)
  },
}

type Candidates = Readonly<Record<CandidateName, CandidateProcess>>
type Times = Awaited<ReturnType<typeof timesOf>>

async function startAll(): Promise<Candidates> {
  const started: Partial<Record<CandidateName, CandidateProcess>> = {}
  try {
    for (const name of NAMES) started[name] = await CandidateProcess.start(name)
    return started as Candidates
  } catch (error) {
    stopAll(started)
    throw error
  }
}

function stopAll(candidates: Partial<Candidates>): void {
  for (const candidate of Object.values(candidates)) candidate.stop()
}

function timesOf({ own, ascii, packed, together }: Candidates, rounds: RoundOptions) {
  return timeInTurns(
    {
      decode: own.timer('decode'),
      read: own.timer('read'),
      encode: own.timer('encode'),
      asciiDecode: ascii.timer('decode'),
      asciiEncode: ascii.timer('encode'),
      packedDecode: packed.timer('decode'),
      packedEncode: packed.timer('encode'),
      others: together.timer('others'),
      besideOthers: together.timer('decode'),
    },
    rounds,
  )
}

/** The rounds of all sets as one sample of each work. */
function joined(sets: readonly Times[]): Times {
  const works = Object.keys(sets[0] ?? {}) as (keyof Times)[]
  const samples = works.map((work) => [work, sampleOf(sets.flatMap((times) => times[work].rounds))])
  return Object.fromEntries(samples) as Times
}

function measuresOf(times: Times, sizes: string): readonly Measure[] {
  const nanoseconds = { unit: 'ns', better: 'lower' } as const
  return [
    measureOf({
      ...nanoseconds,
      name: 'decode all fields, digits checked',
      sample: times.decode,
      comparisons: [
        compareWith(ASCII, 'lower', times.decode, times.asciiDecode, 15),
        compareWith(PACKED, 'lower', times.decode, times.packedDecode),
      ],
      limit: 500,
      note: sizes,
    }),
    measureOf({
      ...nanoseconds,
      name: 'decode beside the peers',
      sample: times.besideOthers,
      note: 'in one process with both packages, which work between',
    }),
    measureOf({ ...nanoseconds, name: 'index and 6 reads', sample: times.read, limit: 200 }),
    measureOf({
      ...nanoseconds,
      name: 'encode',
      sample: times.encode,
      comparisons: [
        compareWith(ASCII, 'lower', times.encode, times.asciiEncode),
        compareWith(PACKED, 'lower', times.encode, times.packedEncode),
      ],
      limit: 300,
    }),
  ]
}
