import type { LocalDateTime } from '../../base/ports.ts'
import type { DownloadRecord } from './download-model.ts'
import type { PackageRecord } from './package-model.ts'
import type { SignatureRecord } from './signature-state.ts'
import type {
  BalanceFlag,
  BatchTotals,
  CardholderVerification,
  ChipDetails,
  CodeOrder,
  FailedChipRecord,
  HostReply,
  Operator,
  ProcessingRequest,
  ReceiptCopy,
  ReversalReason,
  ReversalResult,
  SettlementSummary,
  TerminalState,
  TransactionRequest,
} from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'

/**
 * One durable fact. JSON-safe: strings, finite numbers, booleans, arrays and plain objects, no undefined.
 * The terminal's state is the fold of these in order (`applyRecord`).
 *
 * - S10: no clear card number, track, PIN block or key is in any record, screen, question or slip.
 */
export type JournalRecord =
  | OperatorRecord
  | KeyRecord
  | TransactionRecord
  | DutyRecord
  | SettlementRecord
  | ReceiptRecord
  | CodeRecord
  | SignatureRecord
  | DownloadRecord
  | PackageRecord
  /** Replaces everything before it, so that older records may be dropped from storage. */
  | { readonly kind: 'checkpoint'; readonly state: TerminalState }

type OperatorRecord =
  | { readonly kind: 'commissioned'; readonly profileChanges: Partial<TerminalProfile> }
  /** Adds the operator, or replaces the one with that number. */
  | { readonly kind: 'operatorStored'; readonly operator: Operator }
  | { readonly kind: 'operatorRemoved'; readonly number: string }
  | { readonly kind: 'loggedOn'; readonly number: string }
  | { readonly kind: 'loggedOff' }
  | { readonly kind: 'passwordWrong'; readonly number: string; readonly localTime: LocalDateTime }
  | { readonly kind: 'passwordRight'; readonly number: string }

type KeyRecord =
  | { readonly kind: 'masterKeyLoaded'; readonly checkValue: string }
  | { readonly kind: 'signedIn'; readonly batch: string; readonly localTime: LocalDateTime }
  /** Working keys are no longer to be used. `code`: the answer or reason that led to it. */
  | { readonly kind: 'signInRequired'; readonly code: string }
  | { readonly kind: 'signedOff' }
  | { readonly kind: 'processingRequested'; readonly request: ProcessingRequest }
  | { readonly kind: 'processingDone'; readonly request: ProcessingRequest }
  /** How paper and battery stood when the host last heard of them. */
  | { readonly kind: 'suppliesTold'; readonly told: string }

type TransactionRecord =
  /** A trace number is used by a request that owes nothing when it stays without an answer. */
  | { readonly kind: 'stanUsed'; readonly stan: string }
  /**
   * The journal was put back from a backup: it leaves out `jump` trace numbers, which may have been used since, and signs in
   * again.
   */
  | { readonly kind: 'restored'; readonly jump: number }
  /** The host called a trace number a duplicate. */
  | { readonly kind: 'stanJumped'; readonly by: number }
  /** Before the request leaves. For a reversible one the reversal is owed from here on, with reason 98. */
  | { readonly kind: 'requested'; readonly request: TransactionRequest }
  /** Nothing left, and the sale was made without the host: `request` is what will tell the host of it. */
  | {
      readonly kind: 'storedOffline'
      readonly request: TransactionRequest
      readonly uploadField55?: string
      readonly copies: readonly ReceiptCopy[]
    }
  /** Provably nothing left: the request never was. */
  | { readonly kind: 'notSent'; readonly stan: string }
  | {
      readonly kind: 'answered'
      readonly stan: string
      readonly approved: boolean
      /** Approved amount; what was asked for unless the answer is 10. */
      readonly amountMinor: number
      readonly partial: boolean
      readonly reply: HostReply
      readonly verification: CardholderVerification
      readonly chip?: ChipDetails
      readonly uploadField55?: string
      /** Field 55 of a script result that is owed from here on. */
      readonly scriptField55?: string
      /** Copies owed, none for a declined one. */
      readonly copies: readonly ReceiptCopy[]
    }
  /** No usable answer. A reversible one owes its reversal, a refund or advice is queued. */
  | {
      readonly kind: 'abandoned'
      readonly stan: string
      readonly reason: ReversalReason
      readonly authorisationCode?: string
      readonly field55?: string
      readonly chipFailure?: FailedChipRecord
      readonly scriptField55?: string
      readonly reply?: HostReply
    }
  | { readonly kind: 'partialDecided'; readonly stan: string; readonly accepted: boolean }

type DutyRecord =
  | { readonly kind: 'reversalAttempted'; readonly stan: string; readonly reason: ReversalReason }
  | {
      readonly kind: 'reversalClosed'
      readonly stan: string
      readonly result: ReversalResult
      readonly responseCode?: string
    }
  | { readonly kind: 'scriptResultAttempted'; readonly stan: string }
  | { readonly kind: 'scriptResultClosed'; readonly stan: string; readonly delivered: boolean }
  | { readonly kind: 'noticeAttempted'; readonly stan: string }

type SettlementRecord =
  | {
      readonly kind: 'settlementStarted'
      readonly totals: BatchTotals
      readonly localTime: LocalDateTime
      readonly operator: string
    }
  | {
      readonly kind: 'settlementAnswered'
      readonly domesticFlag: BalanceFlag
      readonly foreignFlag: BalanceFlag
    }
  | { readonly kind: 'batchUploaded'; readonly records: number }
  | { readonly kind: 'uploadFinished' }
  | { readonly kind: 'batchEnded' }
  | { readonly kind: 'batchClosed'; readonly nextBatch: string; readonly summary: SettlementSummary }

type CodeRecord =
  /** The customer is asked; nothing is owed. */
  | { readonly kind: 'codeOrderOpened'; readonly order: CodeOrder }
  /** It is over without a payment. */
  | { readonly kind: 'codeOrderEnded'; readonly number: string }

type ReceiptRecord =
  | { readonly kind: 'receiptPrinted'; readonly id: string; readonly copy: ReceiptCopy }
  /** It may be partly on paper; what comes next carries the duplicate mark. */
  | { readonly kind: 'receiptAttempted'; readonly id: string }
  /** The operator does not want it any more. */
  | { readonly kind: 'receiptDropped'; readonly id: string }
