import type { LocalDateTime } from '../../base/ports.ts'

/** Seconds from `from` to `to`; negative when `to` is earlier. Proleptic Gregorian, no zones. */
export function secondsBetween(from: LocalDateTime, to: LocalDateTime): number {
  return secondsOf(to) - secondsOf(from)
}

function secondsOf(time: LocalDateTime): number {
  return ((daysOf(time) * 24 + time.hour) * 60 + time.minute) * 60 + time.second
}

/** Days since 1 March of year 0: with the year starting in March, leap days come last. */
function daysOf({ year, month, day }: LocalDateTime): number {
  const shiftedYear = month > 2 ? year : year - 1
  const shiftedMonth = (month + 9) % 12
  const leapDays = Math.floor(shiftedYear / 4) - Math.floor(shiftedYear / 100) + Math.floor(shiftedYear / 400)
  return shiftedYear * 365 + leapDays + Math.floor((153 * shiftedMonth + 2) / 5) + day - 1
}

/** `2026/11/23 09:05:07`. */
export function formatLocalTime(time: LocalDateTime): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${time.year}/${two(time.month)}/${two(time.day)}`
  return `${date} ${two(time.hour)}:${two(time.minute)}:${two(time.second)}`
}
