import { z } from 'zod'
import { isLuhnValid } from '../../base/exposure.ts'
import { oneLine } from '../../base/one-line.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { MESSAGE_MAC_KEY_SIZES, type MessageMacAlgorithm } from '../../crypto/mac.ts'
import type { EnvelopeKind } from '../../iso8583/framing/envelope.ts'
import { LENGTH_PREFIXES, type LengthPrefix } from '../../iso8583/framing/length-prefix.ts'
import { type FieldTemplate, parseTemplate } from './field-template.ts'

const hexOf = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9A-Fa-f]{${digits}}$`), `must be ${digits} hexadecimal digits`)
const keyHex = z
  .string()
  .regex(/^([0-9A-Fa-f]{16}|[0-9A-Fa-f]{32}|[0-9A-Fa-f]{48})$/, 'must be 16, 32 or 48 hexadecimal digits')
/** By `refine`, which looks at lists only: a length check of zod's compares the `length` of whatever it is given. */
const listOf = <T extends z.ZodType>(item: T, message: string) =>
  z.array(item).refine(({ length }) => length > 0, { message })
const name = z.string().regex(/./, 'must not be empty')
const bit = z.int('must be the number of a field').min(2).max(128)

/** Ranges of published test cards. Others have to be named as `testRanges`. */
const TEST_RANGES = [
  '621094',
  '476173',
  '411111',
  '400000',
  '401200',
  '424242',
  '541333',
  '555555',
  '510510',
  '222300',
  '378282',
  '371449',
  '601111',
] as const

const cardSchema = z.strictObject({
  pan: z
    .string()
    .regex(/^\d{12,19}$/, 'must be 12 to 19 digits')
    .refine(isLuhnValid, 'has a wrong check digit'),
  expiry: z.string().regex(/^\d{4}$/, 'must be YYMM'),
  sequence: z
    .string()
    .regex(/^\d{3}$/, 'must be 3 digits')
    .default('001'),
  pin: z
    .string()
    .regex(/^\d{4,12}$/, 'must be 4 to 12 digits')
    .optional(),
  /** With its separator as the dialect writes it. */
  track2: z
    .string()
    .regex(/^[0-9D=]{1,37}$/, 'must be track 2 without sentinels')
    .optional(),
  /** Path of a card image: it signs field 55. */
  chip: z.string().optional(),
})

const messageSchema = z.strictObject({
  mti: z.string().regex(/^\d{4}$/, 'must be 4 digits'),
  /** Part of the whole; 0: only when it is referred to, or first. */
  weight: z.number().min(0, 'must be 0 or more').default(0),
  /** The message whose approved one this refers to, and takes. */
  of: z.string().optional(),
  mac: z.boolean().default(true),
  fields: z.record(z.string(), z.unknown()),
})

const schema = z.strictObject({
  format: z.literal('tillwire-target-1', 'must be tillwire-target-1'),
  name: name,
  /** HOST:PORT; `--host` wins. */
  address: z.string().optional(),
  /** A built-in dialect, or the path of a spec file. */
  dialect: name,
  prefix: z.enum(LENGTH_PREFIXES as readonly [LengthPrefix, ...LengthPrefix[]], {
    message: `must be one of ${LENGTH_PREFIXES.join(', ')}`,
  }),
  envelope: z.strictObject({ tpdu: hexOf(10), header: hexOf(12).optional() }).optional(),
  /** Fields by which a reply is found; they must tell all requests under way apart. */
  match: listOf(bit, 'needs at least one field'),
  responseCode: bit.default(39),
  approved: listOf(z.string(), 'needs at least one code').default(['00']),
  mac: z
    .strictObject({
      algorithm: z.enum(
        Object.keys(MESSAGE_MAC_KEY_SIZES) as [MessageMacAlgorithm, ...MessageMacAlgorithm[]],
      ),
      key: keyHex,
      field: z.union([z.literal(64), z.literal(128)]),
    })
    .optional(),
  pin: z.strictObject({ key: keyHex }).optional(),
  testRanges: z.array(z.string().regex(/^\d{6,11}$/, 'must be 6 to 11 digits')).default([]),
  terminals: listOf(
    z.strictObject({
      tid: z.string(),
      mid: z.string(),
      /** Requests that it may have under way at the same time. */
      lanes: z.int('must be a whole number').min(1).max(1000).default(1),
    }),
    'needs at least one terminal',
  ),
  cards: listOf(cardSchema, 'needs at least one card'),
  amounts: z
    .strictObject({ leastMinor: z.int().min(1), mostMinor: z.int().min(1).max(999_999_999_999) })
    .refine(({ leastMinor, mostMinor }) => leastMinor <= mostMinor, 'leastMinor is above mostMinor')
    .default({ leastMinor: 100, mostMinor: 5000 }),
  /** Where trace and other running numbers begin; anywhere when it is not said, so that two loads rarely meet. */
  firstNumber: z.int('must be a whole number').min(1).max(999_999).optional(),
  /** Message that each terminal sends once before the load. */
  first: z.string().optional(),
  messages: z.record(z.string(), messageSchema),
})

export interface TargetMessage {
  readonly name: string
  readonly mti: string
  readonly weight: number
  readonly of: string | undefined
  readonly hasMac: boolean
  readonly fields: readonly (readonly [bit: number, template: FieldTemplate])[]
}

export interface TargetCard extends Omit<z.infer<typeof cardSchema>, 'pin' | 'track2' | 'chip'> {
  readonly pin?: string | undefined
  readonly track2?: string | undefined
  readonly chip?: string | undefined
}

/** A foreign host as its file tells it, checked for itself; `targetCast` holds it against its dialect. */
export interface Target extends Omit<z.infer<typeof schema>, 'messages' | 'cards'> {
  readonly cards: readonly TargetCard[]
  readonly messages: readonly TargetMessage[]
}

/** A target from parsed JSON; or the place in it and what is expected there, never the value. */
export function parseTarget(content: unknown): Result<Target, string> {
  const parsed = schema.safeParse(content)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const place = issue?.path.map(String).join('.') || 'the file'
    return err(`${oneLine(place)}: ${oneLine(issue?.message ?? 'is no target')}`)
  }
  const { messages: rows, ...rest } = parsed.data
  const messages: TargetMessage[] = []
  for (const [name, row] of Object.entries(rows)) {
    const message = readMessage(name, row)
    if (!message.ok) return message
    messages.push(message.value)
  }
  const target: Target = { ...rest, messages }
  const complaint = complaintOf(target)
  return complaint === undefined ? ok(target) : err(complaint)
}

function readMessage(name: string, row: z.infer<typeof messageSchema>): Result<TargetMessage, string> {
  const fields: (readonly [number, FieldTemplate])[] = []
  for (const [key, json] of Object.entries(row.fields)) {
    const place = oneLine(`messages.${name}.fields.${key}`)
    const number = Number(key)
    if (!Number.isInteger(number) || number < 2 || number > 128)
      return err(`${place}: a field is a number from 2 to 128`)
    const template = parseTemplate(json)
    if (!template.ok) return err(`${place}: ${template.error}`)
    fields.push([number, template.value])
  }
  return ok({ name, mti: row.mti, weight: row.weight, of: row.of, hasMac: row.mac, fields })
}

function complaintOf({ messages, first, cards, testRanges, mac, match }: Target): string | undefined {
  const names = new Set(messages.map(({ name }) => name))
  if (!messages.some(({ weight }) => weight > 0)) return 'messages: at least one needs a weight above 0'
  if (first !== undefined && !names.has(first)) return `first: there is no message ${oneLine(first)}`
  const ranges: readonly string[] = [...TEST_RANGES, ...testRanges]
  const real = cards.findIndex(({ pan }) => !ranges.some((range) => pan.startsWith(range)))
  if (real >= 0)
    return `cards.${real}.pan: is in no range of published test cards; name its range in testRanges if it is one`
  if (mac !== undefined && !MESSAGE_MAC_KEY_SIZES[mac.algorithm].includes(mac.key.length / 2))
    return `mac.key: ${mac.algorithm} takes ${MESSAGE_MAC_KEY_SIZES[mac.algorithm].join(' or ')} bytes`
  for (const { name, of, fields } of messages) {
    if (of !== undefined && !names.has(of)) return oneLine(`messages.${name}.of: there is no message ${of}`)
    const missing = match.find((bit) => !fields.some(([each]) => each === bit))
    if (missing !== undefined)
      return oneLine(`messages.${name}.fields: field ${missing} is missing, by which its reply is found`)
  }
  return undefined
}

export function envelopeKindOf({ envelope }: Target): EnvelopeKind {
  if (envelope === undefined) return 'none'
  return envelope.header === undefined ? 'tpdu' : 'tpduAndHeader'
}
