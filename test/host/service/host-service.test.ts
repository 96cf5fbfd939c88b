import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../sim/world/virtual-clock.ts'
import { toHex } from '../../../src/base/bytes.ts'
import { HostCore } from '../../../src/host/core/host-core.ts'
import type { ClientStreamListener } from '../../../src/host/gateway/client-stream.ts'
import { Connections } from '../../../src/host/gateway/connections.ts'
import { DEFAULT_LIMITS } from '../../../src/host/gateway/gateway-options.ts'
import { HostService } from '../../../src/host/service/host-service.ts'
import { LocalDecider } from '../../../src/host/service/local-decider.ts'
import type { DeciderLog } from '../../../src/host/service/store-outage.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { ClearSecurityModule } from '../core/clear-security-module.ts'

/** Envelope and message type; it need not go on. */
const FRAME = '60000300006032003200010820'

const QUIET: DeciderLog = { fault() {}, outage() {}, recovered() {} }

describe('host service', () => {
  it('decides on what came in, though the socket uses its Buffer again', () => {
    const clock = new VirtualClock()
    const store = new MemoryStore()
    const acquirer = { institution: '48520000' }
    const seen: string[] = []
    const core = new HostCore({ security: new ClearSecurityModule(), testBehaviour: false, acquirer })
    const process = core.process.bind(core)
    core.process = (batch, decisions) => {
      seen.push(...batch.map(({ bytes, start }) => toHex(bytes.subarray(start, start + 2))))
      return process(batch, decisions)
    }
    const service = new HostService({
      decider: new LocalDecider({ core, store, log: QUIET }),
      clock,
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
    let client: ClientStreamListener | undefined
    connections.accept(
      {
        peer: 'test:1',
        unsentSize: 0,
        isPaused: false,
        write() {},
        pause() {},
        resume() {},
        end() {},
        destroy() {},
        listen: (listener) => {
          client = listener
        },
      },
      { dialect: 'unionpay-pos', port: 0, prefix: 'binary2' },
    )
    const frame = Buffer.from(FRAME, 'hex')
    const chunk = Buffer.concat([Buffer.from([0, frame.length]), frame])
    client?.received(chunk)
    chunk.fill(0xff)
    while (clock.step());
    expect(seen).toEqual(['0820'])
  })
})
