import type { LocalDateTime } from '../../base/ports.ts'
import type { CryptogramKind } from '../../emv/results.ts'
import type { CurrencyConversion } from '../../iso8583/subfields/currency-conversion.ts'
import type { TerminalDownloads } from './download-model.ts'
import type { TerminalPackages } from './package-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'
import type { TransactionType } from './transaction-type.ts'

/**
 * How the card number came in. `fallback`: a chip card whose chip could not be read, by its stripe. `code`: no card, but
 * a payment code in its place.
 */
export type EntryMethod = 'stripe' | 'fallback' | 'chip' | 'contactless' | 'keyed' | 'original' | 'code'

/** What a cardholder took in place of the merchant's currency. */
export interface ConversionChoice extends CurrencyConversion {
  /** Who sets the rate, as the slip names it. */
  readonly source: string
}

/** Reference to an earlier transaction, for voids, refunds and the pre-authorisation family. */
export interface OriginalReference {
  readonly batch: string
  readonly stan: string
  /** MMDD; 0000 when it is not known. */
  readonly date: string
}

/** What a chip card told that the receipt shows. Upper-case hexadecimal, label as text. */
export interface ChipDetails {
  readonly aid: string
  readonly label: string
  readonly terminalVerificationResults: string
  readonly transactionStatusInformation: string
  readonly applicationTransactionCounter: string
  readonly cryptogram: string
  readonly cryptogramKind: CryptogramKind
}

/** `device`: the cardholder's phone has proved its holder. */
export type CardholderVerification = 'pin' | 'signature' | 'pinAndSignature' | 'device' | 'none'

/**
 * A request as the journal keeps it. JSON-safe; binary values as upper-case hexadecimal. No track, no PIN
 * block, no clear card number: `panProtected` is ciphertext of the PIN pad over `PAN=YYMM`.
 */
export interface TransactionRequest {
  readonly type: TransactionType
  readonly batch: string
  readonly stan: string
  readonly mti: string
  readonly processingCode: string
  readonly amountMinor: number
  /** The part of `amountMinor` that is a tip. */
  readonly tipMinor?: number
  readonly currency: string
  readonly entry: EntryMethod
  /** Field 22, three digits. */
  readonly entryMode: string
  readonly conditionCode: string
  readonly panTruncated: string
  readonly panProtected: string
  /** Whether field 2 and field 14 went out: not in stripe requests. */
  readonly panSent: boolean
  readonly panSequence?: string
  /** Field 37 of the request. */
  readonly referenceNumber?: string
  /** Field 38 of the request. */
  readonly authorisationCode?: string
  readonly field55?: string
  /** The reduced set of a reversal. */
  readonly reversalField55?: string
  readonly field60: string
  readonly field61?: string
  readonly field63?: string
  /** Tag A4 of field 59: the voucher number of the payment by code that this takes back. */
  readonly voucher?: string
  /** The order that this sale pays. */
  readonly orderNumber?: string
  /** The cardholder pays in another currency; `amountMinor` above is the merchant's. */
  readonly conversion?: ConversionChoice
  readonly original?: OriginalReference
  readonly verification: CardholderVerification
  readonly chip?: ChipDetails
  readonly operator: string
  readonly localTime: LocalDateTime
}

/** What the host said, as far as it is kept. */
export interface HostReply {
  readonly responseCode: string
  /** hhmmss and MMDD, fields 12 and 13. */
  readonly time?: string
  readonly date?: string
  readonly settlementDate?: string
  readonly acquirer?: string
  readonly referenceNumber?: string
  readonly authorisationCode?: string
  readonly issuerInstitution?: string
  readonly acquirerInstitution?: string
  /** Field 63.1; blank and `CUP` are domestic. */
  readonly organisation?: string
  /** Field 63.2, issuer text in GB18030 as hexadecimal. */
  readonly issuerText?: string
  /** Tag A4 of field 59: what a void or refund of a payment by code must name. */
  readonly voucher?: string
  /** Tag B1 of field 59: the order that the customer must confirm first. */
  readonly orderNumber?: string
  /** Tag C1 of field 59: what the cardholder is charged, or given back, in the currency that was chosen. */
  readonly conversion?: CurrencyConversion
}

/** An order for a payment by code whose end the terminal does not know yet. */
export interface CodeOrder {
  readonly number: string
  readonly amountMinor: number
  /** What the customer scans; none where the customer's own code was scanned. */
  readonly payload?: string
}

export type TransactionStatus =
  | 'approved'
  | 'declined'
  /** A void of it was approved. */
  | 'voided'
  /** A reversal is due or was accepted. */
  | 'reversalDue'
  | 'reversed'
  /** Reversal attempts are used up: only the acquirer can say what happened. */
  | 'reversalFailed'
  /** No answer yet; it will be sent again. */
  | 'noticeQueued'

export interface Transaction {
  readonly request: TransactionRequest
  readonly status: TransactionStatus
  /** The approved amount when it was less than asked for (answer 10). */
  readonly amountMinor: number
  /** The tip that came after the sale; it is in `amountMinor`. */
  readonly tipMinor?: number
  readonly reply?: HostReply
  /** Sale data of field 55 with the second cryptogram, for the batch upload. */
  readonly uploadField55?: string
  readonly chip?: ChipDetails
  readonly reversalReason?: ReversalReason
  /** Field 62 of its signature upload, hexadecimal, when the customer signed on the screen. */
  readonly signature?: string
}

/** Field 39 of a reversal. Source: docs of the UnionPay dialect, 12. */
export type ReversalReason = '98' | '96' | 'A0' | '06' | '17'

/** A signature that the host has not accepted yet; it stays beyond the end of its batch. */
export interface PendingSignature {
  readonly request: TransactionRequest
  readonly amountMinor: number
  readonly reply?: HostReply
  /** Field 62, hexadecimal. */
  readonly body: string
}

/** Owed from before the request leaves until a usable reply to it, or to the reversal. */
export interface PendingReversal {
  readonly request: TransactionRequest
  readonly reason: ReversalReason
  readonly attempts: number
  /** Field 38, when the host gave one. */
  readonly authorisationCode?: string
  readonly field55?: string
}

export interface PendingScriptResult {
  readonly request: TransactionRequest
  readonly reply: HostReply
  /** Field 55 of the 0620. */
  readonly field55: string
  readonly attempts: number
}

/** A refund or completion advice whose answer is missing: sent again with its own trace number. */
export interface QueuedNotice {
  readonly request: TransactionRequest
  readonly attempts: number
}

/** A chip transaction that the card refused after the host had approved: goes into the batch upload. */
export interface FailedChipRecord {
  readonly stan: string
  readonly field55: string
  readonly amountMinor: number
  readonly panProtected: string
  readonly panTruncated: string
  readonly panSequence?: string
  readonly entryMode: string
  readonly foreign: boolean
  /** 00 AAC, 01 issuer authentication failed. */
  readonly failure: '00' | '01'
}

export interface ClassTotals {
  readonly debitAmountMinor: number
  readonly debitCount: number
  readonly creditAmountMinor: number
  readonly creditCount: number
}

export interface BatchTotals {
  readonly domestic: ClassTotals
  readonly foreign: ClassTotals
}

/** 1 balanced, 2 unbalanced, 3 error. */
export type BalanceFlag = '1' | '2' | '3'

/** Where settlement stands; it resumes here after a power cut. */
type SettlementPhase = 'totals' | 'upload' | 'end' | 'close'

export interface Settlement {
  readonly phase: SettlementPhase
  readonly totals: BatchTotals
  readonly localTime: LocalDateTime
  readonly operator: string
  readonly domesticFlag?: BalanceFlag
  readonly foreignFlag?: BalanceFlag
  /** Messages of the upload plan that the host has answered. */
  readonly uploadedMessages: number
  readonly uploadedRecords: number
}

export interface SettlementSummary {
  readonly batch: string
  readonly localTime: LocalDateTime
  readonly operator: string
  readonly totals: BatchTotals
  readonly domesticFlag: BalanceFlag
  readonly foreignFlag: BalanceFlag
  readonly uploadedRecords: number
  readonly transactionCount: number
  /** What the slip lists by kind. */
  readonly byType: readonly TypeTotals[]
  /** Of the amounts, where it is not the terminal's own. */
  readonly currency?: string
}

export interface TypeTotals {
  readonly type: TransactionType
  readonly count: number
  readonly amountMinor: number
  /** The part of `amountMinor` that is tips. */
  readonly tipMinor?: number
}

export type ReceiptCopy = 'merchant' | 'cardholder'

/** A slip that must still come out. Everything that it shows is in here. */
export type ReceiptContent =
  | { readonly kind: 'transaction'; readonly transaction: Transaction }
  | { readonly kind: 'reversal'; readonly request: TransactionRequest; readonly result: ReversalResult }
  | { readonly kind: 'settlement'; readonly summary: SettlementSummary }

export interface OwedReceipt {
  /** Unique in the journal: batch, trace number, kind. */
  readonly id: string
  readonly content: ReceiptContent
  readonly copies: readonly ReceiptCopy[]
  /** A copy of it may already be on paper: the next one carries the duplicate mark. */
  readonly attempted: boolean
}

/** `refused`: the host answered something else; `exhausted`: nobody answered. */
export type ReversalResult = 'accepted' | 'nothingToReverse' | 'refused' | 'exhausted'

export type OperatorRole = 'cashier' | 'supervisor'

export interface Operator {
  /** Two digits. */
  readonly number: string
  readonly role: OperatorRole
  /** Hexadecimal. */
  readonly salt: string
  readonly hash: string
  readonly mustChange: boolean
}

interface FailedLogOn {
  readonly tries: number
  readonly lastAt: LocalDateTime
}

/** What the host asked for in header digit 6 of a reply. Source: docs of the UnionPay dialect, 1. */
export type ProcessingRequest = '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'

/** Everything that the terminal knows: the fold of its journal. JSON-safe. */
export interface TerminalState {
  readonly commissioned: boolean
  readonly profileChanges: Partial<TerminalProfile>
  readonly masterKeyCheckValue?: string
  readonly operators: readonly Operator[]
  readonly failedLogOns: { readonly [operator: string]: FailedLogOn }
  readonly loggedOn?: string
  /** Working keys are in the pad and the host accepts them, as far as known. */
  readonly signedIn: boolean
  /** Six digits. */
  readonly batch: string
  /** 1 to 999999: the number of the next request. */
  readonly nextStan: number
  readonly inFlight?: TransactionRequest
  readonly reversal?: PendingReversal
  readonly scriptResults: readonly PendingScriptResult[]
  readonly notices: readonly QueuedNotice[]
  /** Of the current batch, in order. */
  readonly transactions: readonly Transaction[]
  readonly failedChips: readonly FailedChipRecord[]
  readonly settlement?: Settlement
  readonly owedReceipts: readonly OwedReceipt[]
  /** The last slip, for a reprint; survives the end of the batch. */
  readonly lastReceipt?: ReceiptContent
  readonly lastSettlement?: SettlementSummary
  readonly pendingTasks: readonly ProcessingRequest[]
  /** What was loaded from the host; undefined before the first time. */
  readonly downloads?: TerminalDownloads
  /** Paper and battery as the host last heard of them; undefined while all is well. */
  readonly suppliesTold?: string
  /** Software packages; undefined before the first. */
  readonly packages?: TerminalPackages
  /** Batch that the journal stood in when it was put back from a backup; until the next sign-in. */
  readonly restoredBatch?: string
  /** Trace number of a partial approval that the cashier has not accepted yet. */
  readonly undecidedPartial?: string
  readonly codeOrder?: CodeOrder
  /** Undefined before the first. */
  readonly signatures?: readonly PendingSignature[]
}
