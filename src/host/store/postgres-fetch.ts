import { type BatchKey, batchKey, type LookupKeys, type Snapshot } from '../core/store-port.ts'
import { readCatalogue } from './catalogue-rows.ts'
import { READS, type Read, STORED } from './postgres-reads.ts'
import { type PostgresSession, type Step, step } from './postgres-session.ts'
import { arrayOf, type Fields, transposed } from './postgres-values.ts'
import { readBatch, readHold, readTransaction, readUpload } from './sqlite-books-rows.ts'
import { readAccount, readTerminal } from './sqlite-master-rows.ts'

interface Asked {
  readonly step: Step
  readonly take: (rows: readonly Fields[]) => void
}

/** What the rows that came refer to and is not here yet. */
interface Wanted {
  readonly ids: Set<number>
  readonly holds: Set<number>
  readonly accounts: Set<string>
}

function nothing(): Wanted {
  return { ids: new Set(), holds: new Set(), accounts: new Set() }
}

/**
 * Reads the rows of a batch: all keys of a kind in one statement, all statements in one round trip, and one more where
 * transactions refer to others. Locking, the rows that a decision rests on stay locked until the transaction ends:
 * terminals, transactions, holds, accounts, each by key, so that two batches seldom wait for each other in a circle.
 */
export class PostgresFetch {
  readonly #session: PostgresSession
  readonly #isLocking: boolean
  readonly #into: Snapshot
  #wanted: Wanted = nothing()

  constructor(session: PostgresSession, into: Snapshot, isLocking: boolean) {
    this.#session = session
    this.#into = into
    this.#isLocking = isLocking
  }

  /** `first`: steps that go ahead in the same round trip. */
  async fill(keys: LookupKeys, first: readonly Step[] = []): Promise<void> {
    await this.#ask(this.#named(keys), first)
    for (;;) {
      const wanted = this.#wanted
      this.#wanted = nothing()
      const asked = this.#following(wanted)
      if (asked.length === 0) return
      await this.#ask(asked, [])
    }
  }

  async #ask(asked: readonly Asked[], first: readonly Step[]): Promise<void> {
    if (asked.length + first.length === 0) return
    const results = await this.#session.run([...first, ...asked.map((each) => each.step)])
    for (const [index, { take }] of asked.entries()) take(results[first.length + index] ?? [])
  }

  #named(keys: LookupKeys): readonly Asked[] {
    const ids = new Set(keys.transactionIds)
    return [
      ...this.#terminals(keys.terminals),
      ...this.#byKey(keys),
      ...this.#byId(ids),
      ...this.#holdsOfAccounts(keys.holdsOfAccounts),
      ...this.#accounts(new Set(keys.accounts)),
      ...this.#batches(keys.batches),
      ...keys.wholeBatches.flatMap((key) => this.#wholeBatch(key)),
      ...this.#catalogue(keys.catalogue),
    ]
  }

  #following({ ids, holds, accounts }: Wanted): readonly Asked[] {
    return [...this.#byId(ids), ...this.#holds(holds), ...this.#accounts(accounts)]
  }

  #step(read: Read, ...values: readonly (string | number)[]): Step {
    return step(this.#isLocking ? read.locking : read.plain, ...values)
  }

  #terminals(tids: readonly string[]): readonly Asked[] {
    const { terminals, merchants } = this.#into
    const missing = [...new Set(tids)].filter((tid) => !terminals.has(tid))
    if (missing.length === 0) return []
    const keys = arrayOf(missing)
    return [
      {
        step: this.#step(READS.terminals, keys),
        take: (rows) => {
          for (const row of rows.map((fields) => readTerminal(STORED.terminal(fields))))
            terminals.set(row.tid, row)
        },
      },
      {
        step: step(READS.merchants.plain, keys),
        take: (rows) => {
          for (const row of rows.map(STORED.merchant))
            if (!merchants.has(row.mid)) merchants.set(row.mid, row)
        },
      },
    ]
  }

  #byKey({ transactions }: LookupKeys): readonly Asked[] {
    if (transactions.length === 0) return []
    const rows = new Map(
      transactions.map(({ tid, batchNumber, stan }) => [
        `${tid}/${batchNumber}/${stan}`,
        [tid, batchNumber, stan] as const,
      ]),
    )
    const step = this.#step(READS.byKey, ...transposed(3, [...rows.values()]))
    return [{ step, take: (rows) => this.#takeTransactions(rows) }]
  }

  #byId(wanted: ReadonlySet<number>): readonly Asked[] {
    const ids = [...wanted].filter((id) => !this.#into.transactions.has(id))
    if (ids.length === 0) return []
    return [{ step: this.#step(READS.byId, arrayOf(ids)), take: (rows) => this.#takeTransactions(rows) }]
  }

  #takeTransactions(rows: readonly Fields[]): void {
    const { transactions, holds, accounts } = this.#into
    for (const fields of rows) {
      const row = readTransaction(STORED.transaction(fields))
      if (transactions.has(row.id)) continue
      this.#into.addTransaction(row)
      if (!holds.has(row.id)) this.#wanted.holds.add(row.id)
      if (row.panLookup !== '' && !accounts.has(row.panLookup)) this.#wanted.accounts.add(row.panLookup)
      if (row.originalId !== undefined) this.#wanted.ids.add(row.originalId)
    }
  }

  #holdsOfAccounts(lookups: readonly string[]): readonly Asked[] {
    if (lookups.length === 0) return []
    return [
      {
        step: this.#step(READS.holdsOfAccounts, arrayOf([...new Set(lookups)])),
        take: (rows) => {
          this.#takeHolds(rows)
          for (const fields of rows) this.#wanted.ids.add(Number(fields[0]))
        },
      },
    ]
  }

  #holds(wanted: ReadonlySet<number>): readonly Asked[] {
    const ids = [...wanted].filter((id) => !this.#into.holds.has(id))
    if (ids.length === 0) return []
    return [{ step: this.#step(READS.holds, arrayOf(ids)), take: (rows) => this.#takeHolds(rows) }]
  }

  #takeHolds(rows: readonly Fields[]): void {
    const { holds } = this.#into
    for (const row of rows.map((fields) => readHold(STORED.hold(fields)))) {
      if (!holds.has(row.id)) holds.set(row.id, row)
    }
  }

  #accounts(wanted: ReadonlySet<string>): readonly Asked[] {
    const { accounts } = this.#into
    const lookups = [...wanted].filter((lookup) => !accounts.has(lookup))
    if (lookups.length === 0) return []
    const take = (rows: readonly Fields[]): void => {
      for (const row of rows.map((fields) => readAccount(STORED.account(fields)))) {
        if (!accounts.has(row.pan.lookup)) accounts.set(row.pan.lookup, row)
      }
    }
    return [{ step: this.#step(READS.accounts, arrayOf(lookups)), take }]
  }

  #batches(keys: readonly BatchKey[]): readonly Asked[] {
    const { batches } = this.#into
    const missing = new Map(
      keys.map(({ tid, batchNumber }) => [batchKey(tid, batchNumber), [tid, batchNumber] as const]),
    )
    if (missing.size === 0) return []
    const take = (rows: readonly Fields[]): void => {
      for (const row of rows.map((fields) => readBatch(STORED.batch(fields)))) {
        const key = batchKey(row.tid, row.batchNumber)
        if (!batches.has(key)) batches.set(key, row)
      }
    }
    // The lock of the terminal stands for its batches.
    return [{ step: step(READS.batches.plain, ...transposed(2, [...missing.values()])), take }]
  }

  #catalogue(wanted: readonly string[]): readonly Asked[] {
    if (wanted.length === 0) return []
    const scopes = [...new Set(wanted)]
    const take = (rows: readonly Fields[]): void => {
      const found = rows.map((fields) => readCatalogue(STORED.catalogue(fields)))
      for (const scope of scopes)
        this.#into.catalogue.set(
          scope,
          found.filter((row) => row.scope === scope),
        )
    }
    return [{ step: step(READS.catalogue.plain, arrayOf(scopes)), take }]
  }

  #wholeBatch(key: BatchKey): readonly Asked[] {
    const { tid, batchNumber } = key
    const { transactions, uploads } = this.#into
    const name = batchKey(tid, batchNumber)
    return [
      ...this.#batches([key]),
      {
        step: step(READS.ofBatch.plain, tid, batchNumber),
        take: (rows) => {
          for (const row of rows.map((fields) => readTransaction(STORED.transaction(fields)))) {
            if (!transactions.has(row.id)) this.#into.addTransaction(row)
          }
        },
      },
      {
        step: step(READS.uploads.plain, tid, batchNumber),
        take: (rows) => {
          if (!uploads.has(name))
            uploads.set(
              name,
              rows.map((fields) => readUpload(STORED.upload(fields))),
            )
        },
      },
    ]
  }
}
