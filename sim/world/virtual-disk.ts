import { concatBytes } from '../../src/base/bytes.ts'

/** What becomes of bytes that were written and not synchronised when the power goes. */
export type UnsyncedFate =
  | { readonly kind: 'lost' }
  /** They had reached the disk by themselves. */
  | { readonly kind: 'kept' }
  /** So many of a thousand of them are there: the last record is torn. */
  | { readonly kind: 'torn'; readonly keptPerMille: number }

/** The disk has no room for more. */
export class DiskFull extends Error {
  override readonly name = 'DiskFull'
}

/** A file that only grows. What was not synchronised is at the mercy of a power cut. */
export class VirtualFile {
  #synced: Uint8Array[] = []
  #unsynced: Uint8Array[] = []
  #isFull = false
  #size = 0
  #syncedSize = 0
  #written: ((bytes: Uint8Array) => void) | undefined

  /** Bytes that were written. */
  get size(): number {
    return this.#size
  }

  /** Calls `listener` with all that is written, whatever becomes of it. One at most. */
  onWritten(listener: (bytes: Uint8Array) => void): void {
    this.#written = listener
  }

  set isFull(isFull: boolean) {
    this.#isFull = isFull
  }

  get isFull(): boolean {
    return this.#isFull
  }

  /** Keeps `bytes`, which the caller leaves unchanged. @throws {DiskFull} when nothing was written. */
  append(bytes: Uint8Array): void {
    if (this.#isFull) throw new DiskFull('no room on the disk')
    this.#unsynced.push(bytes)
    this.#size += bytes.length
    this.#written?.(bytes)
  }

  sync(): void {
    for (const bytes of this.#unsynced) this.#keep(bytes)
    this.#unsynced = []
  }

  /** The power goes. */
  cutPower(fate: UnsyncedFate): void {
    const pending = concatBytes(this.#unsynced)
    this.#unsynced = []
    const kept =
      fate.kind === 'kept'
        ? pending.length
        : fate.kind === 'torn'
          ? Math.floor((pending.length * fate.keptPerMille) / 1000)
          : 0
    this.#size -= pending.length - kept
    if (kept > 0) this.#keep(pending.slice(0, kept))
  }

  /** Takes away what stands after `size`, as the owner of the file does with a torn record. */
  truncate(size: number): void {
    const whole = concatBytes(this.#synced)
    this.#synced = [whole.slice(0, size)]
    this.#unsynced = []
    this.#size = size
    this.#syncedSize = size
  }

  /** What would be read after a power cut that loses all that it can, from the byte `start` on. */
  readSynced(start = 0): Uint8Array {
    const parts: Uint8Array[] = []
    let end = this.#syncedSize
    for (let index = this.#synced.length - 1; index >= 0 && end > start; index--) {
      const part = this.#synced[index] as Uint8Array
      end -= part.length
      parts.push(end < start ? part.subarray(start - end) : part)
    }
    return concatBytes(parts.reverse())
  }

  #keep(bytes: Uint8Array): void {
    this.#synced.push(bytes)
    this.#syncedSize += bytes.length
  }
}
