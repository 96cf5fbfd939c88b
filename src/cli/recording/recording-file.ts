import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import { UsageFailure } from '../failure.ts'

/** Writes all of `bytes` or throws, as `writeSync` does. */
type Write = (descriptor: number, bytes: Uint8Array) => number

/**
 * An append-only file of lines. Each line is one write, so that the file is readable up to its last whole line however
 * the process ends. When a line can't be written the recording ends, and nothing else does.
 */
export class RecordingFile {
  readonly #path: string
  readonly #warn: (text: string) => void
  readonly #write: Write
  #descriptor: number | undefined
  #size = 0
  #lines = 0

  /** Makes the file, for its owner alone. @throws {UsageFailure} when it is there already or can't be made. */
  constructor(path: string, warn: (text: string) => void, write: Write = writeSync) {
    this.#path = path
    this.#warn = warn
    this.#write = write
    try {
      this.#descriptor = openSync(path, 'ax', 0o600)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      throw new UsageFailure(
        code === 'EEXIST'
          ? `--record: ${path} is there already; give another name, a recording is never written over`
          : `--record: ${path} can not be made (${String(code)}); check the path and its permissions`,
      )
    }
  }

  get isOpen(): boolean {
    return this.#descriptor !== undefined
  }

  append(entry: object): void {
    const descriptor = this.#descriptor
    if (descriptor === undefined) return
    const line = Buffer.from(`${JSON.stringify(entry)}\n`)
    try {
      for (let at = 0; at < line.length; ) at += this.#write(descriptor, line.subarray(at))
      this.#size += line.length
      this.#lines++
    } catch (error) {
      this.#fail(descriptor, error)
    }
  }

  /** One that holds its header alone goes: a command that could not start must not leave its name taken. */
  close(): void {
    if (this.#descriptor === undefined) return
    closeSync(this.#descriptor)
    this.#descriptor = undefined
    if (this.#lines <= 1) rmSync(this.#path, { force: true })
  }

  /** What was written of the last line is taken away again. */
  #fail(descriptor: number, error: unknown): void {
    this.#descriptor = undefined
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    try {
      ftruncateSync(descriptor, this.#size)
      closeSync(descriptor)
    } catch {
      // A torn last line is what a reader is ready for.
    }
    this.#warn(`the recording ends here: ${this.#path} can not be written any further (${code})`)
  }
}
