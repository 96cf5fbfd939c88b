/** Wall time at the terminal or host, without a zone. Months and days count from 1. */
export interface LocalDateTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Cancels a timer that has not fired; harmless afterwards. */
export type CancelTimer = () => void

/** The only source of time. The simulator's clock jumps to the next deadline. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary origin. */
  nowMs(): number
  localTime(): LocalDateTime
  /** Calls `fire` once, at or after `atMs` of `nowMs`. */
  schedule(atMs: number, fire: () => void): CancelTimer
}

/** The only source of chance. */
export interface Random {
  /** `size` fresh unpredictable bytes in new memory. */
  bytes(size: number): Uint8Array
}

/** Why a stream ended. `lost`: the other side or the cable went; `closed`: this side asked for it. */
export type StreamEnd = 'lost' | 'closed'

/** An open byte line: a serial port, a socket, or memory in tests. Bytes are never copied by contract. */
export interface ByteStream {
  /** Queues `bytes`; the caller leaves them unchanged afterwards. Ignored after the end. */
  write(bytes: Uint8Array): void
  /** Ends the stream; `ended` follows. */
  close(): void
  /** Sets the one listener. `received` gets bytes that it may keep only by copying. */
  listen(listener: StreamListener): void
}

export interface StreamListener {
  received(bytes: Uint8Array): void
  ended(end: StreamEnd): void
}
