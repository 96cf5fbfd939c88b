import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { asciiToBytes } from '../../../src/base/bytes.ts'
import { answerLine } from '../../../src/cli/calc/json-lines.ts'
import { OPERATIONS } from '../../../src/cli/calc/operations.ts'
import { publicVectors } from '../../vectors/vectors.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { changeJson, jsonBytes, textOfInput } from '../json-mutator.ts'

const SIZE_MAX = 2500
const VALUES = [
  '',
  '00',
  '0123456789ABCDEF',
  '0123456789ABCDEFFEDCBA9876543210',
  '1234',
  '6210948000000029',
  'FFFF9876543210E00001',
  '中',
  'aes',
  'tdes',
  'sm4',
  '80',
  '0x',
  '1'.repeat(40),
  'AB'.repeat(300),
]

/** Lines of the calculator: an answer to each, outputs or one sentence. */
export const target: FuzzTarget = {
  sizeMax: SIZE_MAX,
  seeds: () => [
    ...publicVectors
      .map(({ id, category, inputs }) => JSON.stringify({ id, category, inputs }))
      .filter((text) => text.length <= SIZE_MAX && /^[ -~]*$/.test(text))
      .map(asciiToBytes),
    ...OPERATIONS.map(({ category, inputs }) =>
      jsonBytes({ category, inputs: Object.fromEntries(inputs.map(([name]) => [name, '0123456789ABCDEF'])) }),
    ),
  ],
  run(input) {
    const answer = answerLine(textOfInput(input))
    if ('error' in answer) must(answer.error.length > 0 && !answer.error.includes('\n'), 'no sentence')
    else must(JSON.stringify(answer.outputs).length > 1, 'no outputs')
  },
  mutate: (input, random) => (random.chance(600) ? changeJson(input, random) : freshLine(random)),
}

function freshLine(random: SeededRandom): Uint8Array {
  const { category, inputs } = random.pick(OPERATIONS)
  const given: { [name: string]: string } = {}
  for (const [name] of inputs) if (random.chance(600)) given[name] = random.pick(VALUES)
  return jsonBytes({ id: random.pick(['', 'x-aes-cmac', 'pin-block-4']), category, inputs: given })
}
