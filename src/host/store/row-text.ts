import { invariant } from '../../base/invariant.ts'
import type { LocalDateTime } from '../../base/ports.ts'
import type { WrappedKey } from '../core/security-module-port.ts'

/** The last time written, and its text: all rows of a second have the same. */
let lastTime: LocalDateTime | undefined
let lastText = ''

/** `2026-01-31T23:59:59`. */
export function formatLocalTime(time: LocalDateTime): string {
  if (time !== lastTime) {
    lastTime = time
    lastText = textOf(time)
  }
  return lastText
}

function textOf({ year, month, day, hour, minute, second }: LocalDateTime): string {
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}`
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0')
}

/** The reverse of `formatLocalTime`. */
export function parseLocalTime(text: string): LocalDateTime {
  const at = (from: number, to: number): number => Number(text.slice(from, to))
  return {
    year: at(0, 4),
    month: at(5, 7),
    day: at(8, 10),
    hour: at(11, 13),
    minute: at(14, 16),
    second: at(17, 19),
  }
}

/** Check value, colon, wrapped block. */
export function formatKey(key: WrappedKey | undefined): string | null {
  return key === undefined ? null : `${key.checkValue}:${key.block}`
}

/** The reverse of `formatKey`. */
export function parseKey(text: string | null): WrappedKey | undefined {
  if (text === null) return undefined
  const colon = text.indexOf(':')
  invariant(colon > 0, 'a stored key without its check value')
  return { checkValue: text.slice(0, colon), block: text.slice(colon + 1) }
}
