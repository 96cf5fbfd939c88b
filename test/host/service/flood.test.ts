import { beforeEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../sim/world/virtual-clock.ts'
import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { ExplainLimit } from '../../../src/host/core/explain-limit.ts'
import { HostCore } from '../../../src/host/core/host-core.ts'
import { Connections } from '../../../src/host/gateway/connections.ts'
import { DEFAULT_LIMITS, type GatewayLimits } from '../../../src/host/gateway/gateway-options.ts'
import { HostService } from '../../../src/host/service/host-service.ts'
import { LocalDecider } from '../../../src/host/service/local-decider.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { compileSpec } from '../../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../../src/iso8583/specs/unionpay-pos.ts'
import { ClearSecurityModule } from '../core/clear-security-module.ts'
import { LineClient } from '../gateway/line-client.ts'

const PORT = { dialect: 'unionpay-pos', port: 0, prefix: 'binary2' } as const
/** An envelope, a message type, and a bitmap with a field that never comes. */
const BAD_FRAME = fromHex('001560000300006032003200010820FFFFFFFFFFFFFFFF')
const SHORT_FRAME = fromHex('00056000030000')

let clock: VirtualClock
let store: MemoryStore
let connections: Connections
let service: HostService
let decidedCount: number
let explained: string[]
let suppressed: number[]

function open(limits: Partial<GatewayLimits> = {}): void {
  clock = new VirtualClock()
  store = new MemoryStore()
  decidedCount = 0
  explained = []
  suppressed = []
  const explains = new ExplainLimit({ unreadablePerSecond: 10, refusedPerSecond: 5 })
  const core = new HostCore({
    security: new ClearSecurityModule(),
    testBehaviour: false,
    acquirer: { institution: '48520000' },
    explains,
  })
  service = new HostService({
    decider: new LocalDecider({ core, store, log: { fault() {}, outage() {}, recovered() {} } }),
    clock,
    epochMs: () => clock.epochMs(),
    defer: (work) => void clock.after(0, work),
    explains,
    log: {
      decided: () => decidedCount++,
      explained: (_peer, { reason }) => explained.push(reason),
      suppressed: (count) => suppressed.push(count),
      stopped() {},
    },
    onFatal() {},
  })
  connections = new Connections({ ...DEFAULT_LIMITS, ...limits }, () => clock.nowMs(), {
    frame: (from, frame) => service.frame(from, frame),
    rejected: (from, rejection) => service.rejected(from, rejection),
    refused() {},
  })
}

function join(): LineClient {
  const client = new LineClient()
  connections.accept(client, PORT)
  return client
}

function rest(): void {
  while (clock.step());
}

function times(count: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(Array.from({ length: count }, () => bytes))
}

/** The echo test of a terminal that nobody knows. */
function strangersEcho(): Uint8Array {
  const fields = { 41: '99999999', 42: '001290058120001', 60: '00000001301' }
  const encoded = compileSpec(UNIONPAY_POS).encode({ mti: '0820', fields })
  if (!encoded.ok) throw new Error(JSON.stringify(encoded.error))
  const frame = concatBytes([fromHex('6000030000603200320001'), encoded.value])
  return concatBytes([Uint8Array.of(0, frame.length), frame])
}

beforeEach(() => open({ badFramesMax: Number.POSITIVE_INFINITY }))

describe('host service in a flood', () => {
  it.each([
    ['frames that are no messages', BAD_FRAME],
    ['frames that are too short', SHORT_FRAME],
  ])('explains some of many %s and says how many more there were', (_, frame) => {
    const client = join()
    client.send(times(2000, frame))
    rest()
    expect(explained).toHaveLength(10)
    expect(store.listExplains(1000)).toHaveLength(10)
    expect(suppressed).toEqual([1990])
    expect(decidedCount).toBeLessThanOrEqual(10)
    client.send(frame)
    rest()
    expect(explained).toHaveLength(11)
    expect(clock.timerCount).toBe(0)
  })

  it('explains lengths that are none no oftener', () => {
    for (let count = 0; count < 500; count++) join().send(fromHex('FFFF00'))
    rest()
    expect(explained).toHaveLength(10)
    expect(suppressed).toEqual([490])
    expect(connections.count).toBe(0)
    expect(connections.tally.closed.oversized).toBe(500)
  })

  it('does not hide refused requests behind bad frames, and says at its end what it left out', () => {
    const client = join()
    client.send(times(50, BAD_FRAME))
    client.send(times(20, strangersEcho()))
    clock.step()
    expect(explained.filter((reason) => /terminal/.test(reason))).toHaveLength(5)
    expect(suppressed).toEqual([])
    void service.finish()
    expect(suppressed).toEqual([40 + 15])
    expect(clock.timerCount).toBe(0)
  })

  it('closes a client after so many bad frames in a row, of either kind, and none that speaks well between', () => {
    open({ badFramesMax: 4 })
    const [bad, mixed] = [join(), join()]
    bad.send(concatBytes([BAD_FRAME, SHORT_FRAME, BAD_FRAME]))
    rest()
    expect(bad.isDestroyed).toBe(false)
    bad.send(BAD_FRAME)
    rest()
    expect(bad.isDestroyed).toBe(true)
    expect(connections.tally.closed.bad_frames).toBe(1)
    for (let round = 0; round < 3; round++) {
      mixed.send(concatBytes([times(3, BAD_FRAME), strangersEcho()]))
      rest()
    }
    expect(mixed.isDestroyed).toBe(false)
  })
})
