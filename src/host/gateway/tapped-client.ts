import type { LineTap } from '../../base/line-tap.ts'
import type { ClientStream } from './client-stream.ts'

/** `client` with a tap on it. */
export function tapClient(client: ClientStream, tap: LineTap): ClientStream {
  let by: 'near' | 'far' = 'far'
  return {
    peer: client.peer,
    get unsentSize() {
      return client.unsentSize
    },
    get isPaused() {
      return client.isPaused
    },
    write(bytes) {
      tap.written(bytes)
      client.write(bytes)
    },
    pause: () => client.pause(),
    resume: () => client.resume(),
    end() {
      by = 'near'
      client.end()
    },
    destroy() {
      by = 'near'
      client.destroy()
    },
    listen: (listener) =>
      client.listen({
        received(bytes) {
          tap.received(bytes)
          listener.received(bytes)
        },
        drained: () => listener.drained(),
        ended() {
          tap.ended(by)
          listener.ended()
        },
      }),
  }
}
