import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { ClearingStore } from '../core/clearing-port.ts'
import { ExplainLimit } from '../core/explain-limit.ts'
import { FaultSwitches } from '../core/fault-switches.ts'
import type { TerminalRow, TransactionRow } from '../core/records.ts'
import type { BooksFinding, DecisionStore, LedgerBalance } from '../core/store-port.ts'
import { Catalogue } from '../estate/catalogue.ts'
import { CatalogueDesk } from '../estate/catalogue-desk.ts'
import { putOldDownloadsAside, readOldDownloads, takeOldDownloads } from '../estate/downloads-file.ts'
import { Estate } from '../estate/estate.ts'
import { RateBook } from '../estate/rate-book.ts'
import type { PortDialect } from '../gateway/gateway-options.ts'
import { openPersonalisation, type Personalisation } from '../security-module/personalisation.ts'
import {
  openSecurityModule,
  type SoftwareSecurityModule,
} from '../security-module/software-security-module.ts'
import { GroupCommitStore } from '../store/group-commit-store.ts'
import { SqliteStore } from '../store/sqlite-store.ts'
import { openPayments } from '../wallet/open-payments.ts'
import type { SignatureBook } from '../wallet/signature-book.ts'
import type { Wallets } from '../wallet/wallets.ts'
import type { AnswerObserver } from './answer-observer.ts'
import { GroupDecider } from './group-decider.ts'
import { openHostLog } from './host-log.ts'
import { type HostKnowledge, type HostTap, hostKnowledge } from './host-tap.ts'
import { LocalDecider } from './local-decider.ts'
import { deciderLog, hostCore, type OpenPorts, openPorts, type PortsOptions } from './open-ports.ts'
import { TRY_AFTER_MS } from './store-outage.ts'

export interface HostOptions extends Omit<PortsOptions, 'log' | 'decider' | 'tap' | 'explains'> {
  /** Made when it is not there, with mode 0700. One host a folder. */
  readonly dataDirectory: string
  readonly log?: Logger
  /** Amounts and cards that force an answer; on unless it says false. */
  readonly testBehaviour?: boolean
  /** Makes what hears each client's bytes, from what this host knows. */
  readonly tap?: (host: HostKnowledge) => HostTap
  /** What the service decides on instead of the store: for whoever tests what a power cut leaves. */
  readonly storeProbe?: (store: DecisionStore) => DecisionStore
}

/** A host without its ports: what the books and the estate need. */
export interface HostRecords {
  readonly security: SoftwareSecurityModule
  readonly store: SqliteStore
  readonly clearing: ClearingStore
  readonly estate: Estate
  readonly personalisation: Personalisation
  readonly wallets: Wallets
  readonly signatures: SignatureBook
  /** What terminals download. */
  readonly catalogue: Catalogue
  /** Where that is changed. */
  readonly downloads: CatalogueDesk
  close(): void
}

export interface Host extends Omit<HostRecords, 'close' | 'clearing'> {
  readonly ports: Readonly<Record<PortDialect, number>>
  /** Faults to switch on and off; undefined at a host that does nothing wrong on purpose. */
  readonly faults: FaultSwitches | undefined
  /** Empty when the books are right. */
  checkBooks(): readonly BooksFinding[]
  terminal(tid: string): TerminalRow | undefined
  transactions(tid: string, batchNumber?: number): readonly TransactionRow[]
  ledger(): readonly LedgerBalance[]
  /** `observer` hears of all that is answered from now on; returns what ends it. */
  observe(observer: AnswerObserver): () => void
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
    const payments = openPayments(dataDirectory, store, security)
    const close = (): void => {
      payments.close()
      store.close()
    }
    const catalogue = new Catalogue(personalisation.caKeys, new RateBook(dataDirectory))
    const downloads = new CatalogueDesk({ store, estate, catalogue, nowMs: Date.now })
    const old = readOldDownloads(dataDirectory)
    if (old !== undefined) {
      takeOldDownloads(downloads, old)
      putOldDownloadsAside(old)
    }
    const { wallets, signatures } = payments
    const told = { wallets, signatures, catalogue, downloads }
    return { store, clearing, estate, personalisation, ...told, close, security }
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
  const log = options.log ?? openHostLog('info')
  const { metrics } = options
  const said = deciderLog(log, metrics)
  const explains = metrics?.explains ?? new ExplainLimit()
  const faults = options.testBehaviour === false ? undefined : new FaultSwitches()
  const core = hostCore(records.security, options.testBehaviour, explains, {
    wallets: records.wallets.book,
    signatures: records.signatures,
    catalogue: records.catalogue,
    rates: records.catalogue.rateBook,
    ...(faults === undefined ? {} : { faults }),
  })
  const groupStore = new GroupCommitStore(
    records.store,
    (first, count) => core.addNumbers(first, count),
    (rowCount) => metrics?.committed(rowCount),
  )
  const decider =
    options.storeProbe === undefined
      ? new GroupDecider({ core, store: groupStore, log: said, tryAfterMs: TRY_AFTER_MS })
      : new LocalDecider({ core, store: options.storeProbe(records.store), log: said })
  try {
    const opened = await openPorts({ ...portsOptions(options, records), log, decider, explains })
    return openedHost({ ...records, faults }, groupStore, opened)
  } catch (error) {
    records.close()
    throw error
  }
}

function portsOptions({ tap, ...options }: HostOptions, { store, security }: HostRecords) {
  if (tap === undefined) return options
  return { ...options, tap: tap(hostKnowledge(store, security, options.testBehaviour !== false)) }
}

function openedHost(
  {
    security,
    store,
    estate,
    personalisation,
    wallets,
    signatures,
    catalogue,
    downloads,
    faults,
    close: closeRecords,
  }: HostRecords & Pick<Host, 'faults'>,
  groupStore: GroupCommitStore,
  { gateway, service, ports }: OpenPorts,
): Host {
  let closing: Promise<void> | undefined
  return {
    ports,
    security,
    store,
    estate,
    personalisation,
    wallets,
    signatures,
    faults,
    catalogue,
    downloads,
    checkBooks: () => store.checkBooks(),
    terminal: (tid) => store.listTerminals().find((terminal) => terminal.tid === tid),
    transactions: (tid, batchNumber) =>
      store.listTransactions({ tid, ...(batchNumber === undefined ? {} : { batchNumber }) }),
    ledger: () => store.ledgerBalances(),
    observe: (observer) => service.observe(observer),
    close() {
      closing ??= (async () => {
        await service.finish()
        await gateway.close()
        await groupStore.close()
        closeRecords()
      })()
      return closing
    },
    abort() {
      if (closing !== undefined) return
      closing = Promise.resolve()
      service.abandon()
      gateway.abort()
      void groupStore.close()
      closeRecords()
    },
  }
}
