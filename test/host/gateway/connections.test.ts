import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../sim/world/virtual-clock.ts'
import { concatBytes } from '../../../src/base/bytes.ts'
import type { Connection } from '../../../src/host/gateway/connection.ts'
import { Connections } from '../../../src/host/gateway/connections.ts'
import { DEFAULT_LIMITS, type GatewayLimits } from '../../../src/host/gateway/gateway-options.ts'
import { LineClient } from './line-client.ts'

const PORT = { dialect: 'unionpay-pos', port: 0, prefix: 'binary2' } as const
const SECOND = 1000

let clock: VirtualClock
let connections: Connections
/** Frames that came in, with who sent them. */
let frames: { readonly from: Connection; readonly frame: readonly number[] }[]
let said: string[]

function open(limits: Partial<GatewayLimits> = {}): void {
  clock = new VirtualClock()
  frames = []
  said = []
  connections = new Connections({ ...DEFAULT_LIMITS, ...limits }, () => clock.nowMs(), {
    frame: (from, frame) => frames.push({ from, frame: [...frame] }),
    rejected() {},
    refused: (peer, reason) => said.push(`${peer} refused: ${reason}`),
    dropped: (reason, count) => said.push(`${count} dropped: ${reason}`),
  })
}

function join(client = new LineClient()): LineClient {
  connections.accept(client, PORT)
  return client
}

/** Time passes, with a look at all connections each second. */
function pass(seconds: number, eachSecond: () => void = () => {}): void {
  for (let second = 0; second < seconds; second++) {
    clock.after(SECOND, () => {})
    clock.step()
    eachSecond()
    connections.sweep()
  }
}

function frameOf(...bytes: readonly number[]): Uint8Array {
  return Uint8Array.from([0, bytes.length, ...bytes])
}

/** Answers everything that came in and was not answered yet, with `size` bytes each. */
function answerAll(size: number): void {
  for (const { from } of frames.splice(0)) {
    from.settle()
    from.reply(new Uint8Array(size))
    from.flush()
  }
}

beforeEach(() => open())

describe('connections within their limits', () => {
  it('drops who says nothing, and who never finishes a frame however its bytes trickle', () => {
    open({ idleTimeoutMs: 60 * SECOND, frameTimeoutMs: 10 * SECOND })
    const silent = join()
    const half = join()
    const trickling = join()
    const good = join()
    half.send(Uint8Array.of(0, 200, 1, 2, 3))
    trickling.send(Uint8Array.of(0, 200))
    // One frame ends and the next begins with each chunk: that is no frame without an end.
    good.send(Uint8Array.of(0, 2, 1))
    const eachSecond = (): void => {
      if (!trickling.isDestroyed) trickling.send(Uint8Array.of(7))
      good.send(Uint8Array.of(2, 0, 2, 1))
    }
    pass(10, eachSecond)
    expect([half.isDestroyed, trickling.isDestroyed]).toEqual([false, false])
    pass(1, eachSecond)
    expect([half.isDestroyed, trickling.isDestroyed]).toEqual([true, true])
    expect(silent.isDestroyed).toBe(false)
    pass(50, eachSecond)
    expect(silent.isDestroyed).toBe(true)
    expect(good.isDestroyed).toBe(false)
    expect(said).toEqual(['2 dropped: unfinished_frame', '1 dropped: idle'])
    expect(connections.tally.closed).toMatchObject({ unfinished_frame: 2, idle: 1, client: 0 })
    expect(connections.tally.open).toBe(1)
  })

  it('closes a client that takes none of its replies, and keeps one that takes them slowly', () => {
    open({ unreadTimeoutMs: 20 * SECOND, unsentMax: 100 })
    const [stuck, slow] = [join(), join(new LineClient('10.0.0.2:1'))]
    for (const client of [stuck, slow]) client.send(frameOf(1))
    answerAll(5000)
    expect([stuck.isPaused, slow.isPaused]).toEqual([true, true])
    pass(20, () => slow.take(1))
    expect([stuck.isDestroyed, slow.isDestroyed]).toEqual([false, false])
    pass(2, () => slow.take(1))
    expect([stuck.isDestroyed, slow.isDestroyed]).toEqual([true, false])
    expect(said).toEqual(['1 dropped: unread_replies'])
    slow.take(slow.unsentSize)
    expect(slow.isPaused).toBe(false)
  })

  it('gives up those that stand still longest when too much waits for all together', () => {
    open({ unsentTotalMax: 10_000 })
    const clients = Array.from({ length: 5 }, (_, index) => join(new LineClient(`10.0.0.${index}:1`)))
    for (const client of clients) {
      client.send(frameOf(1))
      answerAll(2990)
      pass(1, () => {
        // The second takes some of it: it does not stand still.
        if (client === clients[4]) clients[1]?.take(1)
      })
    }
    expect(clients.map(({ isDestroyed }) => isDestroyed)).toEqual([true, false, true, false, false])
    expect(said).toEqual(['1 dropped: memory', '1 dropped: memory'])
  })

  it('says once of an episode whom it turned away, and at its end how many more there were', () => {
    open({ connectionsMax: 4, connectionsPerAddressMax: 2 })
    const first = [1, 2].map((port) => join(new LineClient(`10.0.0.1:${port}`)))
    for (let port = 3; port < 1003; port++) {
      expect(join(new LineClient(`10.0.0.1:${port}`)).isDestroyed).toBe(true)
    }
    const others = ['10.0.0.2:1', '[::1]:1'].map((peer) => join(new LineClient(peer)))
    expect(join(new LineClient('10.0.0.9:1')).isDestroyed).toBe(true)
    expect([...first, ...others].some(({ isDestroyed }) => isDestroyed)).toBe(false)
    const begun = [
      '10.0.0.1:3 refused: more than 2 connections from 10.0.0.1',
      '10.0.0.9:1 refused: more than 4 connections',
    ]
    expect(said).toEqual(begun)
    pass(12)
    expect(said).toEqual([
      ...begun,
      '10.0.0.1:1002 refused: more than 2 connections from 10.0.0.1: 999 more like it, none for a while',
    ])
    expect(connections.tally.refused).toEqual({ address: 1000, connections: 1, tls: 0 })
    first[0]?.leave()
    expect(join(new LineClient('10.0.0.1:5')).isDestroyed).toBe(false)
  })

  it('takes no more frames of one large chunk than it may before the others had their turn', () => {
    open({ outstandingMax: 16 })
    const client = join()
    const chunk = concatBytes(Array.from({ length: 20_000 }, () => frameOf(9)))
    client.send(chunk)
    // What one slice of 4096 bytes holds.
    expect(frames.length).toBeLessThanOrEqual(16 + Math.ceil(4096 / 3))
    expect(client.isPaused).toBe(true)
    let count = 0
    while (frames.length > 0) {
      count += frames.length
      answerAll(1)
      client.take(client.unsentSize)
    }
    expect(count).toBe(20_000)
    expect(client.isPaused).toBe(false)
  })

  it('passes each frame on once and in order, however it comes in and whenever it is answered', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 5 }),
        (sizes, cuts, outstandingMax) => {
          open({ outstandingMax })
          const client = join()
          const bytes = concatBytes(
            sizes.map((size, index) =>
              Uint8Array.from([size >> 8, size & 0xff, ...new Uint8Array(size).fill(index)]),
            ),
          )
          const seen: string[] = []
          const answer = (): void => {
            seen.push(...frames.map(({ frame }) => `${frame.length}:${frame[0]}`))
            answerAll(1)
            client.take(client.unsentSize)
          }
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const until = at + (cuts[turn % cuts.length] ?? 1)
            while (client.isPaused) answer()
            client.send(bytes.subarray(at, until))
            at = until
          }
          while (frames.length > 0) answer()
          expect(seen).toEqual(sizes.map((size, index) => `${size}:${index}`))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('drops a client that sends nothing but bad frames in a row', () => {
    open({ badFramesMax: 3 })
    const client = join()
    client.send(frameOf(1))
    const from = frames[0]?.from
    from?.misread()
    from?.misread()
    expect(client.isDestroyed).toBe(false)
    from?.misread()
    expect(client.isDestroyed).toBe(true)
    connections.sweep()
    expect(said).toEqual(['1 dropped: bad_frames'])
  })
})
