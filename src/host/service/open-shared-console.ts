import { hostname } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { AnswerKeeper } from '../console/keep-answers.ts'
import { findTerminal, StoreError } from '../core/store-port.ts'
import { Catalogue } from '../estate/catalogue.ts'
import { CatalogueDesk } from '../estate/catalogue-desk.ts'
import { Estate } from '../estate/estate.ts'
import { RateBook } from '../estate/rate-book.ts'
import { KeptFolder } from '../office/kept-folder.ts'
import { KeptOfficeFile } from '../office/kept-office-file.ts'
import { type Office, openOffice } from '../office/open-office.ts'
import { readPostgresAddress } from '../store/postgres-place.ts'
import type { RecordsPort } from '../store/records-port.ts'
import { SharedRecordsStore } from '../store/shared-records-store.ts'
import { sharedRetention } from '../store/shared-retention.ts'
import { StoreDesk } from '../store/store-desk.ts'
import { type WalletDesk, Wallets } from '../wallet/wallets.ts'
import type { ConsoleHost } from './console-host.ts'
import { NewsPlayer } from './news-player.ts'
import { openSharedRecords } from './open-shared-host.ts'
import { publishRollouts } from './publish-rollouts.ts'
import { type TakingOptions, takeOffice } from './take-office.ts'

export interface SharedConsoleOptions {
  /** Folder of this process's copy of the local master key. */
  readonly dataDirectory: string
  /** `postgres://…` */
  readonly address: string
  /** Where terminals reach the hosts, as devices are told. */
  readonly ports: ConsoleHost['ports']
  readonly taking?: Omit<TakingOptions, 'holder'>
  /** How often the holder says that it lives. */
  readonly beatMs?: number
  /** How often is looked for what hosts answered. */
  readonly newsMs?: number
  /** How often is looked at what became of a roll-out at other hosts. */
  readonly rolloutMs?: number
  /** The back office is another one's now, or nothing can be kept any more: end. */
  readonly onLost: (reason: string) => void
}

/** The back office of hosts that share a database, held by this process. */
export interface SharedConsole {
  readonly host: ConsoleHost
  readonly office: Office
  readonly records: RecordsPort
  readonly keeper: AnswerKeeper
  close(): Promise<void>
}

/** The copy of the back office here, while this process holds it. */
const OFFICE_COPY = 'office-shared.db'
const BEAT_MS = 3000
/** A holder that could not say so long that it lives answers nothing. */
const STALE_MS = 5000

/**
 * Opens the back office of hosts that share a database, once no other process has it.
 *
 * Rejects with `StoreError`, `SecurityModuleError` or `OfficeError`, one sentence that says what to do; nothing stays open
 * then. Undefined when the wait for another one was ended.
 */
export async function openSharedConsole(options: SharedConsoleOptions): Promise<SharedConsole | undefined> {
  const { dataDirectory, address } = options
  // The first one sets the store up, whoever it is, and checks the master key.
  const { security, personalisation, close } = await openSharedRecords(
    dataDirectory,
    readPostgresAddress(address),
  )
  await close()
  const desk = await StoreDesk.open(address, dataDirectory)
  try {
    const holder = `${hostname()} ${process.pid}`
    if (!(await takeOffice(desk.part('office'), { ...options.taking, holder }))) {
      await desk.close()
      return undefined
    }
    const copy = new KeptOfficeFile(join(dataDirectory, OFFICE_COPY), desk.part('office'))
    copy.fetch()
    const folder = new KeptFolder(dataDirectory, desk.part('office'))
    folder.fetch()
    const office = openOffice({ directory: dataDirectory, security, file: OFFICE_COPY })
    copy.follow(office.database)
    const host = hostOf(desk, options, security, personalisation)
    const keeper = new OfficeKeeper(copy, folder, options)
    return {
      host,
      office,
      records: { ...recordsOf(desk), close: () => {} },
      keeper,
      async close() {
        keeper.end()
        try {
          folder.keep()
          copy.keep()
          desk.part('office').release()
        } catch {
          // It is another one's, or the store is away: what could be kept is kept.
        }
        office.close()
        copy.remove()
        await desk.close()
      },
    }
  } catch (error) {
    await desk.close()
    throw error
  }
}

/** Says that this process lives, keeps what changed, and ends it when it holds the back office no more. */
class OfficeKeeper implements AnswerKeeper {
  readonly #copy: KeptOfficeFile
  readonly #folder: KeptFolder
  readonly #onLost: (reason: string) => void
  readonly #timer: NodeJS.Timeout
  #keptAtMs = performance.now()
  #isOver = false

  constructor(copy: KeptOfficeFile, folder: KeptFolder, { beatMs = BEAT_MS, onLost }: SharedConsoleOptions) {
    this.#copy = copy
    this.#folder = folder
    this.#onLost = onLost
    this.#timer = setInterval(() => {
      try {
        this.keep()
      } catch {
        // The next one may find the store again; requests are refused meanwhile.
      }
    }, beatMs)
    this.#timer.unref()
  }

  check(): void {
    if (this.#isOver || performance.now() - this.#keptAtMs > STALE_MS) this.keep()
  }

  keep(): void {
    if (this.#isOver) throw new StoreError('the back office is held by another console')
    try {
      // A file is there before anything in the database names it.
      this.#folder.keep()
      this.#copy.keep()
      this.#keptAtMs = performance.now()
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'fatal') {
        this.end()
        this.#onLost(error.message)
      }
      throw error
    }
  }

  end(): void {
    this.#isOver = true
    clearInterval(this.#timer)
  }
}

function hostOf(
  desk: StoreDesk,
  { dataDirectory, ports, newsMs, rolloutMs }: SharedConsoleOptions,
  security: ConsoleHost['security'],
  personalisation: ConsoleHost['personalisation'],
): ConsoleHost {
  const store = new SharedRecordsStore(desk)
  const wallets = desk.part('wallets')
  const estate = new Estate(store, security)
  const catalogue = new Catalogue(personalisation.caKeys, new RateBook(dataDirectory))
  const player = new NewsPlayer(desk.part('news'), newsMs)
  return {
    ports,
    security,
    personalisation,
    store,
    estate,
    wallets: new Wallets<WalletDesk>(wallets, store, security, Date.now),
    signatures: { find: (id) => wallets.signature(id) },
    catalogue,
    downloads: new CatalogueDesk({ store, estate, catalogue, nowMs: Date.now }),
    faults: undefined,
    retained: sharedRetention(desk.part('retention'), desk.part('records'), store),
    terminal: (tid) => findTerminal(store, tid),
    observe: (observer) => player.observe(observer),
    elsewhere: {
      followRollouts: (rollouts) => publishRollouts(rollouts, dataDirectory, rolloutMs),
      exchanges: (watcher) => player.watch(watcher),
    },
  }
}

function recordsOf(desk: StoreDesk): Omit<RecordsPort, 'close'> {
  const records = desk.part('records')
  return {
    setups: (...given) => records.setups(...given),
    softwareStates: (id) => records.softwareStates(id),
    loadedVersions: (set) => records.loadedVersions(set),
    rateLoads: (version) => records.rateLoads(version),
    transactions: (query) => records.transactions(query),
    transaction: (id) => records.transaction(id),
    followers: (id) => records.followers(id),
    entries: (id) => records.entries(id),
    batches: (query) => records.batches(query),
    batch: (...given) => records.batch(...given),
    batchTransactions: (...given) => records.batchTransactions(...given),
    batchUploads: (...given) => records.batchUploads(...given),
  }
}
