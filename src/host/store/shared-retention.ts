import { invariant } from '../../base/invariant.ts'
import type { RetainedRecords } from '../core/retention-port.ts'
import type { HostStore } from '../core/store-port.ts'
import type { Synced } from './desk-calls.ts'
import type { BatchPlace, PostgresRetention, RetentionChoice } from './postgres-retention.ts'
import type { RecordsPort } from './records-port.ts'

const FIRST: BatchPlace = { tid: '', batchNumber: 0 }

/** The records of a shared database for retention, each call of which returns when it is done. `retention`: of a desk. */
export function sharedRetention(
  retention: Synced<PostgresRetention>,
  records: Pick<RecordsPort, 'transaction'>,
  store: Pick<HostStore, 'leaseNumbers'>,
): RetainedRecords {
  let choice: RetentionChoice | undefined
  const chosen = (): RetentionChoice => {
    invariant(choice !== undefined, 'nothing was chosen')
    return choice
  }
  return {
    retention: {
      choose(ask) {
        choice = retention.choose(ask)
        return choice.counts
      },
      days: () => chosen().days,
      forEach(use) {
        const { ask, runs } = chosen()
        let place: BatchPlace | undefined = FIRST
        while (place !== undefined) place = each(retention.batchRows(runs, place), use)
        let after: number | undefined = 0
        while (after !== undefined) after = each(retention.explains(ask.explainsBeforeMs, after), use)
      },
      remove: (archive, carryId) => retention.remove(chosen(), archive, carryId),
      archives: () => retention.archives(),
      space: () => undefined,
    },
    signatures: {
      *before(atMs, stay) {
        for (let after = -1; ; ) {
          const rows = retention.signatures(atMs, after)
          const last = rows.at(-1)
          if (last === undefined) return
          for (const row of rows) if (!stay(row.transactionId)) yield row
          after = last.transactionId
        }
      },
      remove: (ids) => retention.removeSignatures(ids),
    },
    checkBooks: () => retention.checkBooks(),
    transaction: (id) => records.transaction(id),
    leaseNumbers: (count) => store.leaseNumbers(count),
    // What a host answered is committed before.
    settle: () => {},
  }
}

type Use = (table: string, row: Readonly<Record<string, unknown>>) => void

function each<Place>(
  piece:
    | {
        readonly rows: readonly (readonly [string, readonly Readonly<Record<string, unknown>>[]])[]
        readonly after: Place
      }
    | undefined,
  use: Use,
): Place | undefined {
  for (const [table, rows] of piece?.rows ?? []) for (const row of rows) use(table, row)
  return piece?.after
}
