import { type Statement, step } from './postgres-session.ts'
import type { PostgresStore } from './postgres-store.ts'
import { rowReader, transposed } from './postgres-values.ts'

/** What a host says of itself to whoever watches: of no use for the books. */
export interface NewsRow {
  readonly id: number
  readonly kind: NewsKind
  readonly atMs: number
  /** Compressed JSON. */
  readonly body: Uint8Array
}

/** `answers`: what was answered within a second; `exchange`: one request and its reply, masked. */
export type NewsKind = 'answers' | 'exchange'

export type NewNews = Omit<NewsRow, 'id'>

/** Rows that are read at a time. */
const READ_MAX = 500
/** Two hosts write at the same moment: the higher number may be seen first, by so many at most. */
const OVERLAP = 200

const ADD: Statement = {
  name: 'addNews',
  text: `INSERT INTO hostNews (kind, atMs, body) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[])`,
}
const AFTER: Statement = {
  name: 'newsAfter',
  text: 'SELECT id, kind, atMs, body FROM hostNews WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint',
}
const PRUNE: Statement = {
  name: 'pruneNews',
  text: `DELETE FROM hostNews WHERE (kind = $1 AND id <= (SELECT max(n.id) FROM hostNews n) - $2::bigint)
    OR atMs < $3::bigint`,
}

const readNews = rowReader<NewsRow>('hostNews', ['id', 'kind', 'atMs', 'body'])

/** News of hosts in the shared database: written once a second, read by the console, and soon gone. */
export class PostgresNews {
  readonly #store: PostgresStore
  readonly #seen = new Set<number>()
  #last = 0

  constructor(store: PostgresStore) {
    this.#store = store
  }

  add(rows: readonly NewNews[]): Promise<void> {
    const values = rows.map(({ kind, atMs, body }) => [kind, atMs, body])
    return this.#store.together(async (session) => {
      await session.run([step(ADD, ...transposed(3, values))])
    })
  }

  /** What came since the last call, each row once. */
  take(): Promise<readonly NewsRow[]> {
    return this.#store.together(async (session) => {
      const [rows = []] = await session.run([step(AFTER, this.#last - OVERLAP, READ_MAX)])
      const fresh = rows.map(readNews).filter(({ id }) => !this.#seen.has(id))
      for (const { id } of fresh) {
        this.#seen.add(id)
        this.#last = Math.max(this.#last, id)
      }
      for (const id of this.#seen) if (id <= this.#last - OVERLAP) this.#seen.delete(id)
      return fresh
    })
  }

  /** Drops what is older than `beforeMs`, and all exchanges but those of the last `exchangesMax` rows. */
  prune(beforeMs: number, exchangesMax: number): Promise<void> {
    return this.#store.together(async (session) => {
      await session.run([step(PRUNE, 'exchange', exchangesMax, beforeMs)])
    })
  }
}

/** For the test that reads every statement. */
export const NEWS_STATEMENTS: readonly Statement[] = [ADD, AFTER, PRUNE]
