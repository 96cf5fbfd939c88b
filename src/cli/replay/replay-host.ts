import { DriftingClock, VirtualClock } from '../../../sim/world/virtual-clock.ts'
import type { LocalDateTime } from '../../base/ports.ts'
import { HostCore } from '../../host/core/host-core.ts'
import { Catalogue } from '../../host/estate/catalogue.ts'
import { ACQUIRER_INSTITUTION } from '../../host/estate/default-estate.ts'
import { RateBook } from '../../host/estate/rate-book.ts'
import type { ClientStreamListener } from '../../host/gateway/client-stream.ts'
import { Connections } from '../../host/gateway/connections.ts'
import { DEFAULT_LIMITS, DEFAULT_PREFIXES, type PortDialect } from '../../host/gateway/gateway-options.ts'
import { HostService } from '../../host/service/host-service.ts'
import { LocalDecider } from '../../host/service/local-decider.ts'
import type { ReplayEstate } from './replay-estate.ts'

export interface ReplayClient {
  send(bytes: Uint8Array): void
  /** The client is gone. */
  end(): void
}

/** Today's gateway connections, service and core over lines in memory, in virtual time. */
export class ReplayHost {
  readonly clock = new VirtualClock()
  readonly faults: string[] = []
  readonly #connections: Connections

  constructor(estate: ReplayEstate, testBehaviour: boolean, startLocal: LocalDateTime) {
    const { clock } = this
    const wall = new DriftingClock(clock)
    wall.setLocalTime(startLocal)
    // A recording does not have the rates of its host: those that every host begins with stand for them.
    const rates = new RateBook(undefined)
    const core = new HostCore({
      security: estate.security,
      testBehaviour,
      acquirer: { institution: ACQUIRER_INSTITUTION },
      rates,
      catalogue: new Catalogue([], rates),
    })
    const fault = (reason: string) => this.faults.push(reason)
    const service = new HostService({
      decider: new LocalDecider({ core, store: estate.store, log: { fault, outage: fault, recovered() {} } }),
      clock: wall,
      epochMs: () => wall.epochMs(),
      defer: (work) => void clock.after(0, work),
      log: { decided() {}, explained() {}, stopped() {} },
      onFatal: fault,
    })
    this.#connections = new Connections(DEFAULT_LIMITS, () => clock.nowMs(), {
      frame: (from, frame) => service.frame(from, frame),
      rejected: (from, rejection) => service.rejected(from, rejection),
      refused: (_peer, reason) => this.faults.push(reason),
    })
  }

  connect(
    dialect: PortDialect,
    peer: string,
    heard: { readonly bytes: (bytes: Uint8Array) => void; readonly closed: () => void },
  ): ReplayClient {
    let listener: ClientStreamListener | undefined
    let isOpen = true
    const close = (): void => {
      if (!isOpen) return
      isOpen = false
      heard.closed()
      this.clock.after(0, () => listener?.ended())
    }
    this.#connections.accept(
      {
        peer,
        unsentSize: 0,
        isPaused: false,
        write: (bytes) => {
          if (isOpen) heard.bytes(bytes)
        },
        pause() {},
        resume() {},
        end: close,
        destroy: close,
        listen: (next) => {
          listener = next
        },
      },
      { dialect, port: 0, prefix: DEFAULT_PREFIXES[dialect] },
    )
    return {
      send: (bytes) => {
        if (isOpen) listener?.received(bytes)
      },
      end: () => {
        if (!isOpen) return
        isOpen = false
        listener?.ended()
      },
    }
  }
}
