import { z } from 'zod'

const comparison = z.object({
  /** What it is held against: a ceiling or a peer, measured in the same run. */
  with: z.string(),
  /** Its figure, in the measure's unit. */
  value: z.number(),
  /** How many times better the measure is: above 1 is better, whichever way its unit runs. */
  ratio: z.number(),
  ratioSpread: z.number(),
  /** The ratio must be at least this. */
  goal: z.number().optional(),
})

const measure = z.object({
  name: z.string(),
  unit: z.string(),
  better: z.enum(['lower', 'higher']),
  /** Median of the rounds. */
  value: z.number(),
  /** Median absolute deviation of the rounds. */
  spread: z.number(),
  rounds: z.number().int(),
  comparisons: z.array(comparison),
  /** The value must not be worse than this. */
  limit: z.number().optional(),
  note: z.string().optional(),
  /** Null where no goal stands. */
  met: z.boolean().nullable(),
})

const partResults = z.object({
  part: z.string(),
  /** Of the working copy; `+` behind it when files were changed. */
  commit: z.string(),
  /** ISO 8601, UTC. */
  date: z.string(),
  quick: z.boolean(),
  seconds: z.number(),
  measures: z.array(measure),
})

const results = z.object({
  machine: z.object({
    model: z.string(),
    cores: z.number().int(),
    memoryBytes: z.number(),
    system: z.string(),
  }),
  node: z.string(),
  openssl: z.string(),
  parts: z.array(partResults),
})

/** The shape of `bench/results.json`. */
export type Results = z.infer<typeof results>
export type PartResults = z.infer<typeof partResults>
export type Measure = z.infer<typeof measure>
export type Comparison = z.infer<typeof comparison>

/** Results as text of a file holds them, or one line that says what is wrong. */
export function readResults(text: string): Results | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'it is no JSON'
  }
  const parsed = results.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return `${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'wrong form'}`
}

/**
 * New parts take the place of those of the same name; the others stay if they come from the same machine and the
 * same Node, since figures of different ones don't belong in one table.
 */
export function mergeResults(before: Results | undefined, now: Results): Results {
  const { parts, ...here } = now
  const { parts: kept = [], ...there } = before ?? {}
  if (JSON.stringify(there) !== JSON.stringify(here)) return now
  const names = new Set(parts.map(({ part }) => part))
  return { ...here, parts: [...kept.filter(({ part }) => !names.has(part)), ...parts] }
}
