import { mkdirSync } from 'node:fs'
import type { Logger } from 'pino'
import { ExplainLimit } from '../core/explain-limit.ts'
import { StoreError } from '../core/store-port.ts'
import { Catalogue } from '../estate/catalogue.ts'
import { CatalogueDesk } from '../estate/catalogue-desk.ts'
import { putOldDownloadsAside, readOldDownloads, takeOldDownloads } from '../estate/downloads-file.ts'
import { Estate } from '../estate/estate.ts'
import { RateBook } from '../estate/rate-book.ts'
import type { PortDialect } from '../gateway/gateway-options.ts'
import { openPersonalisation, type Personalisation } from '../security-module/personalisation.ts'
import { SecurityModuleError } from '../security-module/security-module-error.ts'
import {
  openSecurityModule,
  type SoftwareSecurityModule,
} from '../security-module/software-security-module.ts'
import { PostgresNews } from '../store/postgres-news.ts'
import { OfficeCopy } from '../store/postgres-office.ts'
import type { PostgresPlace } from '../store/postgres-place.ts'
import { PostgresStore } from '../store/postgres-store.ts'
import { openHostLog } from './host-log.ts'
import { HostNews } from './host-news.ts'
import { OfficeFiles } from './office-files.ts'
import { deciderLog, hostCore, openPorts, type PortsOptions } from './open-ports.ts'
import { PostgresDecider } from './postgres-decider.ts'

export interface SharedHostOptions extends Omit<PortsOptions, 'log' | 'decider' | 'tap' | 'explains'> {
  /** Folder of this process's copy of the local master key. */
  readonly dataDirectory: string
  readonly place: PostgresPlace
  readonly log?: Logger
  /** Amounts and cards that force an answer; on unless it says false. */
  readonly testBehaviour?: boolean
  /** Batches in flight at a time. */
  readonly laneCount?: number
}

const TELL_TIMEOUT_MS = 1000

/** Records of a host that others may use at the same time. */
export interface SharedRecords {
  readonly security: SoftwareSecurityModule
  readonly store: PostgresStore
  readonly personalisation: Personalisation
  /** Works on the estate in one transaction; `work` may be called more than once. */
  estate<T>(work: (estate: Estate) => T): Promise<T>
  /** As `estate`, on what terminals download. */
  downloads<T>(work: (desk: CatalogueDesk) => T): Promise<T>
  close(): Promise<void>
}

/** One of the processes that share a store. */
export interface SharedHost {
  readonly ports: Readonly<Record<PortDialect, number>>
  readonly store: PostgresStore
  /** Answers what was taken, then closes everything. */
  close(): Promise<void>
  /** Ends as by a power cut: nothing is answered any more. */
  abort(): Promise<void>
}

/**
 * Opens the shared records of a host, with the embedded defaults when nobody has set them up.
 *
 * Rejects with `StoreError` or `SecurityModuleError`, one sentence that says what to do; nothing stays open then.
 */
export async function openSharedRecords(dataDirectory: string, place: PostgresPlace): Promise<SharedRecords> {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  const store = await PostgresStore.open(place)
  try {
    const isSetUp = await store.hasTerminals()
    const security = openSecurityModule({ directory: dataDirectory, hasWrappedKeys: isSetUp })
    const estate = <T>(work: (estate: Estate) => T): Promise<T> =>
      store.staged((staged) => work(new Estate(staged, security)))
    if (!isSetUp) await estate((each) => each.setUpDefaults())
    const issuers = await store.listIssuers()
    const key = issuers.find(({ pinVerificationKey }) => pinVerificationKey !== undefined)?.pinVerificationKey
    if (key !== undefined)
      checkMasterKey(() => security.pinReference(key, '0000000000000000', '0000'), dataDirectory)
    const personalisation = openPersonalisation({ directory: dataDirectory, security, issuers })
    const catalogue = new Catalogue(personalisation.caKeys, new RateBook(dataDirectory))
    const downloads = <T>(work: (desk: CatalogueDesk) => T): Promise<T> =>
      store.staged((staged) =>
        work(
          new CatalogueDesk({
            store: staged,
            estate: new Estate(staged, security),
            catalogue,
            nowMs: Date.now,
          }),
        ),
      )
    const old = readOldDownloads(dataDirectory)
    if (old !== undefined) {
      await downloads((desk) => takeOldDownloads(desk, old))
      putOldDownloadsAside(old)
    }
    return { store, security, personalisation, estate, downloads, close: () => store.close() }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A key of the store opens only under the local master key that it was wrapped under. */
function checkMasterKey(useKey: () => unknown, dataDirectory: string): void {
  try {
    useKey()
  } catch (error) {
    if (!(error instanceof SecurityModuleError)) throw error
    throw new StoreError(
      `the local master key in ${dataDirectory} is not the one of this store: copy the file local-master-key from the folder of a host that uses it`,
    )
  }
}

/**
 * Opens one of the hosts that share a store, and its ports.
 *
 * Rejects with `StoreError`, `SecurityModuleError` or `GatewayError`, each one sentence that says what to do; nothing
 * stays open then.
 */
export async function openSharedHost(options: SharedHostOptions): Promise<SharedHost> {
  const { dataDirectory, place, laneCount } = options
  const { security, store, personalisation } = await openSharedRecords(dataDirectory, place)
  const catalogue = new Catalogue(personalisation.caKeys, new RateBook(dataDirectory))
  const log = options.log ?? openHostLog('info')
  const explains = options.metrics?.explains ?? new ExplainLimit()
  const decider = new PostgresDecider({
    core: hostCore(security, options.testBehaviour, explains, { catalogue, rates: catalogue.rateBook }),
    place,
    tagger: (data) => security.auditTag(data),
    log: deciderLog(log, options.metrics),
    onCommit: (rowCount) => options.metrics?.committed(rowCount),
    ...(laneCount === undefined ? {} : { laneCount }),
  })
  try {
    const { ports, service, gateway } = await openPorts({ ...options, log, decider, explains })
    const news = new HostNews(new PostgresNews(store))
    const files = new OfficeFiles(new OfficeCopy(store), dataDirectory, catalogue.rateBook)
    catalogue.software = files.software
    await files.look()
    service.observe(news)
    let closing: Promise<void> | undefined
    const end = async (stop: () => Promise<void>): Promise<void> => {
      await stop()
      // What is still to be told are figures: a server that hangs is not waited for.
      const timer = setTimeout(() => store.giveUp(), TELL_TIMEOUT_MS)
      await news.end()
      await files.end()
      await decider.close()
      await store.close()
      clearTimeout(timer)
    }
    return {
      ports,
      store,
      close() {
        closing ??= end(async () => {
          await service.finish()
          await gateway.close()
        })
        return closing
      },
      abort() {
        closing ??= end(async () => {
          service.abandon()
          gateway.abort()
          decider.abort()
        })
        return closing
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}
