import { existsSync, readFileSync, rmSync } from 'node:fs'
import { writePrivateFile } from '../security-module/private-file.ts'
import type { OfficeDatabase } from './office-database.ts'
import { WalTail } from './wal-tail.ts'

/** Pages of the back office's file somewhere else, where they outlive this computer. */
export interface PageKeeper {
  pages(): readonly { readonly page: number; readonly body: Uint8Array }[]
  /** Durable when it returns. Throws when this process holds the back office no more. */
  keep(
    pages: readonly { readonly page: number; readonly body: Uint8Array }[],
    pageCount: number | undefined,
  ): void
}

/** Beyond this the log is copied into the file. */
const LOG_SIZE_MAX = 4 * 1024 * 1024

/**
 * The back office's file as a copy of pages that are kept elsewhere: fetched when it is opened, and every change is kept there
 * before anybody hears of it. The file here is of no use afterwards.
 */
export class KeptOfficeFile {
  readonly #path: string
  readonly #keeper: PageKeeper
  readonly #tail: WalTail
  #database: OfficeDatabase | undefined
  #isNew = false
  /** Changed here, and not kept yet. */
  readonly #pending = new Map<number, Uint8Array>()
  #pendingCount: number | undefined

  constructor(path: string, keeper: PageKeeper) {
    this.#path = path
    this.#keeper = keeper
    this.#tail = new WalTail(path)
  }

  /** Puts the pages as they are kept in the file's place: before the database is opened. */
  fetch(): void {
    this.remove()
    const pages = this.#keeper.pages()
    this.#isNew = pages.length === 0
    if (!this.#isNew) writePrivateFile(this.#path, Buffer.concat(pages.map(({ body }) => body)))
  }

  /** From here on `keep` keeps what `database` changes. */
  follow(database: OfficeDatabase): void {
    this.#database = database
    database.db.pragma('wal_autocheckpoint = 0')
    if (this.#isNew) this.#keepWhole(database)
    else this.keep()
  }

  /** Keeps what was changed since the last time. */
  keep(): void {
    const changes = this.#tail.read()
    for (const [page, body] of changes?.pages ?? []) this.#pending.set(page, body)
    this.#pendingCount = changes?.pageCount ?? this.#pendingCount
    this.#keeper.keep(
      [...this.#pending].map(([page, body]) => ({ page, body })),
      this.#pendingCount,
    )
    this.#pending.clear()
    this.#pendingCount = undefined
    const database = this.#database
    if (database === undefined || database.db.inTransaction || this.#tail.size < LOG_SIZE_MAX) return
    this.#emptyLog(database)
  }

  /** Takes the file away: whoever comes next fetches it. */
  remove(): void {
    for (const suffix of ['', '-wal', '-shm', '-journal']) {
      if (existsSync(this.#path + suffix)) rmSync(this.#path + suffix)
    }
  }

  #keepWhole(database: OfficeDatabase): void {
    this.#emptyLog(database)
    const size = Number(database.db.pragma('page_size', { simple: true }))
    const bytes = readFileSync(this.#path)
    const pages = Array.from({ length: bytes.length / size }, (_, index) => ({
      page: index + 1,
      body: new Uint8Array(bytes.subarray(index * size, (index + 1) * size)),
    }))
    this.#keeper.keep(pages, pages.length)
  }

  #emptyLog({ db }: OfficeDatabase): void {
    db.pragma('wal_checkpoint(TRUNCATE)')
    this.#tail.restart()
  }
}
