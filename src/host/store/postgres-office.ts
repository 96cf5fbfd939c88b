import { StoreError } from '../core/store-port.ts'
import { BEGIN, COMMIT, type Statement, type Step, step } from './postgres-session.ts'
import type { PostgresStore } from './postgres-store.ts'
import { rowReader, transposed } from './postgres-values.ts'

/** One page of the back office's file. */
export interface OfficePage {
  /** From 1. */
  readonly page: number
  readonly body: Uint8Array
}

/** Who has the back office. It lives while `beat` grows. */
export interface OfficeLease {
  /** Grows with each change of hands. */
  readonly epoch: number
  readonly beat: number
  /** Empty: nobody. */
  readonly holder: string
  /** Pages of the file; 0 before the first one. */
  readonly pageCount: number
}

/** A file that the back office has beside its database. */
export interface OfficeFile {
  /** Path within the folder. */
  readonly name: string
  /** SHA-256 of the content, hexadecimal. */
  readonly digest: string
}

const PAGES_A_STEP = 256

const LEASE: Statement = {
  name: 'officeLease',
  text: 'SELECT epoch, beat, holder, pageCount FROM officeLease WHERE one = 1',
}
const TAKE: Statement = {
  name: 'takeOffice',
  text: `UPDATE officeLease SET epoch = epoch + 1, beat = 0, holder = $3 WHERE one = 1 AND epoch = $1::bigint
    AND beat = $2::bigint RETURNING epoch`,
}
const RELEASE: Statement = {
  name: 'releaseOffice',
  text: "UPDATE officeLease SET holder = '' WHERE one = 1 AND epoch = $1::bigint",
}
const BEAT: Statement = {
  name: 'beatOffice',
  text: 'UPDATE officeLease SET beat = beat + 1 WHERE one = 1 AND epoch = $1::bigint RETURNING beat',
}
const COUNT: Statement = {
  name: 'countOfficePages',
  text: 'UPDATE officeLease SET pageCount = $1::bigint WHERE one = 1',
}
const FENCE: Statement = {
  name: 'fenceOffice',
  text: 'SELECT epoch FROM officeLease WHERE one = 1 AND epoch = $1::bigint FOR UPDATE',
}
const PAGES: Statement = {
  name: 'officePages',
  text: 'SELECT page, body FROM officePages WHERE page <= $1::bigint ORDER BY page',
}
const KEEP_PAGES: Statement = {
  name: 'keepOfficePages',
  text: `INSERT INTO officePages (page, body) SELECT * FROM unnest($1::bigint[], $2::bytea[])
    ON CONFLICT (page) DO UPDATE SET body = EXCLUDED.body`,
}
const FILES: Statement = { name: 'officeFiles', text: 'SELECT name, digest FROM officeFiles ORDER BY name' }
const FILE: Statement = { name: 'officeFile', text: 'SELECT body FROM officeFiles WHERE name = $1' }
const KEEP_FILE: Statement = {
  name: 'keepOfficeFile',
  text: `INSERT INTO officeFiles (name, digest, body) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
    ON CONFLICT (name) DO UPDATE SET digest = EXCLUDED.digest, body = EXCLUDED.body`,
}

const readLease = rowReader<OfficeLease>('officeLease', ['epoch', 'beat', 'holder', 'pageCount'])
const readPage = rowReader<OfficePage>('officePages', ['page', 'body'])
const readFile = rowReader<OfficeFile>('officeFiles', ['name', 'digest'])
const readBody = rowReader<{ readonly body: Uint8Array }>('officeFiles', ['body'])

/** Somebody else has the back office now: whoever had it ends. */
export function officeTaken(): StoreError {
  return new StoreError('another console has taken the back office over: this one ends')
}

/**
 * The back office's file in the shared database, page by page, and who may write it: one holder at a time. Whoever holds it
 * writes with a number of its own (`epoch`), which ends when another one takes it.
 */
export class OfficeCopy {
  readonly #store: PostgresStore
  #epoch: number | undefined

  constructor(store: PostgresStore) {
    this.#store = store
  }

  look(): Promise<OfficeLease> {
    return this.#store.together(async (session) => {
      const [rows = []] = await session.run([step(LEASE)])
      const [row] = rows
      if (row === undefined) throw new StoreError('the back office has no row: restore the database')
      return readLease(row)
    })
  }

  /** Takes it from whoever had it as `seen`; false when somebody was faster, or the holder lives. */
  take({ epoch, beat }: OfficeLease, holder: string): Promise<boolean> {
    return this.#store.together(async (session) => {
      const [rows = []] = await session.run([step(TAKE, epoch, beat, holder)])
      const [row] = rows
      if (row !== undefined) this.#epoch = Number(row[0])
      return row !== undefined
    })
  }

  /** Its pages from 1, as they are at this moment. */
  pages(): Promise<readonly OfficePage[]> {
    return this.#store.together(async (session) => {
      const [rows = []] = await session.run([step(LEASE)])
      const count = rows[0] === undefined ? 0 : readLease(rows[0]).pageCount
      const [pages = []] = await session.run([step(PAGES, count)], true)
      return pages.map(readPage)
    })
  }

  /** Keeps what was changed, and says that the holder lives. Rejects with `StoreError` when it holds nothing any more. */
  keep(pages: readonly OfficePage[], pageCount: number | undefined): Promise<void> {
    return this.#fenced([...pageSteps(pages), ...(pageCount === undefined ? [] : [step(COUNT, pageCount)])])
  }

  /** Files beside it, by name. */
  files(): Promise<readonly OfficeFile[]> {
    return this.#store.together(async (session) => {
      const [rows = []] = await session.run([step(FILES)])
      return rows.map(readFile)
    })
  }

  file(name: string): Promise<Uint8Array | undefined> {
    return this.#store.together(async (session) => {
      const [rows = []] = await session.run([step(FILE, name)], true)
      const [row] = rows
      return row === undefined ? undefined : readBody(row).body
    })
  }

  keepFile({ name, digest }: OfficeFile, body: Uint8Array): Promise<void> {
    return this.#fenced([step(KEEP_FILE, ...transposed(3, [[name, digest, body]]))])
  }

  /** The next one need not wait. */
  release(): Promise<void> {
    return this.#store.together(async (session) => {
      if (this.#epoch === undefined) return
      await session.run([step(RELEASE, this.#epoch)])
      this.#epoch = undefined
    })
  }

  /** What goes ahead in a transaction of the holder: a row when it still holds it. Nothing for who never held it. */
  fence(): readonly Step[] {
    return this.#epoch === undefined ? [] : [step(FENCE, this.#epoch)]
  }

  #fenced(steps: readonly Step[]): Promise<void> {
    return this.#store.together(async (session) => {
      const [, held] = await session.run([BEGIN, step(BEAT, this.#epoch ?? 0)])
      if (held?.length !== 1) throw officeTaken()
      await session.run([...steps, COMMIT])
    })
  }
}

function pageSteps(pages: readonly OfficePage[]): readonly Step[] {
  const steps: Step[] = []
  for (let at = 0; at < pages.length; at += PAGES_A_STEP) {
    const values = pages.slice(at, at + PAGES_A_STEP).map(({ page, body }) => [page, body] as const)
    steps.push(step(KEEP_PAGES, ...transposed(2, values)))
  }
  return steps
}

/** For the test that reads every statement. */
export const OFFICE_STATEMENTS: readonly Statement[] = [
  LEASE,
  TAKE,
  RELEASE,
  BEAT,
  COUNT,
  FENCE,
  PAGES,
  KEEP_PAGES,
  FILES,
  FILE,
  KEEP_FILE,
]
