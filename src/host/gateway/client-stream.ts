/** A client's line as the gateway sees it: a socket, or memory in the simulated world. */
export interface ClientStream {
  /** Address and port of the client, for the log. */
  readonly peer: string
  /** Bytes that were written and that the client has not taken yet. */
  readonly unsentSize: number
  readonly isPaused: boolean
  /** Queues `bytes`, which the caller leaves unchanged. Ignored after the end. */
  write(bytes: Uint8Array): void
  /** Nothing is received until `resume`. */
  pause(): void
  resume(): void
  /** Sends what is queued, then ends. */
  end(): void
  /** Ends at once. */
  destroy(): void
  /** Sets the one listener. */
  listen(listener: ClientStreamListener): void
}

export interface ClientStreamListener {
  /** `bytes` may be kept only by copying. */
  received(bytes: Uint8Array): void
  /** What was written has left. */
  drained(): void
  /** The line is gone, from whichever side; nothing follows. */
  ended(): void
}
