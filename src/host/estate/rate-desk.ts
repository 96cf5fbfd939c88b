import type { RateTable } from '../../iso8583/subfields/rate-table.ts'
import { JOBS, withJob } from '../core/terminal-jobs.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { Estate } from './estate.ts'
import type { RateBook } from './rate-book.ts'

export interface RateDeskParts {
  readonly book: RateBook
  readonly audit: Pick<AuditLog, 'append'>
  readonly estate: Pick<Estate, 'changeTerminals'>
}

export interface SavedRates {
  readonly table: RateTable
  /** Terminals that are asked to load them. */
  readonly count: number
}

/**
 * Puts new rates in force and asks the terminals that have loaded rates before to load these. Whatever a crash leaves undone of
 * the asking, the next sign-in of a terminal does.
 *
 * @throws {EstateRefusal} as `RateBook.change`.
 */
export function saveRates(
  { book, audit, estate }: RateDeskParts,
  actor: string,
  version: number,
  content: unknown,
): SavedRates {
  const before = book.current()
  const table = book.change(version, content)
  audit.append({
    actor,
    action: 'rates.changed',
    subject: `version ${table.version}`,
    detail: { before: summaryOf(before), after: summaryOf(table) },
  })
  let count = 0
  estate.changeTerminals((row) => {
    if (row.status !== 'active' || row.setup?.sets.rates === undefined) return row
    count++
    return withJob(row, JOBS.rates)
  })
  return { table, count }
}

/** What a later reader of the log needs: each rate with its markup and time. */
function summaryOf({ version, rates }: RateTable) {
  return {
    version,
    rates: Object.fromEntries(
      rates.map(({ currency, rate, markupBasisPoints, validFrom, validUntil }) => [
        currency,
        [rate, markupBasisPoints, validFrom, validUntil],
      ]),
    ),
  }
}
