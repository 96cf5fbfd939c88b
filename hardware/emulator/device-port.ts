import { lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { type LineTap, tapStream } from '../../src/base/line-tap.ts'
import type { ByteStream, Clock } from '../../src/base/ports.ts'
import { paceStream } from './paced-stream.ts'
import { openPseudoTerminal } from './pseudo-terminal.ts'

export interface DevicePortOptions {
  /** A link with this name leads to the pseudo-terminal, as the names in /dev/serial/by-id do. */
  readonly linkPath: string
  readonly clock: Clock
  /** Undefined: as fast as it goes. */
  readonly baudRate: number | undefined
  readonly attach: (stream: ByteStream) => void
  readonly detach: () => void
  /** Hears the line from when it is plugged in. */
  readonly tap?: () => LineTap
}

/** The link path is taken by something that is not a link of ours. */
export class DevicePortTaken extends Error {
  override readonly name = 'DevicePortTaken'
}

/** One connector of the emulated board. While it is plugged in, its link leads to a pseudo-terminal. */
export class DevicePort {
  readonly #options: DevicePortOptions
  #stream: ByteStream | undefined
  /** What was said last: opening takes its time, and may be overtaken. */
  #isWanted = false
  #opening: Promise<void> | undefined

  constructor(options: DevicePortOptions) {
    this.#options = options
  }

  get isPlugged(): boolean {
    return this.#stream !== undefined
  }

  /** Resolves when it is in, or was pulled out again meanwhile. */
  plug(): Promise<void> {
    this.#isWanted = true
    if (this.#stream !== undefined) return Promise.resolve()
    this.#opening ??= this.#open()
    return this.#opening
  }

  async #open(): Promise<void> {
    const { linkPath, clock, baudRate, attach, tap } = this.#options
    const { path, stream: bare } = await openPseudoTerminal().finally(() => {
      this.#opening = undefined
    })
    if (!this.#isWanted) {
      bare.close()
      return
    }
    const stream = tap === undefined ? bare : tapStream(bare, tap())
    try {
      removeLink(linkPath)
      mkdirSync(dirname(linkPath), { recursive: true })
      symlinkSync(path, linkPath)
    } catch (error) {
      stream.close()
      throw error
    }
    const paced = baudRate === undefined ? stream : paceStream(stream, baudRate, clock)
    this.#stream = paced
    attach(paced)
  }

  /** Whoever has the other end open sees its line go. */
  unplug(): void {
    this.#isWanted = false
    const stream = this.#stream
    if (stream === undefined) return
    this.#stream = undefined
    removeLink(this.#options.linkPath)
    this.#options.detach()
    stream.close()
  }
}

/** Removes a link of ours, if there is one. @throws {DevicePortTaken} */
export function removeLink(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSymbolicLink()) throw new DevicePortTaken(`${path} is not a link: move it away`)
  rmSync(path)
}
