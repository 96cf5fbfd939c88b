import { VirtualClock } from '../../sim/world/virtual-clock.ts'
import { concatBytes, fromHex } from '../../src/base/bytes.ts'
import { HostCore } from '../../src/host/core/host-core.ts'
import type { ClientStream, ClientStreamListener } from '../../src/host/gateway/client-stream.ts'
import { Connections } from '../../src/host/gateway/connections.ts'
import { DEFAULT_LIMITS, DEFAULT_PREFIXES, PORT_DIALECTS } from '../../src/host/gateway/gateway-options.ts'
import { HostService } from '../../src/host/service/host-service.ts'
import { LocalDecider } from '../../src/host/service/local-decider.ts'
import { MemoryStore } from '../../src/host/store/memory-store.ts'
import { MemoryTables } from '../../src/host/store/memory-tables.ts'
import { lengthPrefixBytes } from '../../src/iso8583/framing/length-prefix.ts'
import { ISO_TID, TestHost } from '../host/core/test-host.ts'
import { TestTerminal, type WorkingKeys } from '../host/core/test-terminal.ts'
import { CODECS } from './dialects.ts'
import { must } from './fuzz-target.ts'

export const UNIONPAY_ENVELOPE = fromHex('6000030000603200320001')
const STEPS_MAX = 2000

/** A host after a sign-in, made once; each execution works on a copy of its books. */
const base = (() => {
  const tables = new MemoryTables()
  const host = new TestHost(new MemoryStore(tables))
  const terminal = TestTerminal.signedIn(host)
  return { tables, host, keys: terminal.need(), batch: terminal.batch }
})()

/** Keys of the terminal that is signed in. */
export const WORKING_KEYS: WorkingKeys = base.keys
export const SIGNED_IN_BATCH: number = base.batch
export { ISO_TID }

function copyOf(from: MemoryTables): MemoryTables {
  const to = new MemoryTables()
  to.nextNumber = from.nextNumber
  const names = [
    'merchants',
    'terminals',
    'issuers',
    'accounts',
    'transactions',
    'transactionIds',
    'holds',
    'batches',
    'uploads',
  ] as const
  for (const name of names) {
    const target = to[name] as Map<unknown, unknown>
    for (const [key, row] of from[name]) target.set(key, row)
  }
  for (const [key, ids] of from.batchIds) to.batchIds.set(key, [...ids])
  for (const [key, rows] of from.entries) to.entries.set(key, [...rows])
  return to
}

/** A host in memory whose faults are findings. */
export class FuzzHost {
  readonly store = new MemoryStore(copyOf(base.tables))
  readonly #clock = new VirtualClock()
  readonly #connections: Connections
  readonly #service: HostService

  constructor() {
    const clock = this.#clock
    const stop = (reason: string): never => {
      throw new Error(`the host stopped: ${reason}`)
    }
    const fault = (reason: string): void => {
      this.#fault = reason
    }
    this.#service = new HostService({
      decider: new LocalDecider({
        core: new HostCore({
          // Each sign-in makes keys: they go with this host.
          security: base.host.clearModule.copy(),
          testBehaviour: true,
          acquirer: { institution: '48520000' },
        }),
        store: this.store,
        log: { fault, outage: fault, recovered() {} },
      }),
      clock,
      epochMs: () => clock.epochMs(),
      defer: (work) => {
        clock.after(0, work)
      },
      log: {
        decided() {},
        explained() {},
        stopped: stop,
      },
      onFatal: stop,
    })
    this.#connections = new Connections(DEFAULT_LIMITS, () => clock.nowMs(), {
      frame: (from, frame) => this.#service.frame(from, frame),
      rejected: (from, rejection) => this.#service.rejected(from, rejection),
      refused: () => {},
    })
  }

  #fault: string | undefined

  get connectionCount(): number {
    return this.#connections.count
  }

  connect(port: number): MemoryClient {
    const client = new MemoryClient()
    const dialect = PORT_DIALECTS[port % PORT_DIALECTS.length] ?? 'unionpay-pos'
    this.#connections.accept(client, { dialect, port: 0, prefix: DEFAULT_PREFIXES[dialect] })
    return client
  }

  /** Lets pass what is due; a request that could not be decided is a finding. */
  work(): void {
    for (let steps = 0; this.#clock.step(); steps++) must(steps < STEPS_MAX, 'the host never comes to rest')
    must(this.#fault === undefined, this.#fault ?? '')
  }
}

class MemoryClient implements ClientStream {
  readonly peer = 'memory'
  unsentSize = 0
  isPaused = false
  isDestroyed = false
  sentSize = 0
  readonly sent: Uint8Array[] = []
  #listener: ClientStreamListener | undefined

  write(bytes: Uint8Array): void {
    this.sentSize += bytes.length
    this.sent.push(bytes.slice())
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  end(): void {
    this.lose()
  }

  destroy(): void {
    this.lose()
  }

  listen(listener: ClientStreamListener): void {
    this.#listener = listener
  }

  give(bytes: Uint8Array): void {
    if (this.isDestroyed) return
    const lent = bytes.slice()
    this.#listener?.received(lent)
    lent.fill(0xee)
  }

  lose(): void {
    if (this.isDestroyed) return
    this.isDestroyed = true
    this.#listener?.ended()
  }
}

/** A frame of the UnionPay port that a host always answers. */
export function signInFrame(): Uint8Array {
  const encoded = CODECS[0]?.encode({
    mti: '0800',
    fields: { 11: '000777', 41: '10000002', 42: '001290058120001', 60: '00000001004', 63: '01 ' },
  })
  must(encoded?.ok === true, 'no sign-in')
  const frame = concatBytes([UNIONPAY_ENVELOPE, encoded.value])
  return concatBytes([lengthPrefixBytes('binary2', frame.length), frame])
}
