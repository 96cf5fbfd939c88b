import { describe, expect, it } from 'vitest'
import { checkFinalBooks } from '../../sim/check/final-books.ts'
import { PaperCheck } from '../../sim/check/paper-check.ts'
import { TerminalBooks } from '../../sim/check/terminal-books.ts'
import type { TransactionKind, TransactionRow } from '../../src/host/core/records.ts'
import { NO_ROWS } from '../../src/host/core/store-port.ts'
import { MemoryStore } from '../../src/host/store/memory-store.ts'
import { MemoryTables } from '../../src/host/store/memory-tables.ts'
import type {
  OriginalReference,
  SettlementSummary,
  TransactionRequest,
} from '../../src/terminal/flows/terminal-model.ts'

const TID = '30000001'
const TIME = { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5 }
const NOTHING = { debitAmountMinor: 0, debitCount: 0, creditAmountMinor: 0, creditCount: 0 }

/** A pre-authorisation of the first batch, cancelled in the second; with `cancel` false the terminal knows no cancellation. */
function booksWith(cancel: boolean): TerminalBooks {
  const books = new TerminalBooks()
  books.take([{ kind: 'signedIn', batch: '000001', localTime: TIME }])
  approve(books, request('preAuthorisation', '000001', '000001'))
  books.take([
    {
      kind: 'settlementStarted',
      totals: { domestic: NOTHING, foreign: NOTHING },
      localTime: TIME,
      operator: '01',
    },
    { kind: 'settlementAnswered', domesticFlag: '1', foreignFlag: '1' },
    { kind: 'uploadFinished' },
    { kind: 'batchEnded' },
    { kind: 'batchClosed', nextBatch: '000002', summary: summary() },
  ])
  const original = { batch: '000001', stan: '000001', date: '0102' }
  if (cancel) approve(books, request('preAuthorisationCancel', '000002', '000002', original))
  return books
}

function approve(books: TerminalBooks, asked: TransactionRequest): void {
  books.take([{ kind: 'requested', request: asked }])
  books.take([
    {
      kind: 'answered',
      stan: asked.stan,
      approved: true,
      amountMinor: asked.amountMinor,
      partial: false,
      reply: { responseCode: '00' },
      verification: 'none',
      copies: [],
    },
  ])
}

function request(
  type: TransactionRequest['type'],
  batch: string,
  stan: string,
  original?: OriginalReference,
): TransactionRequest {
  return {
    type,
    batch,
    stan,
    mti: '0100',
    processingCode: '030000',
    amountMinor: 500,
    currency: '156',
    entry: 'stripe',
    entryMode: '021',
    conditionCode: '06',
    panTruncated: '621094******0011',
    panProtected: '00',
    panSent: true,
    field60: '',
    ...(original === undefined ? {} : { original }),
    verification: 'none',
    operator: '01',
    localTime: TIME,
  }
}

function summary(): SettlementSummary {
  return {
    batch: '000001',
    localTime: TIME,
    operator: '01',
    totals: { domestic: NOTHING, foreign: NOTHING },
    domesticFlag: '1',
    foreignFlag: '1',
    uploadedRecords: 0,
    transactionCount: 1,
    byType: [],
  }
}

/** A host that has voided the pre-authorisation. */
function hostBooks(): MemoryStore {
  const store = new MemoryStore(new MemoryTables())
  store.commit({
    ...NO_ROWS,
    newTransactions: [
      row(1, 'preAuthorisation', 1, 'voided', undefined),
      row(2, 'preAuthorisationCancel', 2, 'approved', 1),
    ],
  })
  return store
}

function row(
  id: number,
  kind: TransactionKind,
  batchNumber: number,
  state: TransactionRow['state'],
  originalId: number | undefined,
): TransactionRow {
  return {
    id,
    tid: TID,
    mid: '001290058120001',
    batchNumber,
    stan: id,
    kind,
    state,
    dialect: 'unionpay-pos',
    responseCode: '00',
    authorisationCode: '000001',
    requestedMinor: 500,
    approvedMinor: 500,
    currency: '156',
    panLookup: 'p',
    panTruncated: '621094******0011',
    cardClass: 'domestic',
    accountKnown: true,
    entryMode: '021',
    moneyMinor: 0,
    heldMinor: 0,
    originalId,
    refundedMinor: 0,
    reversalId: undefined,
    reversalReason: '',
    scriptResult: '',
    receivedAtMs: 0,
    localTime: TIME,
  }
}

function statesThatDiffer(books: TerminalBooks): number {
  const { findings } = checkFinalBooks(
    [{ tid: TID, books, paper: new PaperCheck(TID), givesUp: false }],
    hostBooks(),
    new Map(),
  )
  return findings.filter(({ check }) => check === 'states differ').length
}

describe('a pre-authorisation of a closed batch', () => {
  it('may be voided at the host when the terminal has cancelled it in a later batch', () => {
    expect(statesThatDiffer(booksWith(true))).toBe(0)
  })

  it('may not be voided at the host when the terminal knows of no cancellation', () => {
    expect(statesThatDiffer(booksWith(false))).toBe(1)
  })
})
