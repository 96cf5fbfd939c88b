import { ByteLengthParser } from '@serialport/parser-byte-length'
import { SerialPort } from 'serialport'
import type { LineTap } from '../../base/line-tap.ts'
import type { ByteStream, CancelTimer, Clock, StreamEnd, StreamListener } from '../../base/ports.ts'
import type { PrinterStream } from '../drivers/printer-driver.ts'

export interface SerialConnectionOptions<S extends ByteStream> {
  /** As /dev/ttyUSB0, /dev/serial/by-id/… or COM3. */
  readonly path: string
  readonly baudRate: number
  readonly clock: Clock
  readonly wrap: (port: SerialPort) => S
  readonly attach: (stream: S) => void
  /** The port is gone or could not be opened. `reason` is for the operator. */
  readonly detach: (reason: string) => void
}

/** A cable may come back at any time; looking for it costs next to nothing. */
const RETRY_MS = 300

/**
 * Keeps one serial port open: looks for it until it is there, and again after it was pulled. Each connection is a
 * new port, since what was queued in a lost one would otherwise go out at the next.
 */
export class SerialConnection<S extends ByteStream> {
  readonly #options: SerialConnectionOptions<S>
  #port: SerialPort | undefined
  #cancelRetry: CancelTimer | undefined
  #isClosed = false

  constructor(options: SerialConnectionOptions<S>) {
    this.#options = options
    this.#open()
  }

  close(): void {
    this.#isClosed = true
    this.#cancelRetry?.()
    if (this.#port?.isOpen === true) this.#port.close(() => {})
    this.#port = undefined
  }

  #open(): void {
    const { path, baudRate, wrap, attach, detach } = this.#options
    const port = new SerialPort({ path, baudRate, autoOpen: false })
    this.#port = port
    port.on('error', () => {})
    port.open((error) => {
      if (this.#isClosed) {
        if (error === null) port.close(() => {})
      } else if (error === null) {
        port.once('close', () => {
          if (!this.#isClosed) this.#retry()
        })
        attach(wrap(port))
      } else {
        detach(openFailureText(path, error))
        this.#retry()
      }
    })
  }

  #retry(): void {
    const { clock } = this.#options
    this.#cancelRetry = clock.schedule(clock.nowMs() + RETRY_MS, () => this.#open())
  }
}

function openFailureText(path: string, { message }: Error): string {
  if (/no such file|file not found|ENOENT/i.test(message)) return `nothing is connected at ${path}`
  if (/permission denied|access denied|EACCES/i.test(message)) return `no permission for ${path}`
  if (/lock|busy|in use|temporarily unavailable/i.test(message)) return `another program uses ${path}`
  return `${path} can not be opened as a serial port`
}

/** An open serial port as a `ByteStream`. */
export class SerialStream implements ByteStream {
  protected readonly port: SerialPort
  protected listener: StreamListener | undefined
  readonly #tap: LineTap | undefined
  #end: StreamEnd | undefined

  /** `tap`: hears the bytes as they cross the line. */
  constructor(port: SerialPort, tap?: LineTap) {
    this.port = port
    this.#tap = tap
    port.on('data', (bytes: Uint8Array) => {
      if (this.#end === undefined) tap?.received(bytes)
      this.taken(bytes)
    })
    port.once('close', () => this.#finish('lost'))
  }

  write(bytes: Uint8Array): void {
    if (this.#end !== undefined || !this.port.isOpen) return
    this.#tap?.written(bytes)
    this.port.write(bytes)
  }

  close(): void {
    if (this.#end !== undefined) return
    this.#finish('closed')
    if (this.port.isOpen) this.port.close(() => {})
  }

  listen(listener: StreamListener): void {
    this.listener = listener
  }

  protected taken(bytes: Uint8Array): void {
    if (this.#end === undefined) this.listener?.received(bytes)
  }

  #finish(end: StreamEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#tap?.ended(end === 'closed' ? 'near' : 'far')
    this.listener?.ended(end)
  }
}

/** Status of a printer comes in groups of this many bytes. */
const STATUS_GROUP_SIZE = 4

/** A printer's port: what it says is cut into its groups of four status bytes. */
export class PrinterSerialStream extends SerialStream implements PrinterStream {
  #groups = this.#newGroups()

  /** Half a group stays behind when bytes were lost; what comes next begins a new one. */
  resynchronise(): void {
    this.#groups.removeAllListeners()
    this.#groups = this.#newGroups()
  }

  protected override taken(bytes: Uint8Array): void {
    this.#groups.write(bytes)
  }

  #newGroups(): ByteLengthParser {
    const groups = new ByteLengthParser({ length: STATUS_GROUP_SIZE })
    groups.on('data', (group: Uint8Array) => super.taken(group))
    return groups
  }
}
