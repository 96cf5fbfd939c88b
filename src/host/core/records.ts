import type { LocalDateTime } from '../../base/ports.ts'
import type { CATALOGUE_SETS, DOWNLOAD_SETS } from './download-sets.ts'
import type {
  CryptogramScheme,
  MessageMacAlgorithm,
  ProtectedPan,
  WrappedKey,
} from './security-module-port.ts'
import type { TestBehaviour } from './test-behaviour.ts'

/**
 * The rows of the host's store. Money is whole minor units as safe integers; a batch number and a STAN are
 * 1 to 999 999. A full PAN stands in a row only as `ProtectedPan`; no row has a place for a track, a PIN
 * block or a card verification value.
 */

/** Domestic or foreign: settlement keeps totals of each apart. */
export type CardClass = 'domestic' | 'foreign'

export interface MerchantRow {
  /** 15 characters, field 42. */
  readonly mid: string
  readonly name: string
  /** ISO 4217 numeric code: what it is paid in. */
  readonly currency: string
  /** Further currencies that it takes, and is paid in, as ISO 4217 numbers. */
  readonly currencies?: readonly string[]
  /** ISO 18245, four digits. */
  readonly categoryCode: string
  readonly status: 'active' | 'closed'
}

/** How a terminal and the host agreed to speak. */
export interface TerminalProfile {
  readonly macAlgorithm: MessageMacAlgorithm
  /** A financial request without a MAC is refused. A MAC that is present is always checked. */
  readonly macRequired: boolean
  /** A financial request before a sign-in is refused. */
  readonly signInRequired: boolean
  /** Working keys that the host makes at a sign-in. `sm4` has 16-byte keys in all three places. */
  readonly workingKeys: 'tdes' | 'sm4'
}

export interface TerminalRow {
  /** 8 characters, field 41. */
  readonly tid: string
  readonly mid: string
  readonly status: 'active' | 'blocked'
  readonly profile: TerminalProfile
  readonly masterKey: WrappedKey | undefined
  readonly pinKey: WrappedKey | undefined
  readonly macKey: WrappedKey | undefined
  readonly trackKey: WrappedKey | undefined
  readonly signedIn: boolean
  readonly signedInAtMs: number | undefined
  /** The open batch. */
  readonly batchNumber: number
  /** Digit 6 of the reply header: the job that the terminal runs next, 0 for none. */
  readonly processingRequest: number
  /** What it loaded and what it said of itself; undefined before the first time. */
  readonly setup?: TerminalSetup
}

export type DownloadSet = (typeof DOWNLOAD_SETS)[number]
export type CatalogueSet = (typeof CATALOGUE_SETS)[number]

/**
 * The newest content of one set for whom `scope` names; older ones stand in the history under their versions. Versions
 * of a set are counted over all scopes.
 */
export interface CatalogueRow {
  /** Empty for all terminals, `merchant:` and its number, or `terminal:` and its number. */
  readonly scope: string
  readonly set: CatalogueSet
  readonly version: number
  /** JSON; what an override leaves out is as it is for all. */
  readonly content: string
  readonly atMs: number
  readonly author: string
  readonly note: string
}

export type CommissioningStage = 'commissioning' | 'testing'

/** What the host knows of a terminal's downloads. JSON-safe. */
export interface TerminalSetup {
  readonly sets: Readonly<Partial<Record<DownloadSet, LoadedSet>>>
  /** Jobs of the header that wait behind the present one. */
  readonly jobs: readonly number[]
  /** What its parameters, as they stand now, let it do; undefined while nothing limits it. */
  readonly policy?: TerminalPolicy
  /** Its software package; undefined before it asked for one. */
  readonly software?: TerminalSoftware
  /**
   * Not live yet: `commissioning` may not move money, `testing` may, for the function test. Left out: live, as every
   * terminal that was there before.
   */
  readonly stage?: CommissioningStage
  /** Field 62 of its last status upload, one character a byte. */
  readonly status?: { readonly text: string; readonly atMs: number }
}

/** Limits that the host keeps as the terminal does. JSON-safe. */
export interface TerminalPolicy {
  /** Kinds of transactions that it may do; undefined: all. */
  readonly kinds?: readonly TransactionKind[]
  /** Largest tip, in percent of what it is on top of; undefined: no tips. */
  readonly tipPercent?: number
}

/** What the host knows of a terminal's software package. JSON-safe. */
export interface TerminalSoftware {
  /** Version in force, as the terminal said. */
  readonly running: string
  /** What the rest tells of; SHA-256 of its file. */
  readonly packageId?: string
  readonly version?: string
  /** Bytes. */
  readonly size?: number
  /** `loaded`: complete and checked, in force from the terminal's next start; `trial`: in force, not proven. */
  readonly state: 'offered' | 'loading' | 'loaded' | 'trial' | 'active' | 'refused' | 'rolledBack'
  readonly percent?: number
  /** Why it was refused. */
  readonly reason?: string
  readonly atMs: number
}

export interface LoadedSet {
  /** Version of the download that is under way, or of the last. */
  readonly served: number
  /** Version that the terminal said it has in full; undefined before that. */
  readonly loaded?: number
  readonly loadedAtMs?: number
}

/** A range of card numbers by their first digits; the longest prefix wins. */
export interface IssuerRow {
  readonly id: string
  readonly name: string
  readonly prefixes: readonly string[]
  readonly cardClass: CardClass
  /** Field 63.1 of replies: `CUP`, `VIS` … */
  readonly organisation: string
  /** Field 44, at most 11 digits. */
  readonly institution: string
  readonly cryptogramScheme: CryptogramScheme
  readonly cryptogramKey: WrappedKey | undefined
  readonly pinVerificationKey: WrappedKey | undefined
}

export type AccountStatus = 'active' | 'lost' | 'stolen' | 'blocked' | 'pickUp' | 'inactive'

export interface AccountLimits {
  /** Largest single amount, or undefined for none. */
  readonly singleMinor: number | undefined
  readonly dailyMinor: number | undefined
  readonly dailyCount: number | undefined
}

export interface AccountRow {
  readonly pan: ProtectedPan
  readonly issuerId: string
  readonly currency: string
  /** `YYMM`. */
  readonly expiry: string
  readonly status: AccountStatus
  /** A chip is on the card: its stripe is refused where the terminal reads chips. */
  readonly hasChip: boolean
  readonly pinReference: string | undefined
  readonly pinTriesMax: number
  readonly limits: AccountLimits
  /** What the test host does with each transaction of this card; undefined for nothing special. */
  readonly testBehaviour: TestBehaviour | undefined
  readonly state: AccountState
}

/** What transactions change in an account. */
export interface AccountState {
  /** Booked balance: the sum of the account's `cardholder` ledger entries. */
  readonly balanceMinor: number
  /** Part of the balance under pre-authorisation: the sum of its `held` ledger entries. */
  readonly heldMinor: number
  readonly pinTriesLeft: number
  /** Highest application transaction counter seen, 0 to 65 535; of a wallet, the serial number of the last payment code used. */
  readonly lastTransactionCounter: number
  /** `YYYYMMDD` to which the two daily figures belong. */
  readonly day: string
  readonly spentTodayMinor: number
  readonly countToday: number
}

/** What a transaction comes to on an account that is kept in another currency. JSON-safe. */
export interface Conversion {
  /** The cardholder took what the terminal offered; or nobody was asked, and the issuer converts without a markup. */
  readonly by: 'cardholder' | 'issuer'
  /** The account's. */
  readonly currency: string
  /** Minor units that the account is charged, or given back; never below zero. */
  readonly amountMinor: number
  /** As the table of `version` has it, without the markup. */
  readonly rate: string
  readonly markupBasisPoints: number
  readonly version: number
  /** The account is in the table's own currency: amounts are divided by the rate. */
  readonly isInverse?: true
}

/** What a transaction is, whatever the dialect that carried it. */
export type TransactionKind =
  | 'sale'
  | 'saleVoid'
  | 'refund'
  | 'balance'
  | 'preAuthorisation'
  | 'preAuthorisationAddition'
  | 'preAuthorisationCancel'
  | 'completion'
  | 'completionAdvice'
  | 'completionVoid'
  | 'offlineSale'
  | 'tipAdjustment'
  /** A reversal came for a request that never did: remembered, so that the late request is refused. */
  | 'reversalAlone'

type TransactionState = 'approved' | 'declined' | 'voided' | 'reversed'

/** `iso1987-ascii-binary-bitmap` is met on the ASCII port and answered there in its own form. */
export type Dialect = 'unionpay-pos' | 'iso1987-ascii' | 'iso1987-ascii-binary-bitmap' | 'iso1987-binary'

export interface TransactionRow {
  /** Number of the record and, in twelve digits, its retrieval reference number (field 37). */
  readonly id: number
  readonly tid: string
  readonly mid: string
  readonly batchNumber: number
  readonly stan: number
  readonly kind: TransactionKind
  readonly state: TransactionState
  readonly dialect: Dialect
  readonly responseCode: string
  /** Six characters, or empty when none was given. */
  readonly authorisationCode: string
  readonly requestedMinor: number
  /** What was approved; 0 when declined. Of a sale with the tip, also one that came later. */
  readonly approvedMinor: number
  /** The part of `approvedMinor` that is a tip. */
  readonly tipMinor?: number
  readonly currency: string
  /** Where the account is in another currency than the transaction. */
  readonly conversion?: Conversion
  readonly panLookup: string
  readonly panTruncated: string
  readonly cardClass: CardClass
  /** An account exists: money moves on it, otherwise on suspense. */
  readonly accountKnown: boolean
  readonly entryMode: string
  /** Effect on the cardholder's balance; the merchant's is the opposite. */
  readonly moneyMinor: number
  /** Effect on what is held of the cardholder's balance. */
  readonly heldMinor: number
  /** The transaction that this one voids, refunds, cancels or completes. */
  readonly originalId: number | undefined
  /** Sum of approved refunds of this transaction. */
  readonly refundedMinor: number
  /** Number under which the undoing ledger entries stand. */
  readonly reversalId: number | undefined
  /** Field 39 of the reversal, or empty. */
  readonly reversalReason: string
  /** DF31 as upper-case hexadecimal, or empty. */
  readonly scriptResult: string
  readonly receivedAtMs: number
  readonly localTime: LocalDateTime
}

/** An amount that stays reserved until its completion or cancellation. */
export interface HoldRow {
  /** Number of the pre-authorisation. */
  readonly id: number
  readonly panLookup: string
  readonly mid: string
  readonly tid: string
  readonly batchNumber: number
  readonly stan: number
  readonly authorisationCode: string
  readonly amountMinor: number
  readonly state: 'open' | 'completed' | 'cancelled' | 'reversed'
  /** The transaction that ended it. */
  readonly endedById: number | undefined
}

/**
 * Ledger accounts. `cardholder` and `merchant` are money the host owes; `issuerFunding` is where test balances
 * come from; `held` and `holds` are the two sides of the memo accounts of pre-authorisations; `suspense` takes
 * the place of a cardholder whose account is not here. Clearing moves what a merchant is owed to `payouts`, money on its
 * way to it, less the acquirer's `fees` and `deviceFees` and the `interchange` owed to issuers. `exchange` takes one
 * currency and gives another.
 */
export type LedgerAccount =
  | 'cardholder'
  | 'merchant'
  | 'issuerFunding'
  | 'held'
  | 'holds'
  | 'suspense'
  | 'fees'
  | 'interchange'
  | 'deviceFees'
  | 'payouts'
  | 'exchange'

export interface LedgerEntryRow {
  /** Entries of one posting share it and sum to zero. */
  readonly postingId: number
  /** From 0 within the posting; what was added later begins at twice the number of the record that added it. */
  readonly index: number
  readonly account: LedgerAccount
  /** Look-up hash of the card, merchant number, or empty. */
  readonly owner: string
  /** Signed: a positive amount is owed to the owner. */
  readonly amountMinor: number
  readonly currency: string
}

export interface ClassTotals {
  readonly debitMinor: number
  readonly debitCount: number
  readonly creditMinor: number
  readonly creditCount: number
}

export interface SettlementTotals {
  readonly domestic: ClassTotals
  readonly foreign: ClassTotals
}

/** 1 balanced, 2 unbalanced, 3 error: the digits of field 48. */
export type BalanceFlag = '0' | '1' | '2' | '3'

export interface BatchRow {
  readonly tid: string
  readonly batchNumber: number
  readonly mid: string
  /** `settling`: totals were compared, records may follow; `closed`: the batch end came. */
  readonly state: 'open' | 'settling' | 'closed'
  readonly terminalTotals: SettlementTotals | undefined
  readonly hostTotals: SettlementTotals | undefined
  readonly domesticFlag: BalanceFlag
  readonly foreignFlag: BalanceFlag
  /** STAN of the settlement that closed it at once; undefined where a batch end closes. */
  readonly settlementStan: number | undefined
  /** Records that the terminal says it sent. */
  readonly recordCount: number | undefined
  readonly closedAtMs: number | undefined
}

export type UploadKind = 'stripe' | 'chip' | 'chipFailed' | 'notice'
/** `extra`: the terminal has it and the host has not; `missing`: the other way round. */
type UploadResult = 'matched' | 'differs' | 'extra' | 'missing'

/** One record of a batch upload, held against the host's own; `missing` ones are written when a batch closes. */
export interface UploadRow {
  readonly tid: string
  readonly batchNumber: number
  readonly stan: number
  readonly kind: UploadKind
  readonly amountMinor: number
  readonly panLookup: string
  readonly panTruncated: string
  readonly result: UploadResult
  readonly transactionId: number | undefined
}

/** Why a frame was rejected or a request refused. Holds no value of the message. */
export interface ExplainRow {
  readonly receivedAtMs: number
  readonly dialect: Dialect
  readonly tid: string
  readonly mti: string
  readonly stan: number | undefined
  /** Field 39 of the answer, or empty when nothing was answered. */
  readonly responseCode: string
  /** One line of English. */
  readonly reason: string
  readonly field: number | undefined
  /** Byte in the message, after the envelope. */
  readonly offset: number | undefined
  /** Dialects that would have decoded the message. */
  readonly decodableAs: readonly Dialect[]
}
