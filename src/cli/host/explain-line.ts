import type { ExplainRow } from '../../host/core/records.ts'

/** One explain record in one line: when, where, and why. */
export function explainLine(explain: ExplainRow): string {
  const { receivedAtMs, dialect, tid, mti, responseCode, field, offset, reason } = explain
  const place = [
    field === undefined ? undefined : `field ${field}`,
    offset === undefined ? undefined : `byte ${offset}`,
  ].filter((each) => each !== undefined)
  const where = place.length === 0 ? '' : ` (${place.join(', ')})`
  const head = [new Date(receivedAtMs).toISOString(), dialect, tid || '-', mti || '-', responseCode || '-']
  return `${head.join(' ')}: ${reason}${where}`
}
