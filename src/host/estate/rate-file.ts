import { currencyNumber } from '../../base/money.ts'
import { contentFaults, RATE_CONTENT, type RateContent } from './rate-content.ts'

export type RateFile =
  | { readonly ok: true; readonly content: RateContent }
  /** One line for each thing that is wrong. */
  | { readonly ok: false; readonly faults: readonly string[] }

/**
 * Reads rates from the text of a file. JSON: an object as `tillwire host rates list --json` writes it. CSV: lines
 * `base,CNY`, `source,TEXT`, `rate,USD,0.140625,300,20260101000000,20261231235959` (markup in basis points, valid from and
 * until) and `range,411111,USD`; currencies by letters or number, `#` begins a comment.
 */
export function readRateFile(text: string): RateFile {
  return text.trimStart().startsWith('{') ? fromJson(text) : fromCsv(text)
}

function fromJson(text: string): RateFile {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    return { ok: false, faults: [`it is no JSON: ${error instanceof Error ? error.message : 'unreadable'}`] }
  }
  // What `list` wrote has its version in it, which is not for the writer to say.
  const { version: _, ...content } = data as { version?: unknown }
  return checked(content)
}

/** Says what is wrong in a content that came from anywhere. */
export function checked(content: unknown): RateFile {
  const parsed = RATE_CONTENT.safeParse(content)
  return parsed.success
    ? { ok: true, content: parsed.data }
    : { ok: false, faults: contentFaults(parsed.error.issues) }
}

const COLUMNS: Readonly<Record<string, number>> = { base: 2, source: 2, rate: 6, range: 3 }

function fromCsv(text: string): RateFile {
  const faults: string[] = []
  const content = { base: '', source: '', rates: [] as object[], ranges: [] as object[] }
  /** Line of each rate and range, so that a fault can name it. */
  const places = new Map<string, number>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [kind = '', ...words] = line
      .replace(/#.*$/, '')
      .split(',')
      .map((word) => word.trim())
    if (kind === '' && words.length === 0) continue
    const count = COLUMNS[kind]
    if (count === undefined)
      faults.push(`line ${index + 1}: begins with none of ${Object.keys(COLUMNS).join(', ')}`)
    else if (words.length !== count - 1)
      faults.push(`line ${index + 1}: a ${kind} has ${count} columns, not ${words.length + 1}`)
    else addLine(content, kind, words, (place) => places.set(place, index + 1))
  }
  if (faults.length > 0) return { ok: false, faults }
  const read = checked(content)
  if (read.ok) return read
  return { ok: false, faults: read.faults.map((fault) => atLine(fault, places)) }
}

function addLine(
  content: { base: string; source: string; readonly rates: object[]; readonly ranges: object[] },
  kind: string,
  words: readonly string[],
  note: (place: string) => void,
): void {
  const [first = '', second = '', third = '', validFrom = '', validUntil = ''] = words
  const number = (text: string): string => currencyNumber(text) ?? text
  switch (kind) {
    case 'base':
      content.base = number(first)
      note('base')
      break
    case 'source':
      content.source = first
      note('source')
      break
    case 'rate':
      note(`rates.${content.rates.length}`)
      content.rates.push({
        currency: number(first),
        rate: second,
        markupBasisPoints: /^\d+$/.test(third) ? Number(third) : third,
        validFrom,
        validUntil,
      })
      break
    default:
      note(`ranges.${content.ranges.length}`)
      content.ranges.push({ prefix: first, currency: number(second) })
  }
}

function atLine(fault: string, places: ReadonlyMap<string, number>): string {
  const [place = '', ...rest] = fault.split(': ')
  const [list = '', index = '', member = ''] = place.split('.')
  const line = places.get(place) ?? places.get(`${list}.${index}`)
  if (line === undefined) return fault
  return `line ${line}: ${member === '' ? list : member}: ${rest.join(': ')}`
}
