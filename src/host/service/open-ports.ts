import type { Logger } from 'pino'
import type { Clock } from '../../base/ports.ts'
import type { ExplainLimit } from '../core/explain-limit.ts'
import type { HostCoreOptions } from '../core/host-context.ts'
import { HostCore } from '../core/host-core.ts'
import { ACQUIRER_INSTITUTION } from '../estate/default-estate.ts'
import { Gateway, type GatewayOptions } from '../gateway/gateway.ts'
import {
  DEFAULT_LIMITS,
  DEFAULT_PREFIXES,
  type GatewayLimits,
  PORT_DIALECTS,
  type PortDialect,
  type TlsOptions,
} from '../gateway/gateway-options.ts'
import type { SoftwareSecurityModule } from '../security-module/software-security-module.ts'
import type { BatchDecider } from './batch-decider.ts'
import { hostClock } from './host-clock.ts'
import { serviceLog } from './host-log.ts'
import type { HostMetrics } from './host-metrics.ts'
import { HostService } from './host-service.ts'
import type { HostTap } from './host-tap.ts'
import type { DeciderLog } from './store-outage.ts'

export const DEFAULT_PORTS: Readonly<Record<PortDialect, number>> = {
  'unionpay-pos': 8583,
  'iso1987-ascii': 8584,
  'iso1987-binary': 8585,
}

export interface PortsOptions {
  readonly decider: BatchDecider
  readonly log: Logger
  /** 0: any free port; undefined: the default. */
  readonly ports?: Partial<Readonly<Record<PortDialect, number>>>
  readonly address?: string
  readonly tls?: TlsOptions
  readonly limits?: Partial<GatewayLimits>
  readonly clock?: Clock
  /** The store failed and the host has stopped answering. */
  readonly onFatal?: (reason: string) => void
  readonly tap?: HostTap
  /** How much is explained, for the core and the ports together. */
  readonly explains: ExplainLimit
  /** What counts; nothing is counted when undefined. */
  readonly metrics?: HostMetrics
}

export interface OpenPorts {
  readonly ports: Readonly<Record<PortDialect, number>>
  readonly service: HostService
  readonly gateway: Gateway
}

/** The decisions of a host as it runs. `testBehaviour`: on unless it says false. */
export function hostCore(
  security: SoftwareSecurityModule,
  testBehaviour: boolean | undefined,
  explains: ExplainLimit,
  more: Pick<HostCoreOptions, 'wallets' | 'signatures' | 'faults' | 'catalogue' | 'rates'> = {},
): HostCore {
  return new HostCore({
    security,
    testBehaviour: testBehaviour !== false,
    acquirer: { institution: ACQUIRER_INSTITUTION },
    explains,
    ...more,
  })
}

/** What a decider tells of its store, in the log and counted. */
export function deciderLog(log: Logger, metrics: HostMetrics | undefined): DeciderLog {
  return metrics === undefined ? serviceLog(log) : metrics.hear(serviceLog(log))
}

/** Opens the ports of a host, whose batches `decider` decides. Rejects with `GatewayError`; nothing stays open then. */
export async function openPorts(options: PortsOptions): Promise<OpenPorts> {
  const { decider, log, explains, metrics } = options
  const clock = options.clock ?? hostClock
  const service = new HostService({
    decider,
    clock,
    epochMs: Date.now,
    defer: (work) => setImmediate(work),
    log: serviceLog(log),
    explains,
    ...(metrics === undefined ? {} : { metrics }),
    onFatal: (reason) => {
      gateway.abort()
      options.onFatal?.(reason)
    },
  })
  const gateway: Gateway = new Gateway(gatewayOptions(options, clock), {
    frame: (connection, frame) => service.frame(connection, frame),
    rejected: (connection, rejection) => service.rejected(connection, rejection),
    refused: (peer, reason) => log.warn({ event: 'refused', peer, reason }),
    dropped: (reason, count) => log.warn({ event: 'dropped', reason, count }),
  })
  const ports = await gateway.open()
  log.info({ event: 'listening', ports })
  return { ports, service, gateway }
}

function gatewayOptions(options: PortsOptions, clock: Clock): GatewayOptions {
  const { address, ports, limits, tls, tap, metrics } = options
  return {
    address: address ?? '127.0.0.1',
    ports: PORT_DIALECTS.map((dialect) => ({
      dialect,
      port: ports?.[dialect] ?? DEFAULT_PORTS[dialect],
      prefix: DEFAULT_PREFIXES[dialect],
    })),
    limits: { ...DEFAULT_LIMITS, ...limits },
    nowMs: () => clock.nowMs(),
    ...(tls === undefined ? {} : { tls }),
    ...(tap === undefined ? {} : { tap }),
    ...(metrics === undefined ? {} : { tally: metrics.gateway }),
  }
}
