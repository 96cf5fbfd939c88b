import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../sim/world/virtual-clock.ts'
import { concatBytes } from '../../../src/base/bytes.ts'
import type { Outcome } from '../../../src/host/core/inbound.ts'
import { Connections } from '../../../src/host/gateway/connections.ts'
import { DEFAULT_LIMITS } from '../../../src/host/gateway/gateway-options.ts'
import { HostService } from '../../../src/host/service/host-service.ts'
import { LineClient } from '../gateway/line-client.ts'

const PORT = { dialect: 'unionpay-pos', port: 0, prefix: 'binary2' } as const
const ENVELOPE_SIZE = 11
/** What each message takes this decider. */
const MESSAGE_MS = 0.1

function frameOf(id: number): Uint8Array {
  return Uint8Array.from([0, ENVELOPE_SIZE + 1, 0x60, ...new Uint8Array(ENVELOPE_SIZE - 1), id])
}

function silent(): Outcome {
  return { reply: undefined, plan: { kind: 'silent' }, explain: undefined, summary: {} as Outcome['summary'] }
}

describe('turns of a host', () => {
  it('are short once messages take time, and give each client its share', () => {
    const clock = new VirtualClock()
    let spentMs = 0
    const batches: number[][] = []
    const service = new HostService({
      decider: {
        decide(batch) {
          batches.push(batch.map(({ bytes }) => bytes.at(-1) ?? 0))
          spentMs += batch.length * MESSAGE_MS
          return batch.map(silent)
        },
        note() {},
      },
      clock: {
        nowMs: () => clock.nowMs() + spentMs,
        localTime: () => clock.localTime(),
        schedule: (atMs, fire) => clock.schedule(atMs, fire),
      },
      epochMs: () => clock.epochMs(),
      defer: (work) => void clock.after(0, work),
      log: { decided() {}, explained() {}, stopped() {} },
      onFatal() {},
    })
    const connections = new Connections(DEFAULT_LIMITS, () => clock.nowMs(), {
      frame: (from, frame) => service.frame(from, frame),
      rejected() {},
      refused() {},
    })
    const [greedy, good] = ['10.0.0.1:1', '10.0.0.2:1'].map((peer) => {
      const client = new LineClient(peer)
      connections.accept(client, PORT)
      return client
    })
    const flood = (): void => greedy?.send(concatBytes(Array.from({ length: 200 }, () => frameOf(1))))
    flood()
    good?.send(frameOf(2))
    clock.step()
    // Nothing was known of how long it takes.
    expect(batches.splice(0).flat()).toHaveLength(201)
    flood()
    good?.send(frameOf(2))
    clock.step()
    expect(batches[0]).toHaveLength(32)
    expect(batches[0]).toContain(2)
    good?.send(frameOf(3))
    clock.step()
    expect(batches[1]).toContain(3)
    while (clock.step());
    expect(batches.flat().filter((id) => id === 1)).toHaveLength(200)
    expect(Math.max(...batches.map(({ length }) => length))).toBe(32)
    batches.splice(0)
    flood()
    void service.finish()
    expect(batches.flat()).toHaveLength(200)
    expect(clock.step()).toBe(true)
    expect(clock.step()).toBe(false)
  })
})
