import type { LocalDateTime } from '../../base/ports.ts'
import type { RecordingHeader } from '../../recording/recording-entry.ts'

/** Wall time where the recording was made, at its start. */
export function localStart({ startedAt, utcOffsetMinutes }: RecordingHeader): LocalDateTime {
  const date = new Date(Date.parse(startedAt) + utcOffsetMinutes * 60_000)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}
