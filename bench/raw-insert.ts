import { performance } from 'node:perf_hooks'
import Database from 'better-sqlite3'

const ROW_SIZE = 400
const GROUP = 1024

/**
 * The bare store: rows of 400 bytes into a table without an index, 1 024 in a commit, write-ahead log and synchronous
 * FULL as the host's. Nothing that keeps rows in this store is faster.
 */
export class RawInsert {
  readonly #database: Database.Database
  readonly #group: () => void
  #next = 1

  constructor(path: string) {
    this.#database = new Database(path)
    this.#database.pragma('journal_mode = WAL')
    this.#database.pragma('synchronous = FULL')
    this.#database.exec('CREATE TABLE raw (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, body BLOB)')
    const insert = this.#database.prepare('INSERT INTO raw VALUES (?, ?, ?, ?)')
    const body = Buffer.alloc(ROW_SIZE - 24, 0x41)
    this.#group = this.#database.transaction(() => {
      for (let count = 0; count < GROUP; count++) {
        insert.run(this.#next, this.#next * 3, this.#next * 7, body)
        this.#next++
      }
    })
  }

  /** Rows a second, of at least `count` rows; the table is emptied first, and its log with it. */
  rate(count: number): number {
    this.#database.exec('DELETE FROM raw')
    this.#database.pragma('wal_checkpoint(TRUNCATE)')
    const first = this.#next
    const started = performance.now()
    while (this.#next - first < count) this.#group()
    return ((this.#next - first) * 1000) / (performance.now() - started)
  }

  close(): void {
    this.#database.close()
  }
}
