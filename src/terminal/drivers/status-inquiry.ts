import { realTimeStatusRequest } from '../../../hardware/protocol/escpos.ts'
import { type PrinterStatus, statusOfRealTimeGroup } from '../../../hardware/protocol/printer-status.ts'
import { concatBytes } from '../../base/bytes.ts'
import type { CancelTimer, Clock } from '../../base/ports.ts'

export interface StatusInquiryOptions {
  readonly clock: Clock
  write(bytes: Uint8Array): void
  /** Asked again after this without all four answers. */
  timeoutMs(): number
  /** Called before the second try: the line may hold half a group. */
  resynchronise(): void
  answered(status: PrinterStatus): void
  /** Both tries stayed without an answer. */
  silent(): void
}

/** All four real-time requests in one: a printer answers four bytes, as the line's parser wants. */
const STATUS_GROUP = concatBytes([
  realTimeStatusRequest(1),
  realTimeStatusRequest(2),
  realTimeStatusRequest(3),
  realTimeStatusRequest(4),
])
const GROUP_SIZE = 4
const TRIES_MAX = 2

/** One question to the printer for its whole state, answered even when it is busy or offline. */
export class StatusInquiry {
  readonly #options: StatusInquiryOptions
  #replies: number[] = []
  #tries = 0
  #cancelTimer: CancelTimer = () => {}

  constructor(options: StatusInquiryOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#tries > 0
  }

  /** Asks, unless a question is open already. */
  ask(): void {
    if (!this.isOpen) this.#try()
  }

  /** Takes one reply to DLE EOT; what nobody asked for is dropped. */
  take(byte: number): void {
    if (!this.isOpen) return
    this.#replies.push(byte)
    if (this.#replies.length < GROUP_SIZE) return
    const status = statusOfRealTimeGroup(this.#replies)
    if (status === undefined) return
    this.cancel()
    this.#options.answered(status)
  }

  cancel(): void {
    this.#cancelTimer()
    this.#tries = 0
  }

  #try(): void {
    const { clock, timeoutMs, write } = this.#options
    this.#tries++
    this.#replies = []
    this.#cancelTimer = clock.schedule(clock.nowMs() + timeoutMs(), () => this.#expire())
    write(STATUS_GROUP)
  }

  #expire(): void {
    if (this.#tries < TRIES_MAX) {
      this.#options.resynchronise()
      this.#try()
      return
    }
    this.cancel()
    this.#options.silent()
  }
}
