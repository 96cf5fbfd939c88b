import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import koffi from 'koffi'
import { SerialPort } from 'serialport'
import type { ByteStream, StreamListener } from '../../src/base/ports.ts'

/** The device's end of a pseudo-terminal; programs open the other end at `path`. */
export interface PseudoTerminal {
  /** As /dev/pts/3. */
  readonly path: string
  readonly stream: ByteStream
}

/** This system has no pseudo-terminals, or gives none. */
export class PseudoTerminalFailure extends Error {
  override readonly name = 'PseudoTerminalFailure'
}

const MULTIPLEXER = '/dev/ptmx'

/** A new pseudo-terminal in raw mode. Rejects with `PseudoTerminalFailure`. Linux only. */
export async function openPseudoTerminal(): Promise<PseudoTerminal> {
  if (process.platform !== 'linux')
    throw new PseudoTerminalFailure('the emulated board needs the pseudo-terminals of Linux')
  const port = await openMultiplexer()
  try {
    const descriptor = descriptorOf(port)
    if (unlockSlave(descriptor) !== 0) throw new PseudoTerminalFailure('a pseudo-terminal stayed locked')
    const path = `/dev/pts/${slaveNumber(descriptor)}`
    // While nobody has the other end open, reads of this end fail: one descriptor is kept.
    const keeper = openSync(path, constants.O_RDWR | constants.O_NOCTTY)
    return { path, stream: new MasterStream(port, keeper) }
  } catch (error) {
    port.close(() => {})
    throw error
  }
}

function openMultiplexer(): Promise<SerialPort> {
  const port = new SerialPort({ path: MULTIPLEXER, baudRate: 115_200, lock: false, autoOpen: false })
  return new Promise((resolve, reject) => {
    port.open((error) => {
      if (error === null) resolve(port)
      else
        reject(new PseudoTerminalFailure(`${MULTIPLEXER} can not be opened: are pseudo-terminals mounted?`))
    })
  })
}

function descriptorOf({ port }: SerialPort): number {
  if (port !== undefined && 'fd' in port && typeof port.fd === 'number') return port.fd
  throw new PseudoTerminalFailure('the serial port has no file descriptor')
}

let unlock: ((descriptor: number) => number) | undefined

function unlockSlave(descriptor: number): number {
  unlock ??= koffi.load('libc.so.6').func('int unlockpt(int)') as (descriptor: number) => number
  return unlock(descriptor)
}

function slaveNumber(descriptor: number): number {
  const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')
  const index = /^tty-index:\s*(\d+)$/m.exec(info)?.[1]
  if (index === undefined) throw new PseudoTerminalFailure('the number of a pseudo-terminal is not known')
  return Number(index)
}

class MasterStream implements ByteStream {
  readonly #port: SerialPort
  readonly #keeper: number
  #listener: StreamListener | undefined
  #isOpen = true

  constructor(port: SerialPort, keeper: number) {
    this.#port = port
    this.#keeper = keeper
    port.on('data', (bytes: Uint8Array) => {
      if (this.#isOpen) this.#listener?.received(bytes)
    })
    port.on('error', () => {})
    port.once('close', () => this.#end('lost'))
  }

  write(bytes: Uint8Array): void {
    if (this.#isOpen) this.#port.write(bytes)
  }

  /** The other end sees its line go, as when a cable is pulled. */
  close(): void {
    if (!this.#isOpen) return
    this.#end('closed')
    this.#port.close(() => {})
  }

  listen(listener: StreamListener): void {
    this.#listener = listener
  }

  #end(end: 'lost' | 'closed'): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    closeSync(this.#keeper)
    this.#listener?.ended(end)
  }
}
