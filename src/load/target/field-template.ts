import { fromHex, isHex } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { FieldValue } from '../../iso8583/message.ts'

/** What a template may take from the request that is being made. */
export const TEMPLATE_SOURCES = [
  'stan',
  'amount',
  'tid',
  'mid',
  'pan',
  'expiry',
  'sequence',
  'track2',
  'pinBlock',
  'chip',
] as const

export type TemplateSource = (typeof TEMPLATE_SOURCES)[number]

/** How a target file says what stands in a field. */
export type FieldTemplate =
  | { readonly kind: 'constant'; readonly value: FieldValue }
  | { readonly kind: 'from'; readonly source: TemplateSource }
  /** Letters of YY MM DD hh mm ss; all else stands as it is. */
  | { readonly kind: 'time'; readonly form: string; readonly utc: boolean }
  /** The running number of the load, in so many digits. */
  | { readonly kind: 'counter'; readonly digits: number }
  | { readonly kind: 'random'; readonly digits: number }
  /** A field of the earlier request, or of its reply, that this message refers to. */
  | { readonly kind: 'original'; readonly of: 'request' | 'reply'; readonly bit: number }
  | { readonly kind: 'join'; readonly parts: readonly FieldTemplate[] }

/** What a request is made from. */
export interface TemplateContext {
  readonly runningNumber: number
  value(source: TemplateSource): FieldValue | undefined
  time(utc: boolean): Date
  randomDigits(count: number): string
  original(of: 'request' | 'reply', bit: number): FieldValue | undefined
}

const FORMS =
  '"text", {"hex"}, {"from"}, {"time"}, {"counter"}, {"random"}, {"originalRequest"}, {"originalReply"} or {"join"}'
const DIGITS_MAX = 30
const BITS = 128

/** A template from parsed JSON; or what is expected in its place. */
export function parseTemplate(json: unknown): Result<FieldTemplate, string> {
  if (typeof json === 'string') return ok({ kind: 'constant', value: json })
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return err(`must be ${FORMS}`)
  const entries = Object.entries(json).filter(([name]) => name !== 'utc')
  const [entry] = entries
  if (entry === undefined || entries.length !== 1) return err(`must have one of its forms: ${FORMS}`)
  const read = Object.hasOwn(FORM_READERS, entry[0]) ? FORM_READERS[entry[0]] : undefined
  return read === undefined
    ? err(`must have one of its forms: ${FORMS}`)
    : read(entry[1], 'utc' in json && json.utc === true)
}

type FormReader = (value: unknown, utc: boolean) => Result<FieldTemplate, string>

const readDigits =
  (kind: 'counter' | 'random'): FormReader =>
  (value) =>
    isCount(value, DIGITS_MAX)
      ? ok({ kind, digits: value })
      : err(`${kind} must be a number of digits, 1 to ${DIGITS_MAX}`)

const readOriginal =
  (of: 'request' | 'reply'): FormReader =>
  (value) =>
    isCount(value, BITS)
      ? ok({ kind: 'original', of, bit: value })
      : err('originalRequest and originalReply must be the number of a field')

const FORM_READERS: Readonly<Record<string, FormReader>> = {
  hex: (value) =>
    typeof value === 'string' && isHex(value)
      ? ok({ kind: 'constant', value: fromHex(value) })
      : err('hex must be an even number of hexadecimal digits'),
  from: (value) => {
    const source = TEMPLATE_SOURCES.find((each) => each === value)
    return source === undefined
      ? err(`from must be one of ${TEMPLATE_SOURCES.join(', ')}`)
      : ok({ kind: 'from', source })
  },
  time: (value, utc) =>
    typeof value === 'string' && /YY|MM|DD|hh|mm|ss/.test(value)
      ? ok({ kind: 'time', form: value, utc })
      : err('time must be a form such as MMDDhhmmss'),
  counter: readDigits('counter'),
  random: readDigits('random'),
  originalRequest: readOriginal('request'),
  originalReply: readOriginal('reply'),
  join: (value) => parseJoin(value),
}

function parseJoin(value: unknown): Result<FieldTemplate, string> {
  if (!Array.isArray(value) || value.length === 0) return err('join must be a list of templates')
  const parts: FieldTemplate[] = []
  for (const [index, each] of value.entries()) {
    const part = parseTemplate(each)
    if (!part.ok) return err(`join.${index} ${part.error}`)
    parts.push(part.value)
  }
  return ok({ kind: 'join', parts })
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
}

/** The value of a template; undefined: the field is left out. */
export function fillTemplate(template: FieldTemplate, context: TemplateContext): FieldValue | undefined {
  switch (template.kind) {
    case 'constant':
      return template.value
    case 'from':
      return context.value(template.source)
    case 'time':
      return timeText(context.time(template.utc), template.form, template.utc)
    case 'counter':
      return String(context.runningNumber).padStart(template.digits, '0').slice(-template.digits)
    case 'random':
      return context.randomDigits(template.digits)
    case 'original':
      return context.original(template.of, template.bit)
    case 'join':
      return template.parts.map((part) => fillTemplate(part, context) ?? '').join('')
  }
}

/** The sources that a template asks for. */
export function sourcesOf(template: FieldTemplate): readonly TemplateSource[] {
  if (template.kind === 'from') return [template.source]
  return template.kind === 'join' ? template.parts.flatMap(sourcesOf) : []
}

/** Whether a template takes something from an earlier reply. */
export function needsReply(template: FieldTemplate): boolean {
  if (template.kind === 'original') return template.of === 'reply'
  return template.kind === 'join' && template.parts.some(needsReply)
}

function timeText(at: Date, form: string, utc: boolean): string {
  const parts: Readonly<Record<string, number>> = utc
    ? {
        YY: at.getUTCFullYear() % 100,
        MM: at.getUTCMonth() + 1,
        DD: at.getUTCDate(),
        hh: at.getUTCHours(),
        mm: at.getUTCMinutes(),
        ss: at.getUTCSeconds(),
      }
    : {
        YY: at.getFullYear() % 100,
        MM: at.getMonth() + 1,
        DD: at.getDate(),
        hh: at.getHours(),
        mm: at.getMinutes(),
        ss: at.getSeconds(),
      }
  return form.replace(/YY|MM|DD|hh|mm|ss/g, (name) => String(parts[name]).padStart(2, '0'))
}
