import type {
  AccountRow,
  BatchRow,
  CatalogueRow,
  ExplainRow,
  HoldRow,
  IssuerRow,
  LedgerEntryRow,
  MerchantRow,
  TerminalRow,
  TransactionRow,
  UploadRow,
} from '../core/records.ts'

/** What a `MemoryStore` holds; the simulator saves and restores it as a whole. */
export class MemoryTables {
  nextNumber = 1
  readonly merchants = new Map<string, MerchantRow>()
  readonly terminals = new Map<string, TerminalRow>()
  readonly issuers = new Map<string, IssuerRow>()
  readonly accounts = new Map<string, AccountRow>()
  readonly transactions = new Map<number, TransactionRow>()
  /** Numbers by terminal, batch and STAN. */
  readonly transactionIds = new Map<string, number>()
  /** Numbers by terminal and batch. */
  readonly batchIds = new Map<string, number[]>()
  readonly holds = new Map<number, HoldRow>()
  readonly entries = new Map<number, LedgerEntryRow[]>()
  readonly batches = new Map<string, BatchRow>()
  readonly uploads = new Map<string, UploadRow>()
  explains: ExplainRow[] = []
  /** By scope and set, newest last. */
  readonly catalogue = new Map<string, CatalogueRow[]>()
}
