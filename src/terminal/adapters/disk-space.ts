import { statfs } from 'node:fs'
import type { StorageSpace } from '../runtime/terminal-world.ts'

/** Free bytes, for this user, of the file system that holds `directory`. */
export class DiskSpace implements StorageSpace {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** A disk that can't be asked counts as full: the flows then refuse to start a transaction. */
  freeBytes(done: (freeBytes: number) => void): void {
    statfs(this.#directory, (error, space) => done(error === null ? space.bavail * space.bsize : 0))
  }
}
