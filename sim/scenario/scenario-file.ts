import { z } from 'zod'

// The shape of a scenario file. Source: docs/scenarios.md. Every value is the text that stands in the file: an amount
// of 12.30 keeps its zero and message type 0200 is no number.

/** Known members stand in the error, so that a slip of the pen is found at once. */
function members<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `not known here; known are ${known}`
        : `expected members (${known})`,
  })
}

const text = z.string('expected a text')
/** One text, or several. */
const texts = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(text, 'expected a text or a list of texts'),
)
/** As `texts`; `none` says that nothing may come. */
const textsOrNone = z.preprocess(
  (value) => (value === 'none' ? [] : typeof value === 'string' ? [value] : value),
  z.array(text, 'expected a text, a list of texts, or none'),
)
const yesOrNo = z
  .enum(['yes', 'no', 'true', 'false'], 'expected yes or no')
  .transform((value) => value === 'yes' || value === 'true')

export const EXPECT = members({
  outcome: text.optional(),
  screens: texts.optional(),
  messages: textsOrNone.optional(),
  receipt: textsOrNone.optional(),
  journal: texts.optional(),
})

/** What a step may have besides its deed. */
export const STEP_MEMBERS = members({
  amount: text.optional(),
  card: text.optional(),
  customer: text.optional(),
  pause: text.optional(),
  answers: z.record(z.string(), text).optional(),
  faults: texts.optional(),
  expect: z
    .preprocess((value) => (typeof value === 'string' ? { outcome: value } : value), EXPECT)
    .optional(),
})

const STEP = z.union(
  [z.string(), z.record(z.string(), z.unknown())],
  'expected what somebody does, like "sale: 12.34"',
)

export const BOOKS = members({
  transactions: textsOrNone.optional(),
  accounts: z.record(z.string(), text, 'expected cards with what their balance changes by').optional(),
  merchant: text.optional(),
})

export const SCENARIO_FILE = members({
  scenario: z.string('expected the name of the scenario').min(1, 'expected the name of the scenario'),
  zh: text.optional(),
  about: text.optional(),
  seed: z
    .string()
    .regex(/^\d{1,14}$/, 'expected a whole number')
    .transform(Number)
    .optional(),
  hosts: z.enum(['1', '2'], 'expected 1 or 2').optional(),
  'shared line': yesOrNo.optional(),
  'sign in': yesOrNo.optional(),
  terminal: z.record(z.string(), z.unknown(), 'expected members of a terminal profile').optional(),
  day: z.array(STEP, 'expected a list of what people do').min(1, 'expected at least one step'),
  faults: texts.optional(),
  books: BOOKS.optional(),
})

export type ScenarioFile = z.output<typeof SCENARIO_FILE>
export type StepMembers = z.output<typeof STEP_MEMBERS>
