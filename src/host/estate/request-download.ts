import type { REQUESTABLE } from '../core/download-sets.ts'
import type { TerminalRow } from '../core/records.ts'
import { JOBS, withJob } from '../core/terminal-jobs.ts'
import type { Estate } from './estate.ts'

export type Requestable = (typeof REQUESTABLE)[number]

/** Which terminals are meant. */
export type Audience =
  | { readonly kind: 'all' }
  | { readonly kind: 'merchant'; readonly mid: string }
  | { readonly kind: 'terminal'; readonly tid: string }

/**
 * Asks terminals to load a set after their current transaction; asking twice is asking once. Returns how many were not
 * asked before.
 */
export function requestDownload(
  estate: Pick<Estate, 'changeTerminals'>,
  set: Requestable,
  audience: Audience,
): number {
  return estate.changeTerminals((row) => (isMeant(row, audience) ? withJob(row, JOBS[set]) : row))
}

function isMeant(row: TerminalRow, audience: Audience): boolean {
  if (audience.kind === 'terminal') return row.tid === audience.tid
  if (row.status !== 'active' || !row.profile.signInRequired) return false
  return audience.kind === 'all' || row.mid === audience.mid
}
