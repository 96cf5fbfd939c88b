import type { DownloadSet } from './download-model.ts'
import type { DeviceCondition, DeviceTrouble } from './peripheral-effect.ts'
import type {
  BatchTotals,
  OperatorRole,
  OriginalReference,
  ReversalReason,
  ReversalResult,
  SettlementSummary,
  TransactionStatus,
} from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'
import type { TransactionType } from './transaction-type.ts'

/** What an operator, or a program in the operator's place, may ask for. A value left out is asked for. */
export type TerminalCommand =
  | CommissionCommand
  | KeyLoadingCommand
  | TransactionCommand
  | SimpleCommand
  | { readonly kind: 'logOn'; readonly operator?: string }
  | { readonly kind: 'addOperator'; readonly number?: string; readonly role?: OperatorRole }
  | { readonly kind: 'removeOperator'; readonly number?: string }
  | { readonly kind: 'changePassword' }
  /** By trace number in the current batch, or the last settlement; the last slip when both are left out. */
  | { readonly kind: 'reprint'; readonly stan?: string; readonly settlement?: boolean }
  | { readonly kind: 'report'; readonly detail?: 'totals' | 'transactions' }

/** First start: values of the profile, the master key and the first supervisor (operator 00). */
export interface CommissionCommand {
  readonly kind: 'commission'
  readonly profile?: Partial<TerminalProfile>
  /** TR-31 key block of the terminal master key, for the PIN pad; without it and `keyPackage` the key comes later. */
  readonly keyBlock?: string
  /** The host's answer to a key request, hexadecimal. */
  readonly keyPackage?: string
  readonly supervisorPassword?: string
  readonly cashiers?: readonly { readonly number: string; readonly password: string }[]
}

/** How a master key comes into the pad without a key block. */
export type KeyLoadingCommand =
  /** Who the pad is, and what it asks for: for the host. `context`: 64 hexadecimal digits of what the request belongs to. */
  | { readonly kind: 'requestKey'; readonly context: string }
  /** The host's answer, hexadecimal. */
  | { readonly kind: 'loadKeyPackage'; readonly keyPackage: string }
  /** Three components, typed at the pad by three operators. `checkValue`: of the whole key, hexadecimal. */
  | { readonly kind: 'loadMasterKeyComponents'; readonly checkValue?: string }

type SimpleCommand =
  /** Nothing left out: loads a new master key. */
  | { readonly kind: 'loadMasterKey'; readonly keyBlock: string }
  | { readonly kind: 'logOff' }
  /** A supervisor's password, before something that is no command of the terminal. */
  | { readonly kind: 'authorise' }
  | { readonly kind: 'signIn' }
  | { readonly kind: 'signOff' }
  | { readonly kind: 'echo' }
  | { readonly kind: 'settle' }
  /** Sends what is owed now: reversal, script results, notices. */
  | { readonly kind: 'sendPending' }
  /** Prints what is still owed, with the duplicate mark. */
  | { readonly kind: 'printOwed' }
  | { readonly kind: 'transactions' }
  | { readonly kind: 'deviceReport' }
  /** Loads a set from the host, or goes on where a try ended. */
  | { readonly kind: 'download'; readonly set: DownloadSet | 'all' }
  | { readonly kind: 'uploadStatus' }
  /** Loads the software package that the host has for this terminal; it is in force from the next start. */
  | { readonly kind: 'loadPackage' }

export type TransactionCommand =
  /** The customer shows a code; one that is left out is scanned or typed. */
  | { readonly kind: 'codeSale'; readonly amountMinor?: number; readonly code?: string }
  /** The customer scans a code. */
  | { readonly kind: 'codeOrder'; readonly amountMinor?: number }
  /** What became of the order that is still open; pays it if the customer has said yes. */
  | { readonly kind: 'codeQuery' }
  | {
      readonly kind: 'sale'
      readonly amountMinor?: number
      /** ISO 4217 number; the terminal's own when undefined. */
      readonly currency?: string
      /** On top of the amount; asked for where tips are on and it is left out. 0: none, and nobody is asked. */
      readonly tipMinor?: number
      readonly entry?: 'card' | 'keyed'
    }
  | { readonly kind: 'void'; readonly stan?: string }
  /** The tip that was written on the slip of a sale of this batch. */
  | { readonly kind: 'tipAdjustment'; readonly stan?: string; readonly tipMinor?: number }
  | {
      readonly kind: 'refund'
      readonly amountMinor?: number
      /** Of the original; that of the transaction where it is known, else the terminal's own. */
      readonly currency?: string
      readonly originalReferenceNumber?: string
      /** Batch and trace number as on the original slip. */
      readonly original?: OriginalReference
      readonly entry?: 'card' | 'keyed'
      /** Of a payment by code: nothing else is needed. */
      readonly voucher?: string
    }
  | { readonly kind: 'balance' }
  | { readonly kind: 'preAuthorisation'; readonly amountMinor?: number; readonly entry?: 'card' | 'keyed' }
  | PreAuthorisationFollowUp<'preAuthorisationCancel'>
  | PreAuthorisationFollowUp<'completion'>
  | PreAuthorisationFollowUp<'completionAdvice'>
  | { readonly kind: 'completionVoid'; readonly stan?: string }

/** Refers to a pre-authorisation, maybe of an earlier batch, by what stands on its slip. */
interface PreAuthorisationFollowUp<Kind extends string> {
  readonly kind: Kind
  readonly amountMinor?: number
  readonly authorisationCode?: string
  readonly original?: OriginalReference
  readonly entry?: 'card' | 'keyed'
}

/** A transaction as a program may see it: truncated card number, no protected data. */
export interface TransactionView {
  readonly type: TransactionType
  readonly batch: string
  readonly stan: string
  readonly amountMinor: number
  /** The part of the amount that is a tip. */
  readonly tipMinor?: number
  readonly currency: string
  readonly panTruncated: string
  readonly status: TransactionStatus
  readonly responseCode?: string
  readonly referenceNumber?: string
  readonly authorisationCode?: string
  /** Of a payment by code. */
  readonly voucher?: string
  /** The order that the customer must confirm before it is paid. */
  readonly orderNumber?: string
  /** What the cardholder pays, or gets back, where that is another currency. */
  readonly conversion?: { readonly currency: string; readonly amountMinor: number; readonly rate: string }
  /** MMDD, from the host when it gave one. */
  readonly date: string
}

export type CommandOutcome =
  | { readonly kind: 'approved'; readonly transaction: TransactionView }
  | { readonly kind: 'declined'; readonly transaction: TransactionView; readonly responseCode: string }
  /** No usable answer, or the card refused afterwards. `reversal`: what came of it, `due` when it waits. */
  | {
      readonly kind: 'reversed'
      readonly stan: string
      readonly reason: ReversalReason
      readonly reversal: ReversalResult | 'due'
    }
  /** A refund or completion advice without an answer: it will be sent again. */
  | { readonly kind: 'queued'; readonly stan: string }
  | { readonly kind: 'balance'; readonly amountMinor: number; readonly currency: string }
  | {
      readonly kind: 'settled'
      readonly summary: SettlementSummary
    }
  | { readonly kind: 'report'; readonly batch: string; readonly totals: BatchTotals; readonly count: number }
  | { readonly kind: 'transactions'; readonly batch: string; readonly items: readonly TransactionView[] }
  | { readonly kind: 'devices'; readonly devices: readonly DeviceCondition[] }
  | { readonly kind: 'masterKey'; readonly checkValue: string }
  | KeyRequestOutcome
  | { readonly kind: 'echoed'; readonly roundTripMs: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly detail?: string }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly detail?: string }

/** For the host; hexadecimal. */
export interface KeyRequestOutcome {
  readonly kind: 'keyRequest'
  /** DER, the pad's first. */
  readonly certificates: readonly string[]
  readonly nonce: string
  readonly signature: string
}

/** Why a command did not start. Nothing left, nothing is owed. */
export type RefusalReason =
  | 'notCommissioned'
  | 'alreadyCommissioned'
  | 'notLoggedOn'
  | 'wrongPassword'
  | 'passwordLocked'
  | 'notAllowed'
  | 'notSignedIn'
  | 'notEnabled'
  | 'settlementUnfinished'
  | 'batchFull'
  | 'storageLow'
  | 'reversalUndelivered'
  | 'noticesUndelivered'
  | 'transactionNotFound'
  | 'notVoidable'
  | 'notAdjustable'
  | 'tipTooLarge'
  | 'badValue'
  | 'cardDiffers'
  | 'cardExpired'
  | 'cardBlacklisted'
  | 'cardNotReadable'
  | 'cardRefused'
  | 'nothingToPrint'
  | 'samePerson'
  | 'notCapable'
  | 'noOpenOrder'
  | 'currencyNotTaken'
  | 'otherCurrency'

/** Why a command could not be finished. What is owed is in the journal. */
type FailureReason =
  | 'noConnection'
  | 'noReply'
  | 'replyRefused'
  | 'replyMacWrong'
  | 'keyCheckFailed'
  | 'keyMissing'
  | 'device'
  | 'notPrinted'
  | 'malformedReply'
  | 'orderNotPaid'
  | 'packageRefused'
  | 'storage'

/** A short text of what a device did, for `detail`. */
export function troubleDetail(trouble: DeviceTrouble): string {
  return trouble.kind === 'missing' ? `${trouble.device} missing` : `${trouble.device}: ${trouble.reason}`
}
