import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Source: SQLite, file format, section 4: the write-ahead log. */
const HEADER_SIZE = 32
const FRAME_HEADER_SIZE = 24
const PAGE_SIZE_AT = 8
const SALT_AT = 16
const SALT_SIZE = 8

/** What transactions changed since the last look. */
export interface WalChanges {
  /** By number from 1; of a page that changed twice, the last. */
  readonly pages: ReadonlyMap<number, Uint8Array>
  /** Pages of the file now. */
  readonly pageCount: number
}

/**
 * Reads which pages whole transactions of an SQLite file changed, from its write-ahead log. Nobody else may write the file, and
 * the log must only be emptied by `TRUNCATE`, followed by `restart`.
 */
export class WalTail {
  readonly #path: string
  /** Bytes that were read. */
  #offset = 0

  /** `path`: the database; its log lies beside it. */
  constructor(path: string) {
    this.#path = `${path}-wal`
  }

  /** The log is empty again. */
  restart(): void {
    this.#offset = 0
  }

  /** Bytes of the log that were read. */
  get size(): number {
    return this.#offset
  }

  /** Undefined when nothing was committed since. */
  read(): WalChanges | undefined {
    let file: number
    try {
      file = openSync(this.#path, 'r')
    } catch {
      return undefined
    }
    try {
      return this.#readFrom(file, fstatSync(file).size)
    } finally {
      closeSync(file)
    }
  }

  #readFrom(file: number, size: number): WalChanges | undefined {
    if (size < HEADER_SIZE || size <= this.#offset) return undefined
    const header = bytesAt(file, 0, HEADER_SIZE)
    const pageSize = header.readUInt32BE(PAGE_SIZE_AT)
    const salts = header.subarray(SALT_AT, SALT_AT + SALT_SIZE)
    const frameSize = FRAME_HEADER_SIZE + pageSize
    const pages = new Map<number, Uint8Array>()
    let open = new Map<number, Uint8Array>()
    let pageCount: number | undefined
    for (let at = Math.max(this.#offset, HEADER_SIZE); at + frameSize <= size; at += frameSize) {
      const frame = bytesAt(file, at, frameSize)
      // What stands behind the end is left over from an earlier turn of the log.
      if (!frame.subarray(SALT_SIZE, SALT_SIZE + SALT_SIZE).equals(salts)) break
      open.set(frame.readUInt32BE(0), new Uint8Array(frame.subarray(FRAME_HEADER_SIZE)))
      const count = frame.readUInt32BE(4)
      // Only the last frame of a transaction says how many pages there are.
      if (count === 0) continue
      for (const [page, body] of open) pages.set(page, body)
      open = new Map()
      pageCount = count
      this.#offset = at + frameSize
    }
    return pageCount === undefined ? undefined : { pages, pageCount }
  }
}

function bytesAt(file: number, at: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  readSync(file, bytes, 0, size, at)
  return bytes
}
