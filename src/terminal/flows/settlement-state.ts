import { invariant, unreachable } from '../../base/invariant.ts'
import type { JournalRecord } from './journal-record.ts'
import type { OwedReceipt, Settlement, TerminalState } from './terminal-model.ts'

type RecordOf<Kind extends JournalRecord['kind']> = Extract<JournalRecord, { readonly kind: Kind }>
type SettlementRecord = RecordOf<
  | 'settlementStarted'
  | 'settlementAnswered'
  | 'batchUploaded'
  | 'uploadFinished'
  | 'batchEnded'
  | 'batchClosed'
  | 'receiptPrinted'
  | 'receiptAttempted'
  | 'receiptDropped'
>

/** Folds the records of settlement and of slips that are owed. */
export function applySettlementRecord(state: TerminalState, record: SettlementRecord): TerminalState {
  switch (record.kind) {
    case 'settlementStarted': {
      invariant(state.settlement === undefined, 'settlement is under way already')
      const { totals, localTime, operator } = record
      const settlement: Settlement = {
        phase: 'totals',
        totals,
        localTime,
        operator,
        uploadedMessages: 0,
        uploadedRecords: 0,
      }
      return { ...state, settlement }
    }
    case 'settlementAnswered': {
      const { domesticFlag, foreignFlag } = record
      return advance(state, 'totals', { phase: 'upload', domesticFlag, foreignFlag })
    }
    case 'batchUploaded': {
      const { uploadedMessages, uploadedRecords } = settlementOf(state, 'upload')
      return advance(state, 'upload', {
        uploadedMessages: uploadedMessages + 1,
        uploadedRecords: uploadedRecords + record.records,
      })
    }
    case 'uploadFinished':
      return advance(state, 'upload', { phase: 'end' })
    case 'batchEnded':
      return advance(state, 'end', { phase: 'close' })
    case 'batchClosed':
      return closeBatch(state, record)
    case 'receiptPrinted':
      return withReceipt(state, record.id, (owed) => ({
        ...owed,
        attempted: false,
        copies: owed.copies.filter((each) => each !== record.copy),
      }))
    case 'receiptAttempted':
      return withReceipt(state, record.id, (owed) => ({ ...owed, attempted: true }))
    case 'receiptDropped':
      return withReceipt(state, record.id, (owed) => ({ ...owed, copies: [] }))
    default:
      return unreachable(record)
  }
}

function settlementOf(state: TerminalState, phase: Settlement['phase']): Settlement {
  invariant(state.settlement?.phase === phase, `settlement is not in phase ${phase}`)
  return state.settlement
}

function advance(
  state: TerminalState,
  from: Settlement['phase'],
  changes: Partial<Settlement>,
): TerminalState {
  return { ...state, settlement: { ...settlementOf(state, from), ...changes } }
}

function closeBatch(state: TerminalState, record: RecordOf<'batchClosed'>): TerminalState {
  settlementOf(state, 'close')
  const { settlement: _settled, undecidedPartial: _decided, ...rest } = state
  const content = { kind: 'settlement', summary: record.summary } as const
  const slip: OwedReceipt = {
    id: `${record.summary.batch}-settlement`,
    content,
    copies: ['merchant'],
    attempted: false,
  }
  return {
    ...rest,
    batch: record.nextBatch,
    transactions: [],
    failedChips: [],
    notices: [],
    lastSettlement: record.summary,
    owedReceipts: [...state.owedReceipts, slip],
  }
}

function withReceipt(
  state: TerminalState,
  id: string,
  change: (owed: OwedReceipt) => OwedReceipt,
): TerminalState {
  const owedReceipts = state.owedReceipts
    .map((each) => (each.id === id ? change(each) : each))
    .filter((each) => each.copies.length > 0)
  return { ...state, owedReceipts }
}
