import type { NetworkLimits } from '../../flows/commissioning/judge-network.ts'
import type { CommissioningStep, Reason, StepEvidence } from '../../flows/commissioning/step-evidence.ts'
import type { EvidenceStore } from '../evidence-store.ts'
import type { Terminal } from '../terminal.ts'

/** Who holds cards and paper while the steps run: a person, or the hands of an emulated board. */
export interface Customers {
  serve(card: 'chip' | 'stripe' | undefined, text?: Reason): void | Promise<void>
  /** The paper is to end in the next slip; it is put in again when the terminal asks. */
  endPaper(): void | Promise<void>
}

export type CommissioningEvent =
  | { readonly kind: 'begun'; readonly step: CommissioningStep }
  | { readonly kind: 'kept'; readonly evidence: StepEvidence }
  | { readonly kind: 'progress'; readonly step: CommissioningStep; readonly text: Reason }
  | { readonly kind: 'ended'; readonly evidence: StepEvidence }

/** Where a terminal is commissioned, and with what. */
export interface CommissioningSite {
  readonly terminal: Pick<Terminal, 'run' | 'state' | 'profile'>
  readonly store: EvidenceStore
  readonly customers: Customers
  readonly softwareVersion: string
  readonly nowMs: () => number
  /** Never jumps. */
  readonly elapsedMs: () => number
  /** Resident, of the process that `processOf` names. */
  readonly memoryBytes: () => number
  /** What runs in the process whose memory is measured. */
  readonly processOf: 'terminal' | 'terminal, board and host'
  readonly freeBytes: () => Promise<number>
  readonly network?: NetworkLimits
  readonly echoCount: number
  readonly soakSeconds: number
  readonly tell: (event: CommissioningEvent) => void
  /** Whether it is to end before the next piece of work. */
  readonly isStopped: () => boolean
}
