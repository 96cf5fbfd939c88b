import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

/** What one connection sends: whole frames, length included, one behind the other. */
export interface FrameList {
  readonly bytes: Uint8Array
  /** Where each frame begins; one more for the end of the last. */
  readonly offsets: readonly number[]
}

export interface LoopResult {
  readonly replies: number
  readonly seconds: number
  /** Milliseconds of some of the round trips. */
  readonly latencies: readonly number[]
  /** Whole reply frames of the beginning, by connection, for who checks them afterwards. */
  readonly samples: readonly (readonly Uint8Array[])[]
}

export interface LoopOptions {
  readonly port: number
  readonly lists: readonly FrameList[]
  readonly outstanding: number
  /** Sending stops after this, or when the lists end; what is outstanding is still awaited. */
  readonly durationMs: number
  /** Reply frames to keep of each connection, from the first. */
  readonly sampleCount: number
}

const PREFIX_SIZE = 2
const LATENCY_EVERY = 16

/**
 * Keeps `outstanding` requests on the way on each connection, as fast as the other side answers. It looks at nothing but
 * the lengths of replies while time runs, so that little of the machine goes to the one who measures.
 */
export async function runClosedLoop(options: LoopOptions): Promise<LoopResult> {
  const clients = options.lists.map((list) => new Client(list, options.sampleCount))
  await Promise.all(clients.map((client) => client.connect(options.port)))
  const started = performance.now()
  const deadline = started + options.durationMs
  await Promise.all(clients.map((client) => client.run(options.outstanding, deadline)))
  const seconds = (performance.now() - started) / 1000
  for (const client of clients) client.close()
  return {
    replies: clients.reduce((sum, { replies }) => sum + replies, 0),
    seconds,
    latencies: clients.flatMap(({ latencies }) => latencies),
    samples: clients.map(({ samples }) => samples),
  }
}

class Client {
  replies = 0
  next = 0
  readonly latencies: number[] = []
  readonly samples: Uint8Array[] = []
  readonly #list: FrameList
  #socket: Socket | undefined
  #outstanding = 0
  #deadline = 0
  #rest: Buffer = Buffer.alloc(0)
  #done: () => void = () => {}
  #failed: (error: Error) => void = () => {}
  /** When a frame went out whose reply is timed; its place among those outstanding. */
  #timedAt = 0
  #timedAhead = -1

  readonly #sampleCount: number

  constructor(list: FrameList, sampleCount: number) {
    this.#list = list
    this.#sampleCount = sampleCount
  }

  async connect(port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket = socket
    await once(socket, 'connect')
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', (error) => this.#failed(error))
    socket.on('close', () => this.#failed(new Error('the other side closed a connection')))
  }

  run(outstanding: number, deadline: number): Promise<void> {
    this.#deadline = deadline
    return new Promise((done, failed) => {
      this.#done = done
      this.#failed = failed
      this.#send(outstanding)
    })
  }

  close(): void {
    this.#failed = () => {}
    this.#socket?.destroy()
  }

  #send(count: number): void {
    const { offsets, bytes } = this.#list
    const last = Math.min(this.next + count, offsets.length - 1)
    if (last > this.next) {
      if (this.#timedAhead < 0 && this.next % LATENCY_EVERY < count) {
        this.#timedAt = performance.now()
        this.#timedAhead = this.#outstanding
      }
      this.#socket?.write(bytes.subarray(offsets[this.next], offsets[last]))
      this.#outstanding += last - this.next
      this.next = last
    }
    if (this.#outstanding === 0) this.#done()
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    let count = 0
    while (bytes.length - at >= PREFIX_SIZE) {
      const end = at + PREFIX_SIZE + (((bytes[at] as number) << 8) | (bytes[at + 1] as number))
      if (end > bytes.length) break
      if (this.samples.length < this.#sampleCount)
        this.samples.push(Uint8Array.prototype.slice.call(bytes, at, end))
      at = end
      count++
    }
    this.#rest = at === bytes.length ? EMPTY : bytes.subarray(at)
    this.#time(count)
    this.replies += count
    this.#outstanding -= count
    this.#send(performance.now() < this.#deadline ? count : 0)
  }

  #time(count: number): void {
    if (this.#timedAhead < 0) return
    this.#timedAhead -= count
    if (this.#timedAhead < 0) this.latencies.push(performance.now() - this.#timedAt)
  }
}

const EMPTY = Buffer.alloc(0)
