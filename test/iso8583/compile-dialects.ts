import { compileSpec } from '../../src/iso8583/compile.ts'
import { ISO1987_ASCII } from '../../src/iso8583/specs/iso1987-ascii.ts'
import { ISO1987_BINARY } from '../../src/iso8583/specs/iso1987-binary.ts'

// A process of its own for `function-size.test.ts`: the functions of the largest dialects run once, so that V8
// has code for them.

for (const spec of [ISO1987_ASCII, ISO1987_BINARY]) {
  const codec = compileSpec(spec)
  const encoded = codec.encode({ mti: '0800', fields: {} })
  if (!encoded.ok || !codec.decode(encoded.value).ok) throw new Error(`${spec.id} does not compile`)
  codec.createView().index(encoded.value, 0, encoded.value.length)
}
