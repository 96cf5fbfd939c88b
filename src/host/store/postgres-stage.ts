import { invariant } from '../../base/invariant.ts'
import { NO_ROWS, type StoreRows } from '../core/store-port.ts'
import { CATALOGUE_HISTORY, readCatalogue } from './catalogue-rows.ts'
import { MemoryStore } from './memory-store.ts'
import { MemoryTables } from './memory-tables.ts'
import { LEASE, READS, STORED } from './postgres-reads.ts'
import { BEGIN_SERIALIZABLE, COMMIT, type PostgresSession, type Statement, step } from './postgres-session.ts'
import { columnName } from './postgres-values.ts'
import { writeSteps } from './postgres-writer.ts'
import {
  ACCOUNTS,
  MERCHANTS,
  readAccount,
  readIssuer,
  readTerminal,
  TERMINALS,
} from './sqlite-master-rows.ts'

/** More than one piece of work on master data uses; what is left over is a gap. */
const NUMBERS = 1000

function whole({
  table,
  columns,
}: {
  readonly table: string
  readonly columns: readonly string[]
}): Statement {
  return { name: `whole_${table}`, text: `SELECT ${columns.map(columnName).join(', ')} FROM ${table}` }
}

const MERCHANTS_WHOLE = whole(MERCHANTS)
const TERMINALS_WHOLE = whole(TERMINALS)
const ACCOUNTS_WHOLE = whole(ACCOUNTS)
const CATALOGUE_WHOLE = whole(CATALOGUE_HISTORY)

/** Keeps what is committed to it. */
class Stage extends MemoryStore {
  readonly commits: StoreRows[] = []

  override commit(rows: StoreRows): void {
    super.commit(rows)
    this.commits.push(rows)
  }
}

/**
 * Reads merchants, terminals, issuers, accounts and the catalogue, lets `work` use them as a store of this process, and writes what it
 * committed: one serialisable transaction. Rejects with what the server says when another one was in its way.
 */
export async function workStaged<T>(session: PostgresSession, work: (store: MemoryStore) => T): Promise<T> {
  const [leased] = await session.run([step(LEASE, NUMBERS)])
  const first = Number(leased?.[0]?.[0]) - NUMBERS
  const [, merchants = [], terminals = [], issuers = [], accounts = [], catalogue = []] = await session.run(
    [
      BEGIN_SERIALIZABLE,
      step(MERCHANTS_WHOLE),
      step(TERMINALS_WHOLE),
      step(READS.issuers.plain),
      step(ACCOUNTS_WHOLE),
      step(CATALOGUE_WHOLE),
    ],
    true,
  )
  const tables = new MemoryTables()
  tables.nextNumber = first
  for (const row of merchants.map(STORED.merchant)) tables.merchants.set(row.mid, row)
  for (const row of terminals.map((each) => readTerminal(STORED.terminal(each))))
    tables.terminals.set(row.tid, row)
  for (const row of issuers.map((each) => readIssuer(STORED.issuer(each)))) tables.issuers.set(row.id, row)
  for (const row of accounts.map((each) => readAccount(STORED.account(each))))
    tables.accounts.set(row.pan.lookup, row)
  const versions = catalogue.map((each) => readCatalogue(STORED.catalogue(each)))
  new MemoryStore(tables).commit({
    ...NO_ROWS,
    catalogue: versions.sort((left, right) => left.version - right.version),
  })
  const stage = new Stage(tables)
  const done = work(stage)
  invariant(tables.nextNumber <= first + NUMBERS, 'work on master data used more numbers than it has')
  await session.run([...stage.commits.flatMap(writeSteps), COMMIT])
  return done
}
