import type { ByteStream, StreamListener } from './ports.ts'

/** Hears what crosses a line, as the end sees it that the tap sits at. It must copy what it keeps. */
export interface LineTap {
  /** This end sent. */
  written(bytes: Uint8Array): void
  /** The other end sent. */
  received(bytes: Uint8Array): void
  /** The line is gone. `near`: this end ended it. */
  ended(by: 'near' | 'far'): void
}

/** `stream` with a tap on it. */
export function tapStream(stream: ByteStream, tap: LineTap): ByteStream {
  return {
    write(bytes) {
      tap.written(bytes)
      stream.write(bytes)
    },
    close: () => stream.close(),
    listen: (listener) => stream.listen(tapListener(listener, tap)),
  }
}

function tapListener(listener: StreamListener, tap: LineTap): StreamListener {
  return {
    received(bytes) {
      tap.received(bytes)
      listener.received(bytes)
    },
    ended(end) {
      tap.ended(end === 'closed' ? 'near' : 'far')
      listener.ended(end)
    },
  }
}
