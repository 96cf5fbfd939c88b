import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.ts'
import { InvariantError } from '../../../src/base/invariant.ts'
import type { ByteStream, StreamListener } from '../../../src/base/ports.ts'
import type { ReceiveAnswer, SendAnswer } from '../../../src/terminal/flows/effect.ts'
import { DialedHostLink, type StreamDialer } from '../../../src/terminal/runtime/dialed-host-link.ts'
import type { HostLinkConfig } from '../../../src/terminal/runtime/host-link-session.ts'
import { VirtualClock } from './virtual-clock.ts'

/** The far end of one connection, in memory. */
class MemoryStream implements ByteStream {
  readonly written: Uint8Array[] = []
  closed = false
  #listener: StreamListener | undefined

  write(bytes: Uint8Array): void {
    this.written.push(bytes.slice())
  }

  close(): void {
    this.closed = true
    this.#listener?.ended('closed')
  }

  listen(listener: StreamListener): void {
    this.#listener = listener
  }

  give(bytes: Uint8Array): void {
    // A socket's buffer is used again: what the link keeps it must have copied.
    const lent = bytes.slice()
    this.#listener?.received(lent)
    lent.fill(0xee)
  }

  lose(): void {
    this.#listener?.ended('lost')
  }
}

class MemoryDialer implements StreamDialer {
  readonly streams: MemoryStream[] = []
  dials = 0
  givenUp = 0
  refuse: string | undefined
  /** Off: the test says when the connection stands. */
  atOnce = true
  connect: () => void = () => {}

  dial(connected: (stream: ByteStream) => void, failed: (reason: string) => void): () => void {
    this.dials++
    this.connect = () => {
      const stream = new MemoryStream()
      this.streams.push(stream)
      connected(stream)
    }
    if (this.refuse !== undefined) failed(this.refuse)
    else if (this.atOnce) this.connect()
    return () => {
      this.givenUp++
    }
  }
}

const CONFIG: HostLinkConfig = {
  prefix: 'binary2',
  frameSizeMax: 300,
  connectTimeoutMs: 1_000,
  idleTimeoutMs: 5_000,
}

function setUp(config: Partial<HostLinkConfig> = {}) {
  const clock = new VirtualClock()
  const dialer = new MemoryDialer()
  const seen: string[] = []
  const link = new DialedHostLink({ ...CONFIG, ...config }, dialer, clock, {
    frame: (direction, frame) => seen.push(`${direction} ${frame.length}`),
    line: (state) => seen.push(state),
  })
  const sent: SendAnswer[] = []
  const received: ReceiveAnswer[] = []
  return {
    clock,
    dialer,
    link,
    seen,
    sent,
    received,
    send: (frame: Uint8Array) => link.send(frame, (answer) => sent.push(answer)),
    receive: (timeoutMs: number) => link.receive(timeoutMs, (answer) => received.push(answer)),
    stream: (index = -1) => {
      const stream = dialer.streams.at(index)
      if (stream === undefined) throw new Error('no connection')
      return stream
    },
  }
}

const framed = (...frames: readonly Uint8Array[]): Uint8Array =>
  concatBytes(frames.flatMap((frame) => [new Uint8Array([frame.length >> 8, frame.length & 255]), frame]))
const bytes = (...values: readonly number[]): Uint8Array => new Uint8Array(values)

describe('the host link', () => {
  it('connects when there is something to send, and puts the length before it', () => {
    const { dialer, send, receive, sent, received, stream, seen } = setUp()
    expect(dialer.dials).toBe(0)
    send(bytes(1, 2, 3))
    expect(sent).toEqual([{ kind: 'sent' }])
    expect(stream().written).toEqual([bytes(0, 3, 1, 2, 3)])
    receive(100)
    stream().give(framed(bytes(9, 8)))
    expect(received).toEqual([{ kind: 'frame', frame: bytes(9, 8) }])
    send(bytes(4))
    expect(dialer.dials).toBe(1)
    expect(seen).toEqual(['connecting', 'connected', 'sent 3', 'received 2', 'sent 1'])
  })

  it('uses the prefix of the profile', () => {
    for (const [prefix, wire] of [
      ['binary4', [0, 0, 0, 2, 7, 7]],
      ['ascii4', [0x30, 0x30, 0x30, 0x32, 7, 7]],
    ] as const) {
      const { send, stream } = setUp({ prefix })
      send(bytes(7, 7))
      expect(stream().written).toEqual([new Uint8Array(wire)])
    }
  })

  it('gives whole frames in order under any chunking', () => {
    const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (list, sizes) => {
        const { send, receive, received, stream } = setUp()
        send(bytes(1))
        const wire = framed(...list)
        for (let offset = 0, turn = 0; offset < wire.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1
          if (turn % 2 === 0 && received.length === turn / 2 && received.length < list.length) receive(10_000)
          stream().give(wire.subarray(offset, offset + size))
          offset += size
        }
        while (received.length < list.length) receive(10_000)
        expect(received).toEqual(list.map((frame) => ({ kind: 'frame', frame })))
      }),
    )
  })

  it('a refused connection means that nothing left, and the next send dials again', () => {
    const { dialer, send, sent } = setUp()
    dialer.refuse = 'connection refused'
    send(bytes(1))
    expect(sent).toEqual([{ kind: 'notSent', reason: 'connection refused' }])
    dialer.refuse = undefined
    send(bytes(2))
    expect(sent.at(-1)).toEqual({ kind: 'sent' })
  })

  it('a connection that does not come in time is given up, and one that comes later is not used', () => {
    const { clock, dialer, send, sent } = setUp()
    dialer.atOnce = false
    send(bytes(1))
    clock.advance(999)
    expect(sent).toEqual([])
    clock.advance(1)
    expect(sent).toEqual([{ kind: 'notSent', reason: 'no connection in time' }])
    expect(dialer.givenUp).toBe(1)
    dialer.connect()
    expect(dialer.streams[0]?.written).toEqual([])
    expect(sent).toHaveLength(1)
    expect(clock.timerCount).toBe(0)
  })

  it('a reply that does not come is a timeout, and a late one is there for the next who asks', () => {
    const { clock, send, receive, received, stream } = setUp()
    send(bytes(1))
    receive(500)
    clock.advance(500)
    expect(received).toEqual([{ kind: 'timeout' }])
    stream().give(framed(bytes(5)))
    receive(500)
    expect(received[1]).toEqual({ kind: 'frame', frame: bytes(5) })
  })

  it('a line that is lost while a reply is awaited says so at once; a half frame is gone', () => {
    const { send, receive, received, stream, sent } = setUp()
    send(bytes(1))
    receive(500)
    stream().give(bytes(0, 5, 1, 2))
    stream().lose()
    expect(received).toEqual([{ kind: 'disconnected' }])
    send(bytes(2))
    expect(sent.at(-1)).toEqual({ kind: 'sent' })
    receive(500)
    stream().give(framed(bytes(3)))
    expect(received[1]).toEqual({ kind: 'frame', frame: bytes(3) })
  })

  it('whole frames that came before the line was lost stay readable', () => {
    const { send, receive, received, stream } = setUp()
    send(bytes(1))
    stream().give(framed(bytes(3), bytes(4)))
    stream().lose()
    receive(500)
    receive(500)
    receive(500)
    expect(received.map(({ kind }) => kind)).toEqual(['frame', 'frame', 'disconnected'])
  })

  it('a frame of exactly the largest size passes, a larger one ends the connection', () => {
    const { send, receive, received, stream } = setUp()
    send(bytes(1))
    receive(500)
    stream().give(framed(new Uint8Array(300)))
    expect(received[0]?.kind).toBe('frame')
    receive(500)
    stream().give(bytes(0x01, 0x2d))
    expect(received[1]).toEqual({ kind: 'disconnected' })
    expect(stream().closed).toBe(true)
  })

  it('a good frame before garbage is delivered', () => {
    const { send, receive, received, stream } = setUp()
    send(bytes(1))
    receive(500)
    stream().give(concatBytes([framed(bytes(7)), bytes(0xff, 0xff, 1)]))
    expect(received).toEqual([{ kind: 'frame', frame: bytes(7) }])
    expect(stream().closed).toBe(true)
  })

  it('an empty frame is a keep-alive and nobody hears of it', () => {
    const { send, receive, received, stream } = setUp()
    send(bytes(1))
    receive(500)
    stream().give(bytes(0, 0, 0, 0, 0, 1, 5))
    expect(received).toEqual([{ kind: 'frame', frame: bytes(5) }])
  })

  it('a length that is no number ends the connection', () => {
    const { send, receive, received, stream } = setUp({ prefix: 'ascii4' })
    send(bytes(1))
    receive(500)
    stream().give(new TextEncoder().encode('HTTP/1.1'))
    expect(received).toEqual([{ kind: 'disconnected' }])
    expect(stream().closed).toBe(true)
  })

  it('a message that is too long for the line never leaves', () => {
    const { send, sent, dialer } = setUp()
    send(new Uint8Array(301))
    expect(sent).toEqual([{ kind: 'notSent', reason: 'message too long' }])
    expect(dialer.dials).toBe(0)
  })

  it('a host that talks without end is hung up on', () => {
    const { send, stream } = setUp()
    send(bytes(1))
    stream().give(framed(...Array.from({ length: 70 }, () => bytes(1))))
    expect(stream().closed).toBe(true)
  })

  it('a connection without traffic is closed after a while, but not while a reply is awaited', () => {
    const { clock, send, receive, received, stream } = setUp()
    send(bytes(1))
    receive(20_000)
    clock.advance(19_999)
    expect(stream().closed).toBe(false)
    clock.advance(1)
    expect(received).toEqual([{ kind: 'timeout' }])
    clock.advance(5_000)
    expect(stream().closed).toBe(true)
    expect(clock.timerCount).toBe(0)
    receive(10)
    expect(received[1]).toEqual({ kind: 'disconnected' })
  })

  it('disconnect closes, forgets what came in, and what comes on the old line is not heard', () => {
    const { link, send, receive, received, stream, clock } = setUp()
    send(bytes(1))
    stream().give(framed(bytes(3)))
    link.disconnect()
    expect(stream().closed).toBe(true)
    stream().give(framed(bytes(4)))
    receive(10)
    expect(received).toEqual([{ kind: 'disconnected' }])
    expect(clock.timerCount).toBe(0)
    link.disconnect()
  })

  it('disconnect while dialling gives up: nothing left', () => {
    const { link, send, sent, dialer } = setUp()
    dialer.atOnce = false
    send(bytes(1))
    link.disconnect()
    expect(sent).toEqual([{ kind: 'notSent', reason: 'disconnected by the terminal' }])
    expect(dialer.givenUp).toBe(1)
  })

  it('one send and one receive at a time', () => {
    const { dialer, send, receive } = setUp()
    dialer.atOnce = false
    send(bytes(1))
    expect(() => send(bytes(2))).toThrow(InvariantError)
    receive(10)
    expect(() => receive(10)).toThrow(InvariantError)
  })

  it('a thousand exchanges that call each other cost no stack and leave no timer', () => {
    const { link, stream, clock, dialer } = setUp()
    let count = 0
    const exchange = (): void => {
      link.send(bytes(1), () => {
        link.receive(100, () => {
          count++
          if (count < 1_000) exchange()
        })
      })
    }
    exchange()
    for (let round = 0; round < 1_000; round++) stream().give(framed(bytes(1)))
    expect(count).toBe(1_000)
    expect(dialer.dials).toBe(1)
    clock.advance(5_000)
    expect(clock.timerCount).toBe(0)
  })
})
