import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { concatBytes } from '../src/base/bytes.ts'

/** Requests of one terminal, framed, in the order in which it sends them. */
export type Script = readonly Uint8Array[]

export interface LoadResult {
  readonly answered: number
  /** From the first request to the last answer. */
  readonly seconds: number
  /** Answers by code of field 39. */
  readonly codes: ReadonlyMap<string, number>
  /** Milliseconds from request to answer. */
  readonly p50Ms: number
  readonly p99Ms: number
}

/**
 * Plays each script on a connection of its own, one request under way a connection (closed loop), spread over `ports`.
 * `codeOf` reads field 39 of an answer.
 */
export async function playLoad(
  scripts: readonly Script[],
  ports: readonly number[],
  codeOf: (frame: Uint8Array) => string,
): Promise<LoadResult> {
  const sockets = scripts.map((_, index) => connect(ports[index % ports.length] ?? 0, '127.0.0.1'))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const waits: number[] = []
  const codes = new Map<string, number>()
  const started = performance.now()
  await Promise.all(
    scripts.map((script, index) => {
      const socket = sockets[index]
      if (socket === undefined) throw new Error('no socket')
      return playScript(socket, script, (waitMs, frame) => {
        waits.push(waitMs)
        const code = codeOf(frame)
        codes.set(code, (codes.get(code) ?? 0) + 1)
      })
    }),
  )
  const seconds = (performance.now() - started) / 1000
  for (const socket of sockets) socket.destroy()
  waits.sort((left, right) => left - right)
  const quantile = (share: number): number => waits[Math.floor((waits.length - 1) * share)] ?? 0
  return { answered: waits.length, seconds, codes, p50Ms: quantile(0.5), p99Ms: quantile(0.99) }
}

function playScript(
  socket: Socket,
  script: Script,
  heard: (waitMs: number, frame: Uint8Array) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0
    let sentAtMs = 0
    let received: Uint8Array = new Uint8Array(0)
    const send = (): void => {
      const frame = script[next++]
      if (frame === undefined) {
        resolve()
        return
      }
      sentAtMs = performance.now()
      socket.write(frame)
    }
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : concatBytes([received, chunk])
      const size = ((received[0] ?? 0) << 8) | (received[1] ?? 0)
      if (received.length < 2 + size || received.length < 2) return
      heard(performance.now() - sentAtMs, received.subarray(2, 2 + size))
      received = received.subarray(2 + size)
      send()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the host closed the connection')))
    send()
  })
}
