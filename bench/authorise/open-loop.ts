import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { FrameList } from './closed-loop.ts'

export interface OpenLoopResult {
  readonly replies: number
  readonly offeredPerSecond: number
  /** Milliseconds from when each frame was due, not from when it got away, in rising order. */
  readonly latencies: readonly number[]
}

export interface OpenLoopOptions {
  readonly port: number
  readonly lists: readonly FrameList[]
  readonly ratePerSecond: number
  readonly durationMs: number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

const PREFIX_SIZE = 2

/** Sends at a rate of its own (Poisson), whatever the other side does: a stall is seen by all that were due in it. */
export async function runOpenLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const { lists, ratePerSecond, durationMs, random, port } = options
  const lines = lists.map((list) => new OpenLine(list))
  await Promise.all(lines.map((line) => line.connect(port)))
  const started = performance.now()
  const deadline = started + durationMs
  let dueMs = started
  let offered = 0
  await new Promise<void>((done) => {
    const turn = (): void => {
      const now = performance.now()
      for (; dueMs <= now && dueMs < deadline; dueMs -= (Math.log(1 - random()) * 1000) / ratePerSecond) {
        if (lines[offered % lines.length]?.send(dueMs) === true) offered++
        else dueMs = deadline
      }
      for (const line of lines) line.flush()
      if (dueMs >= deadline) done()
      else setTimeout(turn, 1)
    }
    turn()
  })
  await Promise.all(lines.map((line) => line.settled()))
  for (const line of lines) line.close()
  const latencies = lines.flatMap((line) => line.latencies).sort((left, right) => left - right)
  return { replies: latencies.length, offeredPerSecond: (offered * 1000) / durationMs, latencies }
}

/** One connection; replies come in the order of the requests. */
class OpenLine {
  readonly latencies: number[] = []
  readonly #list: FrameList
  readonly #due: number[] = []
  #next = 0
  #flushed = 0
  #socket: Socket | undefined
  #rest: Buffer = Buffer.alloc(0)
  #done: (() => void) | undefined
  #failed: (error: Error) => void = () => {}

  constructor(list: FrameList) {
    this.#list = list
  }

  async connect(port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket = socket
    await once(socket, 'connect')
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('close', () => this.#failed(new Error('the other side closed a connection')))
    socket.on('error', () => socket.destroy())
  }

  /** False when there is no frame left. */
  send(dueMs: number): boolean {
    if (this.#next >= this.#list.offsets.length - 1) return false
    this.#next++
    this.#due.push(dueMs)
    return true
  }

  flush(): void {
    if (this.#flushed === this.#next) return
    const { bytes, offsets } = this.#list
    this.#socket?.write(bytes.subarray(offsets[this.#flushed], offsets[this.#next]))
    this.#flushed = this.#next
  }

  settled(): Promise<void> {
    return new Promise((done, failed) => {
      this.#done = done
      this.#failed = failed
      if (this.latencies.length === this.#next) done()
    })
  }

  close(): void {
    this.#failed = () => {}
    this.#socket?.destroy()
  }

  #receive(chunk: Buffer): void {
    const now = performance.now()
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (bytes.length - at >= PREFIX_SIZE) {
      const end = at + PREFIX_SIZE + (((bytes[at] as number) << 8) | (bytes[at + 1] as number))
      if (end > bytes.length) break
      at = end
      this.latencies.push(now - (this.#due[this.latencies.length] ?? now))
    }
    this.#rest = bytes.subarray(at)
    if (this.latencies.length === this.#next) this.#done?.()
  }
}
