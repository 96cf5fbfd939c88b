import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { describeEnvelope } from '../../../src/cli/message/envelope-text.ts'
import { detectDialect, detectMisannounced, reachOf } from '../../../src/iso8583/detect-dialect.ts'
import { lengthPrefixBytes } from '../../../src/iso8583/framing/length-prefix.ts'
import { CODECS, GOOD_FIELDS, randomMessage } from '../dialects.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'

const TPDU = fromHex('6000030000')
const HEADER = fromHex('603200320001')

/** Bytes of any dialect behind any length and envelope: there is always a reading, the best one first. */
export const target: FuzzTarget = {
  sizeMax: 1024,
  seeds: () =>
    CODECS.flatMap((codec) => {
      const encoded = codec.encode({ mti: '0200', fields: GOOD_FIELDS })
      if (!encoded.ok) return []
      const framed = concatBytes([TPDU, HEADER, encoded.value])
      return [encoded.value, framed, concatBytes([lengthPrefixBytes('binary2', framed.length), framed])]
    }),
  run(input) {
    const readings = detectDialect(input, CODECS)
    for (const [index, reading] of readings.entries()) {
      const reach = reachOf(reading, input.length)
      must(reach >= 0 && reach <= input.length, 'a reading reaches outside')
      must(
        !reading.result.ok || readings.slice(0, index).every(({ result }) => result.ok),
        'a failed reading stands first',
      )
      describeEnvelope(reading, index % 2 === 0 ? 'zh' : 'en')
    }
    const cut = detectMisannounced(input, CODECS)
    if (cut !== undefined) must(cut.announced !== cut.actual, 'a length that is right is called wrong')
  },
  mutate(input, random) {
    const codec = random.pick(CODECS)
    const encoded = codec.encode(randomMessage(codec, random))
    return encoded.ok ? framed(encoded.value, random) : input
  },
}

function framed(message: Uint8Array, random: SeededRandom): Uint8Array {
  const parts = [random.chance(400) ? TPDU : [], random.chance(400) ? HEADER : [], message].map((part) =>
    Uint8Array.from(part),
  )
  const body = concatBytes(parts)
  const prefix = random.pick(['binary2', 'binary4', 'ascii4', 'binary2Inclusive'] as const)
  return random.chance(600)
    ? concatBytes([lengthPrefixBytes(prefix, body.length + random.pick([0, 0, 0, 1])), body])
    : body
}
