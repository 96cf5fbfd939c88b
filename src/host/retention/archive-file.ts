import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'

/** Keeps data from being read or changed by whoever has the file alone. */
export interface ArchiveSealer {
  sealData(data: Uint8Array): Uint8Array
  /** @throws an error when the data were changed, or sealed by another. */
  unsealData(sealed: Uint8Array): Uint8Array
}

export interface ArchiveRow {
  readonly table: string
  readonly row: Readonly<Record<string, unknown>>
}

/** An archive is not what was written; one sentence. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}

const MAGIC = Buffer.from('TWRA1\n')
/** Text that one sealed piece holds, about. */
const PIECE_SIZE = 1024 * 1024
const LENGTH_SIZE = 4

/**
 * Writes rows as lines of JSON in sealed pieces; there whole or not at all, mode 0600. Each piece says its place and whether
 * it is the last. Returns the SHA-256 of the file and the rows by table.
 */
export function writeArchive(
  path: string,
  sealer: ArchiveSealer,
  number: number,
  rows: (use: (table: string, row: ArchiveRow['row']) => void) => void,
): { readonly sha256: string; readonly counts: Readonly<Record<string, number>> } {
  const partial = `${path}.partial`
  rmSync(partial, { force: true })
  const file = openSync(partial, 'wx', 0o600)
  const hash = createHash('sha256')
  const counts: Record<string, number> = {}
  let lines: string[] = []
  let size = 0
  let piece = 0
  const put = (bytes: Uint8Array): void => {
    hash.update(bytes)
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
  }
  const flush = (isLast: boolean): void => {
    const head = JSON.stringify({ number, piece: piece++, isLast })
    const sealed = sealer.sealData(gzipSync(Buffer.from([head, ...lines].join('\n'))))
    const length = Buffer.alloc(LENGTH_SIZE)
    length.writeUInt32BE(sealed.length)
    put(length)
    put(sealed)
    lines = []
    size = 0
  }
  try {
    put(MAGIC)
    rows((table, row) => {
      const line = JSON.stringify({ table, row }, bytesAsText)
      lines.push(line)
      size += line.length
      counts[table] = (counts[table] ?? 0) + 1
      if (size >= PIECE_SIZE) flush(false)
    })
    flush(true)
    fsyncSync(file)
  } catch (error) {
    closeSync(file)
    rmSync(partial, { force: true })
    throw error
  }
  closeSync(file)
  renameSync(partial, path)
  return { sha256: hash.digest('hex'), counts }
}

/**
 * Hands each row of an archive to `use`, once its piece is proved.
 *
 * @throws {ArchiveError} when the file is not the one of this number, was changed, or ends too early.
 */
export function readArchive(
  path: string,
  sealer: ArchiveSealer,
  number: number,
  use: (row: ArchiveRow) => void,
): void {
  const bytes = bytesOf(path)
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new ArchiveError(`${path} is no archive of Tillwire`)
  let at = MAGIC.length
  for (let piece = 0, isLast = false; !isLast; piece++) {
    if (at + LENGTH_SIZE > bytes.length) throw new ArchiveError(`${path} ends too early`)
    const end = at + LENGTH_SIZE + bytes.readUInt32BE(at)
    if (end > bytes.length) throw new ArchiveError(`${path} ends too early`)
    const [head = '', ...lines] = opened(path, sealer, bytes.subarray(at + LENGTH_SIZE, end))
    const said = JSON.parse(head) as { number: number; piece: number; isLast: boolean }
    if (said.number !== number || said.piece !== piece)
      throw new ArchiveError(`${path} was put together of others: take the right file from your backup`)
    for (const line of lines) use(JSON.parse(line) as ArchiveRow)
    isLast = said.isLast
    at = end
  }
  if (at !== bytes.length) throw new ArchiveError(`${path} has something behind its end`)
}

/** SHA-256 of a file in hexadecimal. @throws {ArchiveError} when it can't be read. */
export function archiveHash(path: string): string {
  return createHash('sha256').update(bytesOf(path)).digest('hex')
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    throw new ArchiveError(`${path} is not there: put it back from your backup`)
  }
}

function opened(path: string, sealer: ArchiveSealer, sealed: Uint8Array): string[] {
  try {
    return gunzipSync(sealer.unsealData(sealed)).toString('utf8').split('\n')
  } catch {
    throw new ArchiveError(`${path} was changed, or belongs to a host with another local master key`)
  }
}

/** A Buffer has made itself an object of its bytes by the time it is asked. */
function bytesAsText(_key: string, value: unknown): unknown {
  const isBytes =
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Buffer' &&
    'data' in value
  return isBytes ? Buffer.from(value.data as number[]).toString('base64') : value
}
