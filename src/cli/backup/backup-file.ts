import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { z } from 'zod'
import {
  OpeningStream,
  SealedStreamError,
  type SealedStreamFault,
  SealingStream,
} from '../../crypto/sealed-stream.ts'
import { UsageFailure } from '../failure.ts'

/** What must be the same before and after: names and figures, flat. */
export type Books = Readonly<Record<string, string | number>>

export interface BackupContent {
  readonly kind: 'host' | 'terminal'
  readonly release: string
  readonly madeAtMs: number
  readonly books: Books
}

/** A file to be kept: where it stands now, and its name in the folder. */
export interface BackupSource {
  readonly name: string
  readonly path: string
}

const FORMAT = 1
const PIECE_SIZE = 1024 * 1024
const MANIFEST_SIZE_MAX = 16 * 1024 * 1024
const MANIFEST = z.strictObject({
  format: z.number().int(),
  kind: z.enum(['host', 'terminal']),
  release: z.string(),
  madeAtMs: z.number().int().positive(),
  books: z.record(z.string(), z.union([z.string(), z.number()])),
  files: z.array(
    z.strictObject({
      name: z.string().regex(/^[\w][\w.-]*(?:\/[\w][\w.-]*)*$/),
      size: z.number().int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
})
export type Manifest = z.infer<typeof MANIFEST>

/**
 * Writes one sealed file: a manifest with the hash of each file and the books, then the files. It is there whole or not at
 * all, mode 0600.
 */
export function writeBackup(
  to: string,
  passphrase: string,
  content: BackupContent,
  sources: readonly BackupSource[],
): Manifest {
  if (existsSync(to)) throw new UsageFailure(`${to} is there already: give another --to, or move it away`)
  const files = sources.map(({ name, path }) => ({ name, size: statSync(path).size, sha256: hashOf(path) }))
  const manifest: Manifest = { format: FORMAT, ...content, files }
  const partial = `${to}.partial`
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  const target = openSync(partial, 'w', 0o600)
  try {
    const stream = new SealingStream(passphrase, (bytes) => writeAll(target, bytes))
    const text = new TextEncoder().encode(JSON.stringify(manifest))
    const size = Buffer.alloc(4)
    size.writeUInt32BE(text.length)
    stream.write(size)
    stream.write(text)
    for (const { path } of sources) forEachPiece(path, (piece) => stream.write(piece))
    stream.finish()
    fsyncSync(target)
  } catch (error) {
    closeSync(target)
    rmSync(partial, { force: true })
    throw error
  }
  closeSync(target)
  renameSync(partial, to)
  return manifest
}

/**
 * Unpacks a backup of `kind` into `folder`, which must be new. Every byte is proved before it is written, and each file's
 * hash after it.
 *
 * @throws {UsageFailure} with a sentence that says what to do; nothing but `folder` was touched.
 */
export function readBackup(
  from: string,
  passphrase: string,
  kind: BackupContent['kind'],
  folder: string,
): Manifest {
  const source = openOrFail(from)
  try {
    const stream = new OpeningStream(passphrase, (size) => readUpTo(source, size))
    const manifest = readManifest(stream, from, kind)
    mkdirSync(folder, { mode: 0o700 })
    for (const file of manifest.files) unpack(stream, file, folder)
    stream.finish()
    return manifest
  } catch (error) {
    throw error instanceof SealedStreamError ? new UsageFailure(`${from} ${FAULT_TEXTS[error.kind]}`) : error
  } finally {
    closeSync(source)
  }
}

const FAULT_TEXTS: { readonly [kind in SealedStreamFault]: string } = {
  notSealed: 'is no backup of Tillwire: give the file that `backup` wrote. 不是备份文件，未作任何更改',
  newer: 'was written by a newer release: restore it with that one. 由更新的版本写成，未作任何更改',
  wrongPassphrase:
    'was sealed with another passphrase: nothing was changed; give the right one. 口令不对，未作任何更改',
  damaged: 'is damaged: nothing was changed; take another copy of it. 备份已损坏，未作任何更改',
  truncated: 'ends too early: nothing was changed; copy it again as a whole. 备份不完整，未作任何更改',
}

function readManifest(stream: OpeningStream, from: string, kind: BackupContent['kind']): Manifest {
  const size = Buffer.from(stream.read(4)).readUInt32BE()
  if (size > MANIFEST_SIZE_MAX) throw new SealedStreamError('damaged')
  const value = JSON.parse(new TextDecoder().decode(stream.read(size))) as { readonly format?: unknown }
  if (typeof value.format === 'number' && value.format > FORMAT) throw new SealedStreamError('newer')
  const manifest = MANIFEST.safeParse(value)
  if (!manifest.success) throw new SealedStreamError('damaged')
  if (manifest.data.kind !== kind)
    throw new UsageFailure(
      `${from} is the backup of a ${manifest.data.kind}: use tillwire ${manifest.data.kind} restore`,
    )
  return manifest.data
}

function unpack(stream: OpeningStream, file: Manifest['files'][number], folder: string): void {
  const path = join(folder, normalize(file.name))
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const target = openSync(path, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    for (let left = file.size; left > 0; left -= Math.min(left, PIECE_SIZE)) {
      const piece = stream.read(Math.min(left, PIECE_SIZE))
      hash.update(piece)
      writeAll(target, piece)
    }
    if (hash.digest('hex') !== file.sha256) throw new SealedStreamError('damaged')
    fsyncSync(target)
  } finally {
    closeSync(target)
  }
}

function openOrFail(path: string): number {
  try {
    return openSync(path, 'r')
  } catch {
    throw new UsageFailure(`cannot read ${path}: give the file that backup wrote`)
  }
}

function readUpTo(source: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(size)
  let filled = 0
  while (filled < size) {
    const count = readSync(source, bytes, filled, size - filled, null)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}

function writeAll(target: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(target, bytes, written)
}

/** SHA-256 of a file in hexadecimal. */
export function hashOf(path: string): string {
  const hash = createHash('sha256')
  forEachPiece(path, (piece) => hash.update(piece))
  return hash.digest('hex')
}

function forEachPiece(path: string, use: (piece: Uint8Array) => void): void {
  const source = openSync(path, 'r')
  try {
    for (;;) {
      const piece = readUpTo(source, PIECE_SIZE)
      if (piece.length > 0) use(piece)
      if (piece.length < PIECE_SIZE) return
    }
  } finally {
    closeSync(source)
  }
}
