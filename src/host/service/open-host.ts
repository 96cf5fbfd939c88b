import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '../../base/ports.ts'
import type { ClearingStore } from '../core/clearing-port.ts'
import { ExplainLimit } from '../core/explain-limit.ts'
import { HostCore } from '../core/host-core.ts'
import type { TerminalRow, TransactionRow } from '../core/records.ts'
import type { BooksFinding, DecisionStore, LedgerBalance } from '../core/store-port.ts'
import { ACQUIRER_INSTITUTION } from '../estate/default-estate.ts'
import { Estate } from '../estate/estate.ts'
import { Gateway, type GatewayOptions } from '../gateway/gateway.ts'
import {
  DEFAULT_LIMITS,
  DEFAULT_PREFIXES,
  type GatewayLimits,
  PORT_DIALECTS,
  type PortDialect,
  type TlsOptions,
} from '../gateway/gateway-options.ts'
import { openPersonalisation, type Personalisation } from '../security-module/personalisation.ts'
import {
  openSecurityModule,
  type SoftwareSecurityModule,
} from '../security-module/software-security-module.ts'
import { GroupCommitStore } from '../store/group-commit-store.ts'
import { SqliteStore } from '../store/sqlite-store.ts'
import { GroupDecider } from './group-decider.ts'
import { hostClock } from './host-clock.ts'
import { openHostLog, serviceLog } from './host-log.ts'
import type { HostMetrics } from './host-metrics.ts'
import { HostService } from './host-service.ts'
import { type HostKnowledge, type HostTap, hostKnowledge } from './host-tap.ts'
import { LocalDecider } from './local-decider.ts'

export interface HostOptions {
  /** Made when it is not there, with mode 0700. One host a folder. */
  readonly dataDirectory: string
  /** 0: any free port; undefined: the default. */
  readonly ports?: Partial<Readonly<Record<PortDialect, number>>>
  readonly address?: string
  readonly tls?: TlsOptions
  readonly limits?: Partial<GatewayLimits>
  /** Amounts and cards that force an answer; on unless it says false. */
  readonly testBehaviour?: boolean
  readonly clock?: Clock
  readonly log?: Logger
  /** What counts; nothing is counted when undefined. */
  readonly metrics?: HostMetrics
  /** The store failed and the host has stopped answering. */
  readonly onFatal?: (reason: string) => void
  /** Makes what hears each client's bytes, from what this host knows. */
  readonly tap?: (host: HostKnowledge) => HostTap
  /** What the service decides on instead of the store: for whoever tests what a power cut leaves. */
  readonly storeProbe?: (store: DecisionStore) => DecisionStore
}

export const DEFAULT_PORTS: Readonly<Record<PortDialect, number>> = {
  'unionpay-pos': 8583,
  'iso1987-ascii': 8584,
  'iso1987-binary': 8585,
}

/** A host without its ports: what the books and the estate need. */
export interface HostRecords {
  readonly security: SoftwareSecurityModule
  readonly store: SqliteStore
  readonly clearing: ClearingStore
  readonly estate: Estate
  readonly personalisation: Personalisation
  close(): void
}

export interface Host extends Omit<HostRecords, 'close' | 'security' | 'clearing'> {
  readonly ports: Readonly<Record<PortDialect, number>>
  /** Empty when the books are right. */
  checkBooks(): readonly BooksFinding[]
  terminal(tid: string): TerminalRow | undefined
  transactions(tid: string, batchNumber?: number): readonly TransactionRow[]
  ledger(): readonly LedgerBalance[]
  /** Answers what was taken, then closes everything. */
  close(): Promise<void>
  /** Ends as by a power cut: nothing is answered any more. */
  abort(): void
}

const DATABASE_FILE = 'host.db'

/**
 * Opens the records of a host: store, security module, estate, and the embedded defaults at the first start.
 *
 * @throws {StoreError | SecurityModuleError} with one sentence that says what to do; nothing stays open.
 */
export function openHostRecords(dataDirectory: string): HostRecords {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  const store = new SqliteStore(join(dataDirectory, DATABASE_FILE))
  try {
    const hasWrappedKeys = store.listTerminals().length > 0
    const security = openSecurityModule({ directory: dataDirectory, hasWrappedKeys })
    const estate = new Estate(store, security)
    estate.setUpDefaults()
    const personalisation = openPersonalisation({
      directory: dataDirectory,
      security,
      issuers: store.listIssuers(),
    })
    const { clearing } = store
    return { store, clearing, estate, personalisation, close: () => store.close(), security }
  } catch (error) {
    store.close()
    throw error
  }
}

/**
 * Opens a host and its ports.
 *
 * Rejects with `StoreError`, `SecurityModuleError` or `GatewayError`, each one sentence that says what to do;
 * nothing stays open then.
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const records = openHostRecords(options.dataDirectory)
  const clock = options.clock ?? hostClock
  const log = options.log ?? openHostLog('info')
  const { metrics } = options
  const explains = metrics?.explains ?? new ExplainLimit()
  const core = new HostCore({
    security: records.security,
    testBehaviour: options.testBehaviour !== false,
    acquirer: { institution: ACQUIRER_INSTITUTION },
    explains,
  })
  const said = metrics === undefined ? serviceLog(log) : metrics.hear(serviceLog(log))
  const groupStore = new GroupCommitStore(
    records.store,
    (first, count) => core.addNumbers(first, count),
    (rowCount) => metrics?.committed(rowCount),
  )
  const service = new HostService({
    decider:
      options.storeProbe === undefined
        ? new GroupDecider({ core, store: groupStore, log: said })
        : new LocalDecider({ core, store: options.storeProbe(records.store), log: said }),
    clock,
    epochMs: Date.now,
    defer: (work) => setImmediate(work),
    log: said,
    explains,
    ...(metrics === undefined ? {} : { metrics }),
    onFatal: (reason) => {
      gateway.abort()
      options.onFatal?.(reason)
    },
  })
  const gateway: Gateway = new Gateway(
    { ...gatewayOptionsOf(options, clock), ...tapOf(options, records) },
    {
      frame: (connection, frame) => service.frame(connection, frame),
      rejected: (connection, rejection) => service.rejected(connection, rejection),
      refused: (peer, reason) => log.warn({ event: 'refused', peer, reason }),
      dropped: (reason, count) => log.warn({ event: 'dropped', reason, count }),
    },
  )
  try {
    const ports = await gateway.open()
    log.info({ event: 'listening', ports })
    return openedHost(records, groupStore, gateway, service, ports)
  } catch (error) {
    records.close()
    throw error
  }
}

function gatewayOptionsOf(
  { address, ports, limits, tls, metrics }: HostOptions,
  clock: Clock,
): GatewayOptions {
  return {
    address: address ?? '127.0.0.1',
    ports: PORT_DIALECTS.map((dialect) => ({
      dialect,
      port: ports?.[dialect] ?? DEFAULT_PORTS[dialect],
      prefix: DEFAULT_PREFIXES[dialect],
    })),
    limits: { ...DEFAULT_LIMITS, ...limits },
    nowMs: () => clock.nowMs(),
    ...(metrics === undefined ? {} : { tally: metrics.gateway }),
    ...(tls === undefined ? {} : { tls }),
  }
}

function tapOf({ tap, testBehaviour }: HostOptions, { store, security }: HostRecords) {
  return tap === undefined ? {} : { tap: tap(hostKnowledge(store, security, testBehaviour !== false)) }
}

function openedHost(
  { store, estate, personalisation }: HostRecords,
  groupStore: GroupCommitStore,
  gateway: Gateway,
  service: HostService,
  ports: Readonly<Record<PortDialect, number>>,
): Host {
  let closing: Promise<void> | undefined
  return {
    ports,
    store,
    estate,
    personalisation,
    checkBooks: () => store.checkBooks(),
    terminal: (tid) => store.listTerminals().find((terminal) => terminal.tid === tid),
    transactions: (tid, batchNumber) =>
      store.listTransactions({ tid, ...(batchNumber === undefined ? {} : { batchNumber }) }),
    ledger: () => store.ledgerBalances(),
    close() {
      closing ??= (async () => {
        await service.finish()
        await gateway.close()
        await groupStore.close()
        store.close()
      })()
      return closing
    },
    abort() {
      if (closing !== undefined) return
      closing = Promise.resolve()
      service.abandon()
      gateway.abort()
      void groupStore.close()
      store.close()
    },
  }
}
