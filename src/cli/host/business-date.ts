import { UsageFailure } from '../failure.ts'

/** `YYYY-MM-DD` of `20261231` or `2026-12-31`, or undefined when there is no such day. */
export function parseDay(text: string): string | undefined {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(text)
  if (match === null) return undefined
  const [, year, month, date] = match
  const day = `${year}-${month}-${date}`
  const time = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day ? undefined : day
}

/** Day of `nowMs` in the time zone of this machine, `YYYY-MM-DD`. */
export function localDay(nowMs: number): string {
  const now = new Date(nowMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}

/** A business date and the moment, milliseconds since 1970, before which batches belong to it. */
export interface BusinessDate {
  readonly day: string
  readonly cutoffMs: number
}

/**
 * The business date `text`, today when undefined: its batches are those that closed before its end, or by now.
 *
 * @throws {UsageFailure} for what is no day, and for days to come.
 */
export function businessDate(text: string | undefined, nowMs: number): BusinessDate {
  const today = localDay(nowMs)
  const day = text === undefined ? today : parseDay(text)
  if (day === undefined) throw new UsageFailure(`'${text}' is no day: write it as 20261231`)
  if (day > today) throw new UsageFailure(`${day} has not begun yet`)
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const cutoffMs = day === today ? nowMs : new Date(year, month - 1, date + 1).getTime()
  return { day, cutoffMs }
}
