import type { DownloadCatalogue } from './download-catalogue.ts'
import type { ExplainLimit } from './explain-limit.ts'
import type { FaultSwitches } from './fault-switches.ts'
import type { NumberLease } from './number-lease.ts'
import type { RatePort } from './rate-port.ts'
import type { RefusedTraces } from './refused-traces.ts'
import type { SecurityModule } from './security-module-port.ts'
import type { SignaturePort } from './signature-port.ts'
import type { WalletPort } from './wallet-port.ts'

export interface HostCoreOptions {
  readonly security: SecurityModule
  /** Amounts and cards that force an answer, as docs/host-test-behaviour.md lists them. */
  readonly testBehaviour: boolean
  /** Faults that are switched on while the host runs; looked at only with `testBehaviour`. */
  readonly faults?: FaultSwitches
  readonly acquirer: {
    /** Fields 32 and 44, at most 11 digits. */
    readonly institution: string
  }
  /** Wallets of customers who pay by code; without it, codes are not taken. */
  readonly wallets?: WalletPort
  /** Where signatures are kept; without it, none are taken. */
  readonly signatures?: SignaturePort
  /** Rates of foreign currencies; none are converted when undefined. */
  readonly rates?: RatePort
  /** What terminals can download; nothing when undefined. */
  readonly catalogue?: DownloadCatalogue
  /** How much is explained; all of it when undefined. */
  readonly explains?: ExplainLimit
}

export interface HostContext extends HostCoreOptions {
  readonly numbers: NumberLease
  readonly refused: RefusedTraces
}
