import type {
  BatchRow,
  Conversion,
  ExplainRow,
  HoldRow,
  LedgerEntryRow,
  SettlementTotals,
  TransactionRow,
  UploadRow,
} from '../core/records.ts'
import { formatLocalTime, parseLocalTime } from './row-text.ts'
import { back, type Mapping, maybe, type SqlValue, words } from './sqlite-mapping.ts'

export const TRANSACTIONS: Mapping<TransactionRow> = {
  table: 'transactions',
  columns: words(
    'id tid mid batchNumber stan kind state dialect responseCode authorisationCode',
    'requestedMinor approvedMinor currency panLookup panTruncated cardClass accountKnown',
    'entryMode moneyMinor heldMinor originalId refundedMinor reversalId reversalReason',
    'scriptResult receivedAtMs localTime conversion tipMinor',
  ),
  values: (row) => [
    row.id,
    row.tid,
    row.mid,
    row.batchNumber,
    row.stan,
    row.kind,
    row.state,
    row.dialect,
    row.responseCode,
    row.authorisationCode,
    row.requestedMinor,
    row.approvedMinor,
    row.currency,
    row.panLookup,
    row.panTruncated,
    row.cardClass,
    Number(row.accountKnown),
    row.entryMode,
    row.moneyMinor,
    row.heldMinor,
    maybe(row.originalId),
    row.refundedMinor,
    maybe(row.reversalId),
    row.reversalReason,
    row.scriptResult,
    row.receivedAtMs,
    formatLocalTime(row.localTime),
    row.conversion === undefined ? null : JSON.stringify(row.conversion),
    maybe(row.tipMinor),
  ],
}

/** Everything of a transaction that can change after it was written. */
export const TRANSACTION_CHANGES = words(
  'state refundedMinor reversalId reversalReason scriptResult approvedMinor moneyMinor tipMinor',
)

export const TRANSACTION_UPDATE = `UPDATE transactions SET ${TRANSACTION_CHANGES.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`

export function transactionUpdateValues(row: TransactionRow): SqlValue[] {
  return [
    row.state,
    row.refundedMinor,
    maybe(row.reversalId),
    row.reversalReason,
    row.scriptResult,
    row.approvedMinor,
    row.moneyMinor,
    maybe(row.tipMinor),
    row.id,
  ]
}

export type StoredTransaction = Omit<
  TransactionRow,
  'accountKnown' | 'originalId' | 'reversalId' | 'localTime' | 'conversion' | 'tipMinor'
> & {
  readonly accountKnown: number
  readonly originalId: number | null
  readonly reversalId: number | null
  readonly localTime: string
  readonly conversion: string | null
  readonly tipMinor: number | null
}

export function readTransaction({ conversion, tipMinor, ...stored }: StoredTransaction): TransactionRow {
  return {
    ...stored,
    ...(conversion === null ? {} : { conversion: JSON.parse(conversion) as Conversion }),
    ...(tipMinor === null ? {} : { tipMinor }),
    accountKnown: stored.accountKnown !== 0,
    originalId: back(stored.originalId),
    reversalId: back(stored.reversalId),
    localTime: parseLocalTime(stored.localTime),
  }
}

export const HOLDS: Mapping<HoldRow> = {
  table: 'holds',
  columns: words('id panLookup mid tid batchNumber stan authorisationCode amountMinor state endedById'),
  values: (row) => [
    row.id,
    row.panLookup,
    row.mid,
    row.tid,
    row.batchNumber,
    row.stan,
    row.authorisationCode,
    row.amountMinor,
    row.state,
    maybe(row.endedById),
  ],
}

export type StoredHold = Omit<HoldRow, 'endedById'> & { readonly endedById: number | null }

export function readHold(stored: StoredHold): HoldRow {
  return { ...stored, endedById: back(stored.endedById) }
}

export const LEDGER: Mapping<LedgerEntryRow> = {
  table: 'ledger',
  columns: words('postingId position account owner amountMinor currency'),
  values: (row) => [row.postingId, row.index, row.account, row.owner, row.amountMinor, row.currency],
}

export type StoredEntry = Omit<LedgerEntryRow, 'index'> & { readonly position: number }

export function readEntry({ position, ...stored }: StoredEntry): LedgerEntryRow {
  return { ...stored, index: position }
}

export const BATCHES: Mapping<BatchRow> = {
  table: 'batches',
  columns: words(
    'tid batchNumber mid state terminalTotals hostTotals domesticFlag foreignFlag',
    'settlementStan recordCount closedAtMs',
  ),
  values: (row) => [
    row.tid,
    row.batchNumber,
    row.mid,
    row.state,
    row.terminalTotals === undefined ? null : JSON.stringify(row.terminalTotals),
    row.hostTotals === undefined ? null : JSON.stringify(row.hostTotals),
    row.domesticFlag,
    row.foreignFlag,
    maybe(row.settlementStan),
    maybe(row.recordCount),
    maybe(row.closedAtMs),
  ],
}

export interface StoredBatch {
  readonly tid: string
  readonly batchNumber: number
  readonly mid: string
  readonly state: BatchRow['state']
  readonly terminalTotals: string | null
  readonly hostTotals: string | null
  readonly domesticFlag: BatchRow['domesticFlag']
  readonly foreignFlag: BatchRow['foreignFlag']
  readonly settlementStan: number | null
  readonly recordCount: number | null
  readonly closedAtMs: number | null
}

export function readBatch(stored: StoredBatch): BatchRow {
  return {
    ...stored,
    terminalTotals: readTotals(stored.terminalTotals),
    hostTotals: readTotals(stored.hostTotals),
    settlementStan: back(stored.settlementStan),
    recordCount: back(stored.recordCount),
    closedAtMs: back(stored.closedAtMs),
  }
}

function readTotals(text: string | null): SettlementTotals | undefined {
  return text === null ? undefined : (JSON.parse(text) as SettlementTotals)
}

export const UPLOADS: Mapping<UploadRow> = {
  table: 'uploads',
  columns: words('tid batchNumber stan kind amountMinor panLookup panTruncated result transactionId'),
  values: (row) => [
    row.tid,
    row.batchNumber,
    row.stan,
    row.kind,
    row.amountMinor,
    row.panLookup,
    row.panTruncated,
    row.result,
    maybe(row.transactionId),
  ],
}

export type StoredUpload = Omit<UploadRow, 'transactionId'> & { readonly transactionId: number | null }

export function readUpload(stored: StoredUpload): UploadRow {
  return { ...stored, transactionId: back(stored.transactionId) }
}

export const EXPLAINS: Mapping<ExplainRow> = {
  table: 'explains',
  columns: words('receivedAtMs dialect tid mti stan responseCode reason field position decodableAs'),
  values: (row) => [
    row.receivedAtMs,
    row.dialect,
    row.tid,
    row.mti,
    maybe(row.stan),
    row.responseCode,
    row.reason,
    maybe(row.field),
    maybe(row.offset),
    row.decodableAs.join(','),
  ],
}

export interface StoredExplain {
  readonly receivedAtMs: number
  readonly dialect: ExplainRow['dialect']
  readonly tid: string
  readonly mti: string
  readonly stan: number | null
  readonly responseCode: string
  readonly reason: string
  readonly field: number | null
  readonly position: number | null
  readonly decodableAs: string
}

export function readExplain({ position, ...stored }: StoredExplain): ExplainRow {
  return {
    ...stored,
    stan: back(stored.stan),
    field: back(stored.field),
    offset: back(position),
    decodableAs: stored.decodableAs.split(',').filter((name) => name !== '') as ExplainRow['decodableAs'],
  }
}
