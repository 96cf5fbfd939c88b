import { statfs } from 'node:fs'
import type { StorageSpace } from '../runtime/terminal-world.ts'

/** Free bytes, for this user, of the file system that holds `directory`, or what its journal may still take if that is less. */
export class DiskSpace implements StorageSpace {
  readonly #directory: string

  readonly #roomBytes: () => number

  constructor(directory: string, roomBytes: () => number = () => Number.POSITIVE_INFINITY) {
    this.#directory = directory
    this.#roomBytes = roomBytes
  }

  /** A disk that can't be asked counts as full: the flows then refuse to start a transaction. */
  freeBytes(done: (freeBytes: number) => void): void {
    statfs(this.#directory, (error, space) =>
      done(error === null ? Math.min(space.bavail * space.bsize, this.#roomBytes()) : 0),
    )
  }
}
