import type { MerchantRow } from '../core/records.ts'
import type { Alarm } from './alarm-book.ts'
import type { EstateCare } from './estate-care.ts'
import type { Figures } from './live-figures.ts'
import type { TerminalStatus } from './maintenance-plan.ts'

/** A terminal, or a merchant's terminals together, as whoever watches the estate sees it. */
export interface WatchedRow {
  readonly subject: string
  readonly mid: string
  readonly merchantName: string
  readonly figures: Figures
  readonly status: TerminalStatus | undefined
  readonly alarms: readonly Alarm[]
}

export interface WatchAsk {
  readonly by: 'terminal' | 'merchant'
  /** Part of a number or of a merchant's name. */
  readonly find: string
  readonly limit: number
}

const ALARMS_MAX = 100_000

/** Those with alarms first, then the lowest success rate, then the most requests; how many there are in all. */
export function watchList(
  care: EstateCare,
  merchants: readonly MerchantRow[],
  { by, find, limit }: WatchAsk,
  nowMs: number,
): { readonly rows: readonly WatchedRow[]; readonly total: number } {
  const names = new Map(merchants.map(({ mid, name }) => [mid, name]))
  const alarms = grouped(care.alarms.list({ state: 'up', limit: ALARMS_MAX }), ({ subject }) => subject)
  const terminals = [...care.terminals().values()]
  const groups =
    by === 'terminal'
      ? terminals.map(({ tid, mid }) => ({ subject: tid, mid, tids: [tid] }))
      : [...grouped(terminals, ({ mid }) => mid)].map(([mid, rows]) => ({
          subject: mid,
          mid,
          tids: rows.map(({ tid }) => tid),
        }))
  const wanted = find.toLowerCase()
  const found = groups
    .map((group) => ({ ...group, merchantName: names.get(group.mid) ?? '' }))
    .filter(({ subject, mid, merchantName }) =>
      [subject, mid, merchantName].some((text) => text.toLowerCase().includes(wanted)),
    )
    .map((group) => ({
      ...group,
      figures: care.figures.sum(group.tids, nowMs),
      alarms: alarms.get(group.subject) ?? [],
    }))
    .sort(
      (left, right) =>
        right.alarms.length - left.alarms.length ||
        (left.figures.successRate ?? 1) - (right.figures.successRate ?? 1) ||
        right.figures.decided - left.figures.decided,
    )
  const rows = found.slice(0, limit).map(({ tids: _, ...row }) => ({
    ...row,
    status: by === 'terminal' ? care.plan.status(row.subject) : undefined,
  }))
  return { rows, total: found.length }
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group === undefined) groups.set(keyOf(row), [row])
    else group.push(row)
  }
  return groups
}
