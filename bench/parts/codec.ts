import { type BenchPart, compareWith, measureOf } from '../bench-part.ts'
import { CandidateProcess } from '../codec/candidate-process.ts'
import { type RoundOptions, type Sample, timeInTurns } from '../measure.ts'
import type { Measure } from '../results.ts'

const ASCII = 'npm iso_8583 (ASCII)'
const PACKED = 'npm jspos (BCD)'

/**
 * Decoding, reading and encoding of one chip sale of the UnionPay POS dialect, field 55 with it. Each codec has a
 * process of its own, and they take turns: in one process a codec's time depends on whose garbage fills the heap.
 */
export const codec: BenchPart = {
  async run({ rounds }) {
    const started: CandidateProcess[] = []
    const start = async (name: Parameters<typeof CandidateProcess.start>[0]): Promise<CandidateProcess> => {
      const candidate = await CandidateProcess.start(name)
      started.push(candidate)
      return candidate
    }
    try {
      const own = await start('own')
      const ascii = await start('ascii')
      const packed = await start('packed')
      const times = await timesOf({ own, ascii, packed, together: await start('together') }, rounds)
      return measuresOf(
        times,
        `${own.size} bytes on the wire; ${ASCII} ${ascii.size}, ${PACKED} ${packed.size}`,
      )
    } finally {
      for (const candidate of started) candidate.stop()
    }
  },
}

type Candidates = Readonly<Record<'own' | 'ascii' | 'packed' | 'together', CandidateProcess>>

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

function measuresOf(
  times: Readonly<Record<keyof Awaited<ReturnType<typeof timesOf>>, Sample>>,
  sizes: string,
): readonly Measure[] {
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
