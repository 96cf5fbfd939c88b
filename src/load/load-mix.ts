import { z } from 'zod'
import { oneLine } from '../base/one-line.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { LoadRandom } from './load-random.ts'

/** What terminals do, in parts of the whole, and with which amounts. */
export interface LoadMix {
  /** Name of what is done (a kind of the home dialect, or a message of a target) to its weight. */
  readonly weights: ReadonlyMap<string, number>
  /** Minor units, both inclusive. */
  readonly leastMinor: number
  readonly mostMinor: number
  /** Requests of one batch after which a terminal settles by itself; undefined: when its trace numbers run out. */
  readonly settleAfter: number | undefined
}

const AMOUNT_MAX = 999_999_999_999
/** Amounts between these make the test host misbehave on purpose. */
const TEST_AMOUNTS = { leastMinor: 770_000, mostMinor: 770_599 } as const

const schema = z.strictObject({
  weights: z.record(z.string(), z.number().min(0, 'must be 0 or more')),
  amounts: z
    .strictObject({
      leastMinor: z.int('must be a whole number').min(1).max(AMOUNT_MAX),
      mostMinor: z.int('must be a whole number').min(1).max(AMOUNT_MAX),
    })
    .default({ leastMinor: 100, mostMinor: 5000 }),
  /** The amounts may touch those by which a test host misbehaves. */
  allowTestAmounts: z.boolean().default(false),
  settleAfter: z.int('must be a whole number').min(10).optional(),
})

/** A mix from what a YAML or JSON file held. `known`: the kinds that the terminals can do. */
export function parseMix(content: unknown, known: readonly string[]): Result<LoadMix, string> {
  const parsed = schema.safeParse(content)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return err(
      `${oneLine(issue?.path.map(String).join('.') || 'the file')}: ${oneLine(issue?.message ?? 'is no mix')}`,
    )
  }
  const { weights, amounts, allowTestAmounts, settleAfter } = parsed.data
  const strange = Object.keys(weights).find((name) => !known.includes(name))
  if (strange !== undefined)
    return err(`weights.${oneLine(strange)}: there is no such kind; there are ${known.join(', ')}`)
  const used = Object.entries(weights).filter(([, weight]) => weight > 0)
  if (used.length === 0) return err('weights: at least one kind needs a weight above 0')
  if (amounts.leastMinor > amounts.mostMinor) return err('amounts: leastMinor is above mostMinor')
  const touches = amounts.leastMinor <= TEST_AMOUNTS.mostMinor && amounts.mostMinor >= TEST_AMOUNTS.leastMinor
  if (touches && !allowTestAmounts)
    return err(
      'amounts: 7700.00 to 7705.99 make the test host misbehave; say allowTestAmounts: true to want that',
    )
  return ok({ weights: new Map(used), ...amounts, settleAfter })
}

/** Draws names by their weight. */
export class MixPicker {
  readonly #names: readonly string[]
  /** Sums of the weights up to each name. */
  readonly #bounds: readonly number[]
  readonly #mix: LoadMix
  readonly #random: LoadRandom

  constructor(mix: LoadMix, random: LoadRandom) {
    this.#names = [...mix.weights.keys()]
    let sum = 0
    this.#bounds = [...mix.weights.values()].map((weight) => {
      sum += weight
      return sum
    })
    this.#mix = mix
    this.#random = random
  }

  kind(): string {
    const at = this.#random.fraction() * (this.#bounds.at(-1) ?? 0)
    const index = this.#bounds.findIndex((bound) => at < bound)
    return this.#names[index < 0 ? this.#names.length - 1 : index] as string
  }

  amountMinor(): number {
    const { leastMinor, mostMinor } = this.#mix
    return leastMinor + this.#random.below(mostMinor - leastMinor + 1)
  }
}
