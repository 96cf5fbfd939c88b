import type { Exchange } from '../console/api-types/messages.ts'
import type { FaultSwitches } from '../core/fault-switches.ts'
import type { TerminalRow } from '../core/records.ts'
import type { RetainedRecords } from '../core/retention-port.ts'
import type { HostStore } from '../core/store-port.ts'
import type { Catalogue } from '../estate/catalogue.ts'
import type { CatalogueDesk } from '../estate/catalogue-desk.ts'
import type { Estate } from '../estate/estate.ts'
import type { Rollouts } from '../estate/rollouts.ts'
import type { PortDialect } from '../gateway/gateway-options.ts'
import type { Personalisation } from '../security-module/personalisation.ts'
import type { SoftwareSecurityModule } from '../security-module/software-security-module.ts'
import type { WalletDesk, Wallets } from '../wallet/wallets.ts'
import type { AnswerObserver } from './answer-observer.ts'

/** Shows messages that other processes answered. */
export interface ExchangeWatcher {
  adopt(exchange: Exchange): void
  /** Messages that are not among them. */
  leftOut: number
}

/** Hosts that answer terminals in other processes. */
export interface HostsElsewhere {
  /** `watcher` hears of messages that they answered, masked; returns what ends it. */
  exchanges(watcher: ExchangeWatcher): () => void
  /** Hands them the roll-out that runs, and looks at what became of it. */
  followRollouts(rollouts: Rollouts): { end(): void }
}

/** What the console needs of a host: one in the same process, or those that share a database. */
export interface ConsoleHost {
  /** Where terminals reach it. */
  readonly ports: Readonly<Record<PortDialect, number>>
  readonly security: SoftwareSecurityModule
  readonly store: HostStore & { readonly path?: string | undefined }
  readonly estate: Estate
  readonly personalisation: Personalisation
  readonly wallets: Wallets<WalletDesk>
  readonly signatures: { find(transactionId: number): Uint8Array | undefined }
  /** What terminals download. */
  readonly catalogue: Catalogue
  /** Where that is changed. */
  readonly downloads: CatalogueDesk
  /** Faults to switch on and off; undefined where there are none. */
  readonly faults: FaultSwitches | undefined
  /** Records that retention takes days out of; undefined where they are the files of this process. */
  readonly retained?: RetainedRecords | undefined
  terminal(tid: string): TerminalRow | undefined
  /** `observer` hears of all that is answered from now on; returns what ends it. */
  observe(observer: AnswerObserver): () => void
  /** Other processes answer the terminals; undefined where this one does. */
  readonly elsewhere?: HostsElsewhere | undefined
}
