import { afterEach, describe, expect, it } from 'vitest'
import { asciiToBytes } from '../../src/base/bytes.ts'
import type { Message } from '../../src/iso8583/message.ts'
import {
  addPacked,
  createHistogram,
  type LatencyHistogram,
  percentileMs,
} from '../../src/load/latency-histogram.ts'
import type { LoadTick } from '../../src/load/load-tick.ts'
import {
  approval,
  type Behaviour,
  encoded,
  faultsOf,
  loadTinyHost,
  openTinyHost,
  sumOf,
} from './tiny-host.ts'

const CLOSED = { kind: 'closed', outstanding: 1 } as const

let opened: { close(): void } | undefined
afterEach(() => opened?.close())

async function portOf(behave: Behaviour): Promise<number> {
  const host = await openTinyHost(behave)
  opened = host
  return host.port
}

/** Every third request gets `behave`, the others the right answer. */
function everyThird(behave: Behaviour): Behaviour {
  let count = 0
  return (request, socket) => {
    count++
    return count % 3 === 0 ? behave(request, socket) : encoded(approval(request))
  }
}

function histogramOf(ticks: readonly LoadTick[], which: 'response' | 'service'): LatencyHistogram {
  const histogram = createHistogram()
  for (const tick of ticks) addPacked(histogram, tick[which])
  return histogram
}

const framed = (frame: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(String(frame.length).padStart(4, '0')), frame])

const another = (request: Message): Uint8Array => {
  const reply = approval(request)
  return encoded({ ...reply, fields: { ...reply.fields, 11: '000000' } })
}

describe('outcomes of a request are kept apart', () => {
  it('all answered: nothing failed', async () => {
    const port = await portOf((request) => encoded(approval(request)))
    const { ticks, result } = await loadTinyHost(port, { pacing: CLOSED, durationMs: 300 })
    expect(faultsOf(ticks)).toEqual({})
    expect(sumOf(ticks, ({ approved }) => approved)).toBe(sumOf(ticks, ({ sent }) => sent))
    expect(result.kinds[0]?.approved).toBeGreaterThan(10)
  })

  it('nothing came', async () => {
    const port = await portOf(everyThird(() => undefined))
    const load = { pacing: CLOSED, durationMs: 1000, timeoutMs: 300 }
    const { ticks } = await loadTinyHost(port, load)
    expect(Object.keys(faultsOf(ticks))).toEqual(['noReply'])
  })

  it('it came, but is no message', async () => {
    const port = await portOf(everyThird(() => asciiToBytes('0210 this is no bitmap')))
    const { ticks } = await loadTinyHost(port, { pacing: CLOSED, durationMs: 300 })
    expect(Object.keys(faultsOf(ticks))).toEqual(['undecodable'])
    expect(sumOf(ticks, ({ events }) => events.undecodableFrames)).toBeGreaterThan(0)
    expect(sumOf(ticks, ({ events }) => events.unmatchedFrames)).toBe(0)
  })

  it('it is a message, but belongs to no request', async () => {
    const port = await portOf(everyThird(another))
    const load = { pacing: CLOSED, durationMs: 1000, timeoutMs: 300 }
    const { ticks } = await loadTinyHost(port, load)
    expect(Object.keys(faultsOf(ticks))).toEqual(['unmatched'])
    expect(sumOf(ticks, ({ events }) => events.undecodableFrames)).toBe(0)
  })

  it('with several under way, each failed request has one fault and the sum is right', async () => {
    let count = 0
    const port = await portOf((request) => {
      count++
      if (count % 7 === 0) return asciiToBytes('garbage')
      return count % 5 === 0 ? another(request) : count % 11 === 0 ? undefined : encoded(approval(request))
    })
    const load = { pacing: { kind: 'closed', outstanding: 4 }, durationMs: 1000, timeoutMs: 300 } as const
    const { ticks } = await loadTinyHost(port, load)
    const faults = faultsOf(ticks)
    const failed = Object.values(faults).reduce((sum, times) => sum + times, 0)
    expect(sumOf(ticks, ({ approved }) => approved) + failed).toBe(sumOf(ticks, ({ sent }) => sent))
    expect(Object.keys(faults).sort()).toEqual(['noReply', 'undecodable', 'unmatched'])
  })

  it('a reply that comes after its time is late, not foreign', async () => {
    const waiting: (() => void)[] = []
    const port = await portOf((request, socket) => {
      const frame = encoded(approval(request))
      // The answer to the request before leaves with the next one.
      waiting.shift()?.()
      waiting.push(() => socket.write(framed(frame)))
      return undefined
    })
    const { ticks } = await loadTinyHost(port, { pacing: CLOSED, durationMs: 1000, timeoutMs: 200 })
    expect(Object.keys(faultsOf(ticks))).toEqual(['noReply'])
    expect(sumOf(ticks, ({ events }) => events.lateFrames)).toBeGreaterThan(0)
    expect(sumOf(ticks, ({ events }) => events.unmatchedFrames)).toBe(0)
  })

  it('a second reply to one request does not stand for the missing one of another', async () => {
    let count = 0
    const port = await portOf((request, socket) => {
      count++
      if (count % 5 === 0) return undefined
      const frame = encoded(approval(request))
      if (count % 3 === 0) socket.write(framed(frame))
      return frame
    })
    const load = { pacing: { kind: 'closed', outstanding: 4 }, durationMs: 600, timeoutMs: 150 } as const
    const { ticks } = await loadTinyHost(port, load)
    expect(Object.keys(faultsOf(ticks))).toEqual(['noReply'])
    expect(sumOf(ticks, ({ events }) => events.repeatedFrames)).toBeGreaterThan(0)
    expect(sumOf(ticks, ({ events }) => events.unmatchedFrames)).toBe(0)
  })

  it("an echo test that the host begins is nobody's reply; a request thrown back is", async () => {
    let count = 0
    const port = await portOf((request, socket) => {
      count++
      if (count % 7 === 0) return undefined
      if (count % 5 === 0) return encoded(request)
      if (count % 3 === 0)
        socket.write(framed(encoded({ mti: '0800', fields: { 11: '999999', 41: 'TERM0001', 70: '301' } })))
      return encoded(approval(request))
    })
    const load = { pacing: { kind: 'closed', outstanding: 4 }, durationMs: 600, timeoutMs: 150 } as const
    const { ticks } = await loadTinyHost(port, load)
    expect(sumOf(ticks, ({ events }) => events.hostRequests)).toBeGreaterThan(0)
    expect(sumOf(ticks, ({ events }) => events.unmatchedFrames)).toBe(faultsOf(ticks)['unmatched'])
    expect(Object.keys(faultsOf(ticks))).toEqual(['noReply', 'unmatched'])
  })

  it('bytes that end a connection were the answer to one of those under way', async () => {
    let count = 0
    const port = await portOf((request, socket) => {
      count++
      // No length, and no reply any more: the load has to hang up.
      if (count % 4 === 0) socket.write('no length')
      return count % 4 === 0 ? undefined : encoded(approval(request))
    })
    const load = { pacing: { kind: 'closed', outstanding: 4 }, durationMs: 600 } as const
    const { ticks } = await loadTinyHost(port, load)
    const lost = sumOf(ticks, ({ events }) => events.connectionLost)
    expect(lost).toBeGreaterThan(1)
    expect(faultsOf(ticks)['undecodable']).toBe(lost)
  })

  it('the connection went, and is dialled again', async () => {
    const port = await portOf(
      everyThird((_request, socket) => {
        socket.destroy()
        return undefined
      }),
    )
    const { ticks } = await loadTinyHost(port, { pacing: CLOSED, durationMs: 900 })
    expect(Object.keys(faultsOf(ticks))).toEqual(['closed'])
    expect(sumOf(ticks, ({ events }) => events.connectionLost)).toBeGreaterThan(1)
  })

  it('a decline is an answer', async () => {
    const port = await portOf((request) => {
      const reply = approval(request)
      return encoded({ ...reply, fields: { ...reply.fields, 39: '51' } })
    })
    const { ticks } = await loadTinyHost(port, { pacing: CLOSED, durationMs: 200 })
    expect(faultsOf(ticks)).toEqual({})
    expect(sumOf(ticks, ({ declined }) => declined)).toBeGreaterThan(0)
    expect(ticks[0]?.codes).toEqual({ 51: ticks[0]?.declined })
  })

  it('nobody listens', async () => {
    const host = await openTinyHost(() => undefined)
    host.close()
    const { failure } = await loadTinyHost(host.port, { pacing: CLOSED, durationMs: 200 })
    expect(failure).toBe('noConnection')
  })
})

const STALL_MS = 800
const RATE = 200

/** Leaves one request without an answer. */
function silentOnce(afterRequests: number): Behaviour {
  let count = 0
  return (request) => {
    count++
    return count === afterRequests ? undefined : encoded(approval(request))
  }
}

describe('coordinated omission', () => {
  it('arrivals that a stalled host kept waiting count with their wait', async () => {
    // One connection, and a host that answers in order: while it holds one answer back, all wait.
    const held: (() => void)[] = []
    let stalled = false
    let count = 0
    const answerAll = (): void => {
      stalled = false
      for (const answer of held.splice(0)) answer()
    }
    const port = await portOf((request, socket) => {
      count++
      if (count === 50) {
        stalled = true
        setTimeout(answerAll, STALL_MS)
      }
      const frame = encoded(approval(request))
      if (!stalled) return frame
      held.push(() => socket.write(framed(frame)))
      return undefined
    })
    const steps = [{ ratePerSecond: RATE, durationMs: 2000 }]
    const { ticks, result } = await loadTinyHost(port, {
      pacing: { kind: 'open', process: 'even', steps },
      durationMs: 2000,
    })
    const response = histogramOf(ticks, 'response')
    const service = histogramOf(ticks, 'service')
    // Nothing is left out: as many arrivals as the rate says, stall or not, and each has its answer.
    expect(sumOf(ticks, ({ offered }) => offered)).toBeGreaterThanOrEqual(2 * RATE - 2)
    expect(result.neverSent).toBe(0)
    expect(response.totalCount).toBe(sumOf(ticks, ({ offered }) => offered))
    // A stall of 0.8 s in 2 s of even arrivals: 40 % waited, evenly from none to all of it.
    expect(percentileMs(response, 80)).toBeGreaterThan(STALL_MS * 0.35)
    expect(percentileMs(response, 98)).toBeGreaterThan(STALL_MS * 0.85)
    // Seen from sending, only the four terminals that were under way noticed.
    expect(percentileMs(service, 98)).toBeLessThan(STALL_MS * 0.35)
    expect(percentileMs(service, 100)).toBeGreaterThan(STALL_MS * 0.85)
  })
})

describe('an open loop', () => {
  it('says what it could not send', async () => {
    const port = await portOf(silentOnce(1))
    const { ticks, result } = await loadTinyHost(port, {
      pacing: { kind: 'open', process: 'poisson', steps: [{ ratePerSecond: 300, durationMs: 300 }] },
      durationMs: 300,
      timeoutMs: 150,
    })
    const answered = sumOf(ticks, ({ approved }) => approved)
    const failed = Object.values(faultsOf(ticks)).reduce((sum, times) => sum + times, 0)
    expect(answered + failed + result.neverSent).toBe(sumOf(ticks, ({ offered }) => offered))
    expect(faultsOf(ticks)).toEqual({ noReply: 1 })
  })
})
