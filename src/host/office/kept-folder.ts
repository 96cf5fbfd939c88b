import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writePrivateFile } from '../security-module/private-file.ts'

/** A file by its path within the folder and SHA-256 of its content, hexadecimal. */
interface NamedFile {
  readonly name: string
  readonly digest: string
}

/** Files somewhere else, where they outlive this computer. */
export interface FileKeeper {
  files(): readonly NamedFile[]
  file(name: string): Uint8Array | undefined
  /** Durable when it returns. Throws when this process holds the back office no more. */
  keepFile(file: NamedFile, body: Uint8Array): void
}

/** What the back office has beside its database: sealed keys, limits, rates, the running roll-out, packages. */
const NAMES: readonly string[] = [
  'key-distribution.json',
  'acceptance-key.json',
  'merchant-tiers.json',
  'rates.json',
  'software-plan.json',
]
const PACKAGES = 'packages'

/**
 * The back office's files as copies of those that are kept elsewhere. Those that are kept decide; what only this folder has is
 * kept from now on.
 */
export class KeptFolder {
  readonly #directory: string
  readonly #keeper: FileKeeper
  /** Digests of what is kept. */
  readonly #kept = new Map<string, string>()
  /** Time and size of each file when it was looked at last: most looks find nothing new. */
  readonly #looked = new Map<string, string>()

  constructor(directory: string, keeper: FileKeeper) {
    this.#directory = directory
    this.#keeper = keeper
  }

  /** Puts what is kept in its place: before anything reads it. */
  fetch(): void {
    for (const { name, digest } of this.#keeper.files()) {
      this.#kept.set(name, digest)
      const path = join(this.#directory, name)
      if (existsSync(path) && digestOf(readFileSync(path)) === digest) continue
      const body = this.#keeper.file(name)
      if (body === undefined) continue
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writePrivateFile(path, body)
    }
    this.keep()
  }

  /** Keeps what was changed since the last time. */
  keep(): void {
    for (const name of [...NAMES, ...this.#packages()]) {
      const path = join(this.#directory, name)
      const stat = statSync(path, { throwIfNoEntry: false })
      const look = `${stat?.mtimeMs} ${stat?.size} ${stat?.ino}`
      if (stat === undefined || this.#looked.get(name) === look) continue
      const body = new Uint8Array(readFileSync(path))
      const digest = digestOf(body)
      if (this.#kept.get(name) !== digest) this.#keeper.keepFile({ name, digest }, body)
      this.#kept.set(name, digest)
      this.#looked.set(name, look)
    }
  }

  #packages(): readonly string[] {
    const folder = join(this.#directory, PACKAGES)
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((name) => name.endsWith('.twpk'))
      .map((name) => `${PACKAGES}/${name}`)
  }
}

function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex')
}
