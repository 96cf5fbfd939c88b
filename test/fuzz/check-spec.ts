import { SeededRandom } from '../../sim/world/seeded-random.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import type { MessageSpec } from '../../src/iso8583/spec.ts'
import { randomMessage } from './dialects.ts'
import { must } from './fuzz-target.ts'

/** A spec that was taken compiles, and its codec reads what it writes. */
export function checkSpec(spec: MessageSpec): void {
  const codec = compileSpec(spec)
  const message = randomMessage(codec, new SeededRandom(1))
  const encoded = codec.encode(message)
  if (!encoded.ok) return
  const decoded = codec.decode(encoded.value)
  must(decoded.ok && decoded.value.mti === message.mti, 'a codec does not read what it writes')
  for (let size = 0; size < Math.min(encoded.value.length, 40); size++)
    must(!codec.decode(encoded.value.subarray(0, size)).ok, 'a cut message is read')
}
