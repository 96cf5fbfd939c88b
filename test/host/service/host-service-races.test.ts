import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Inbound, Outcome, Plan } from '../../../src/host/core/inbound.ts'
import { StoreError } from '../../../src/host/core/store-port.ts'
import type { ClientStream, ClientStreamListener } from '../../../src/host/gateway/client-stream.ts'
import type { Connection } from '../../../src/host/gateway/connection.ts'
import { Connections } from '../../../src/host/gateway/connections.ts'
import { DEFAULT_LIMITS } from '../../../src/host/gateway/gateway-options.ts'
import type { BatchDecider } from '../../../src/host/service/batch-decider.ts'
import { HostService } from '../../../src/host/service/host-service.ts'
import { Races } from '../../races.ts'

const ENVELOPE_SIZE = 11
/** With length and number. */
const FRAME_SIZE = 2 + ENVELOPE_SIZE + 1
const LIMITS = {
  ...DEFAULT_LIMITS,
  connectionsMax: 10,
  frameSizeMax: 64,
  outstandingMax: 2,
  unsentMax: 20,
  idleTimeoutMs: 1000,
} as const

/** One client's line: what it sends arrives while it is read; what it is sent leaves in its own time. */
class Client implements ClientStream {
  readonly peer: string
  isPaused = false
  isOpen = true
  unsentSize = 0
  readonly replies: number[] = []
  /** Numbers of all requests that this client sends. */
  readonly asked: readonly number[]
  #waiting: Uint8Array[]
  #listener: ClientStreamListener | undefined
  readonly #races: Races

  constructor(races: Races, peer: string, chunks: readonly Uint8Array[]) {
    this.#races = races
    this.peer = peer
    this.#waiting = [...chunks]
    this.asked = chunks.flatMap((chunk) => [...chunk].filter((_, at) => (at + 1) % FRAME_SIZE === 0))
    for (const _ of chunks) this.#mayRead()
  }

  get unread(): number {
    return this.#waiting.length
  }

  write(bytes: Uint8Array): void {
    if (!this.isOpen) return
    this.unsentSize += bytes.length
    for (let at = 0; at + 2 < bytes.length; at += 3) this.replies.push(bytes[at + 2] ?? 0)
    this.#races.later('drained', () => {
      this.unsentSize = 0
      if (this.isOpen) this.#listener?.drained()
    })
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    for (const _ of this.#waiting) this.#mayRead()
  }

  end(): void {
    this.destroy()
  }

  destroy(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#races.later('closed', () => this.#listener?.ended())
  }

  /** The other side goes. */
  leave(): void {
    this.destroy()
  }

  listen(listener: ClientStreamListener): void {
    this.#listener = listener
  }

  #mayRead(): void {
    this.#races.later('readable', () => {
      if (!this.isOpen || this.isPaused) return
      const chunk = this.#waiting.shift()
      if (chunk !== undefined) this.#listener?.received(chunk)
    })
  }
}

/** What the core answers to the request with a number: one reply, two, a late one, none, or a cut line. */
function planOf(id: number): Plan {
  switch (id % 6) {
    case 1:
      return { kind: 'reply', delayMs: 0, copies: 2 }
    case 2:
      return { kind: 'reply', delayMs: 50, copies: 1 }
    case 3:
      return { kind: 'silent' }
    case 4:
      return id % 4 === 0 ? { kind: 'disconnect' } : { kind: 'silent' }
    default:
      return { kind: 'reply', delayMs: 0, copies: 1 }
  }
}

function frameOf(id: number): Uint8Array {
  const size = ENVELOPE_SIZE + 1
  return Uint8Array.from([0, size, 0x60, ...new Uint8Array(size - 2), id])
}

/** A decider that counts, at once or later, whose store may fail once. */
class Counting implements BatchDecider {
  readonly decided: number[] = []
  failsAt: number

  /** Undefined: all is answered at once. */
  readonly #races: Races | undefined

  constructor(failsAt: number, races: Races | undefined) {
    this.failsAt = failsAt
    this.#races = races
  }

  decide(batch: readonly Inbound[]): readonly Outcome[] | Promise<readonly Outcome[]> {
    const races = this.#races
    if (races === undefined) return this.#process(batch)
    const isFailing = this.failsAt === 0
    const outcomes = isFailing ? [] : this.#process(batch)
    if (isFailing) this.failsAt--
    return new Promise((resolve, reject) => {
      races.later('decided', () =>
        isFailing ? reject(new StoreError('the disk is full')) : resolve(outcomes),
      )
    })
  }

  note(): void {}

  #process(batch: readonly Inbound[]): readonly Outcome[] {
    const ids = batch.map(({ bytes }) => bytes.at(-1) ?? 0)
    if (this.failsAt-- === 0) throw new StoreError('the disk is full')
    this.decided.push(...ids)
    return ids.map((id) => ({
      reply: Uint8Array.of(id),
      plan: planOf(id),
      explain: undefined,
      summary: {} as Outcome['summary'],
    }))
  }
}

interface Scene {
  /** For each client the sizes of the chunks in which its frames come. */
  readonly clients: readonly (readonly number[])[]
  readonly failsAt: number
  readonly answersLater: boolean
  readonly finishes: boolean
  readonly leaves: boolean
}

const scene: fc.Arbitrary<Scene> = fc.record({
  clients: fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 2,
  }),
  failsAt: fc.constantFrom(-1, -1, -1, 0, 1, 2),
  answersLater: fc.boolean(),
  finishes: fc.boolean(),
  leaves: fc.boolean(),
})

describe('host service and its connections, whatever comes first', () => {
  it('each request is decided once and answered as decided; nobody is forgotten, nothing follows a stop', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        scene,
        async (scheduler, { clients, failsAt, answersLater, finishes, leaves }) => {
          const races = new Races(scheduler)
          const counting = new Counting(failsAt, answersLater ? races : undefined)
          const fatal: string[] = []
          const passedOn: number[] = []
          let isStopped = false
          let isFinished = false
          let decidedAtStop: number | undefined
          const service = new HostService({
            decider: counting,
            clock: races.clock,
            epochMs: () => 0,
            defer: (work) => races.later('end of the turn', work),
            log: { decided() {}, explained() {}, stopped() {} },
            onFatal: (reason) => {
              fatal.push(reason)
              isStopped = true
              decidedAtStop = counting.decided.length
              races.later('all is closed', () => connections.destroyAll())
            },
          })
          const connections = new Connections(LIMITS, () => races.clock.nowMs(), {
            frame: (from: Connection, frame) => {
              if (!isStopped) passedOn.push(frame.at(-1) ?? 0)
              service.frame(from, frame)
            },
            rejected: () => races.errors.push('rejected'),
            refused: () => races.errors.push('refused'),
          })
          let id = 1
          const all = clients.map((sizes, index) => {
            const chunks = sizes.map((size) => {
              const frames = Array.from({ length: size }, () => [...frameOf(id++)])
              return Uint8Array.from(frames.flat())
            })
            const client = new Client(races, `client ${index}`, chunks)
            connections.accept(client, { dialect: 'unionpay-pos', port: 0, prefix: 'binary2' })
            return client
          })
          if (leaves) races.later('leaves', () => all[0]?.leave())
          if (finishes) {
            races.later('finish', () => {
              const finished = service.finish()
              isStopped = true
              decidedAtStop ??= counting.decided.length
              const check = (): void => {
                isFinished = true
                if (fatal.length === 0) for (const client of all) expectAllTold(client, counting.decided)
              }
              if (finished === undefined) check()
              else void finished.then(() => races.now(check))
            })
          }
          await races.settle()
          expect(isFinished).toBe(finishes)
          expect(new Set(counting.decided).size).toBe(counting.decided.length)
          if (fatal.length === 0)
            expect([...counting.decided].sort(numeric)).toEqual([...passedOn].sort(numeric))
          expect(fatal.length).toBeLessThanOrEqual(1)
          expect(counting.decided.length).toBe(decidedAtStop ?? counting.decided.length)
          for (const client of all) expectAnswers(client, counting.decided, isStopped)
          expect(connections.count).toBe(all.filter(({ isOpen }) => isOpen).length)
          connections.destroyAll()
          await races.settle()
          expect(connections.count).toBe(0)
          expect(races.timerCount).toBe(0)
        },
      ),
      { numRuns: 400 },
    )
  })
})

function numeric(left: number, right: number): number {
  return left - right
}

/** Whoever finished has told every client that is still there what is not meant to come late. */
function expectAllTold({ isOpen, asked, replies }: Client, decided: readonly number[]): void {
  if (!isOpen) return
  for (const id of asked) {
    const plan = planOf(id)
    if (decided.includes(id) && plan.kind === 'reply' && plan.delayMs === 0) expect(replies).toContain(id)
  }
}

/** A client that is still there was read to the end, and got each answer as often as it was meant to. */
function expectAnswers(client: Client, decided: readonly number[], isStopped: boolean): void {
  const counts = new Map<number, number>()
  for (const id of client.replies) counts.set(id, (counts.get(id) ?? 0) + 1)
  for (const [id, count] of counts) {
    const plan = planOf(id)
    expect(decided).toContain(id)
    expect(count).toBe(plan.kind === 'reply' ? plan.copies : 0)
  }
  if (!client.isOpen || isStopped) return
  expect({ unread: client.unread, isPaused: client.isPaused }).toEqual({ unread: 0, isPaused: false })
  for (const id of client.asked) {
    const plan = planOf(id)
    expect(counts.get(id) ?? 0).toBe(plan.kind === 'reply' ? plan.copies : 0)
  }
}
