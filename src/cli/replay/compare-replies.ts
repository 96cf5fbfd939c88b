import { UsageFailure } from '../failure.ts'
import type { HostFrame, NumberedBytes } from './check-bytes.ts'
import { compareReadings, type Difference } from './difference.ts'

/** Places that change from run to run: they are compared by presence and form. */
const VOLATILE: ReadonlySet<string> = new Set(['F12', 'F13', 'F37', 'F38'])

/** The places of `--strict`. */
export type StrictPlaces = ReadonlySet<string>

/** `37,38` of `--strict`. @throws {UsageFailure} for what can't be compared more strictly. */
export function parseStrict(text: string | undefined): StrictPlaces {
  const places = (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => (/^F/.test(each) ? each : `F${each}`))
  const wrong = places.find((place) => !VOLATILE.has(place))
  if (wrong !== undefined)
    throw new UsageFailure(
      `--strict takes 12, 13, 37 and 38; ${wrong.slice(1)} is compared by value already, or is masked in a recording`,
    )
  return new Set(places)
}

/** Today's reply against the recorded one, place by place. */
export function compareReplies(
  entry: NumberedBytes,
  recorded: HostFrame,
  today: HostFrame,
  strict: StrictPlaces,
): readonly Difference[] {
  const masked = new Set((entry.masked ?? []).map((place) => `F${place}`))
  const isByForm = (place: string): boolean =>
    (VOLATILE.has(place) && !strict.has(place)) || isMasked(place, masked)
  return compareReadings(
    { lineNumber: entry.lineNumber, line: entry.line, check: 'reply', what: recorded.message.mti },
    recorded.reading,
    today.reading,
    recorded.codec.spec,
    (place, before, now) => (isByForm(place) ? formOf(before) === formOf(now) : before === now),
  )
}

/** Card numbers and expiry dates were replaced by those that the replay uses too: they are compared by value. */
const CONSISTENT: ReadonlySet<string> = new Set(['F2', 'F14'])

function isMasked(place: string, masked: ReadonlySet<string>): boolean {
  if (CONSISTENT.has(place)) return false
  if (masked.has(place)) return true
  const [field, ...path] = place.split('.')
  const tag = path.at(-1)?.replace(/#\d+$/, '')
  return tag !== undefined && masked.has(`${field}.${tag}`)
}

/** Presence, size, and whether it is digits. */
function formOf(value: string | undefined): string {
  if (value === undefined) return 'absent'
  return `${value.length} ${/^[0-9A-F]*$/.test(value) ? 'digits' : 'text'}`
}
