import { invariant, unreachable } from '../../base/invariant.ts'
import type { JournalRecord } from './journal-record.ts'
import type {
  OwedReceipt,
  QueuedNotice,
  ReceiptContent,
  ReceiptCopy,
  TerminalState,
  Transaction,
  TransactionRequest,
  TransactionStatus,
} from './terminal-model.ts'
import { TRANSACTION_KINDS, VOIDING } from './transaction-kind.ts'

type RecordOf<Kind extends JournalRecord['kind']> = Extract<JournalRecord, { readonly kind: Kind }>
type TransactionRecord = RecordOf<
  | 'stanUsed'
  | 'stanJumped'
  | 'requested'
  | 'notSent'
  | 'storedOffline'
  | 'answered'
  | 'abandoned'
  | 'partialDecided'
  | 'reversalAttempted'
  | 'reversalClosed'
  | 'scriptResultAttempted'
  | 'scriptResultClosed'
  | 'noticeAttempted'
>

const STAN_COUNT = 999_999

/**
 * `nextStan` after `stan` was used; 999999 wraps to 1. Source: docs of the UnionPay dialect, 13.
 *
 * - S9: no trace number is used twice in a batch, but to say the same thing again (a reversal, a notice).
 */
export function stanAfter(stan: number, steps = 1): number {
  return ((stan - 1 + steps) % STAN_COUNT) + 1
}

/** Six digits, as field 11 wants them. */
export function stanText(stan: number): string {
  return String(stan).padStart(6, '0')
}

/** Folds the records of requests, answers and what is owed for them. */
export function applyTransactionRecord(state: TerminalState, record: TransactionRecord): TerminalState {
  switch (record.kind) {
    case 'stanUsed':
      return { ...state, nextStan: stanAfter(Number(record.stan)) }
    case 'stanJumped':
      return { ...state, nextStan: stanAfter(state.nextStan, record.by) }
    case 'requested':
      return applyRequested(state, record.request)
    case 'notSent':
      return applyNotSent(state, record.stan)
    case 'storedOffline':
      return applyStoredOffline(state, record)
    case 'answered':
      return applyAnswered(state, record)
    case 'abandoned':
      return applyAbandoned(state, record)
    case 'partialDecided': {
      const { undecidedPartial, ...rest } = state
      invariant(undecidedPartial === record.stan, 'no partial approval to decide on')
      return rest
    }
    case 'reversalAttempted': {
      const reversal = reversalOf(state, record.stan)
      const attempts = reversal.attempts + 1
      return { ...state, reversal: { ...reversal, attempts, reason: record.reason } }
    }
    case 'reversalClosed':
      return applyReversalClosed(state, record)
    case 'scriptResultAttempted':
      return {
        ...state,
        scriptResults: state.scriptResults.map((each) =>
          each.request.stan === record.stan ? { ...each, attempts: each.attempts + 1 } : each,
        ),
      }
    case 'scriptResultClosed':
      return {
        ...state,
        scriptResults: state.scriptResults.filter((each) => each.request.stan !== record.stan),
      }
    case 'noticeAttempted':
      return {
        ...state,
        notices: state.notices.map((each) =>
          each.request.stan === record.stan ? { ...each, attempts: each.attempts + 1 } : each,
        ),
      }
    default:
      return unreachable(record)
  }
}

function applyRequested(state: TerminalState, request: TransactionRequest): TerminalState {
  invariant(state.inFlight === undefined, 'a request is in flight already')
  invariant(state.reversal === undefined, 'a reversal must be sent before a new request')
  const requested = { ...state, inFlight: request, nextStan: stanAfter(Number(request.stan)) }
  if (TRANSACTION_KINDS[request.type].unanswered !== 'reverse') return requested
  return { ...requested, reversal: { request, reason: '98', attempts: 0 } }
}

function applyNotSent(state: TerminalState, stan: string): TerminalState {
  const { inFlight, reversal: _cleared, ...rest } = state
  invariant(inFlight?.stan === stan, 'the request is not in flight')
  return { ...rest, nextStan: Number(stan) }
}

/** The sale stands from here on: it is in the totals, its slip is owed, and the host is to hear of it. */
function applyStoredOffline(state: TerminalState, record: RecordOf<'storedOffline'>): TerminalState {
  const { inFlight, reversal: _cleared, ...rest } = state
  const { request, uploadField55, copies } = record
  invariant(inFlight?.stan === request.stan, 'the request is not in flight')
  const transaction: Transaction = {
    request,
    status: 'noticeQueued',
    amountMinor: request.amountMinor,
    ...(uploadField55 === undefined ? {} : { uploadField55 }),
    ...(request.chip === undefined ? {} : { chip: request.chip }),
  }
  const receipt: ReceiptContent = { kind: 'transaction', transaction }
  return {
    ...rest,
    notices: [...state.notices, { request, attempts: 0 }],
    transactions: [...state.transactions, transaction],
    owedReceipts: owe(state.owedReceipts, receiptId(request), receipt, copies),
    ...(copies.length > 0 ? { lastReceipt: receipt } : {}),
  }
}

function applyAnswered(state: TerminalState, record: RecordOf<'answered'>): TerminalState {
  const queued = state.notices.find((each) => each.request.stan === record.stan)
  const request = state.inFlight?.stan === record.stan ? state.inFlight : queued?.request
  invariant(request !== undefined, 'an answer to nothing')
  const transaction: Transaction = {
    request,
    status: record.approved ? 'approved' : 'declined',
    amountMinor: record.amountMinor,
    reply: record.reply,
    ...(queued === undefined ? {} : chipOfQueued(state, request)),
    ...(record.uploadField55 === undefined ? {} : { uploadField55: record.uploadField55 }),
    ...(record.chip === undefined ? {} : { chip: record.chip }),
  }
  const { inFlight, reversal, ...rest } = state
  const base = queued === undefined ? rest : state
  const scripts = scriptDuty(state, record, request)
  const receipt: ReceiptContent = { kind: 'transaction', transaction: verified(transaction, record) }
  const answered: TerminalState = {
    ...base,
    notices: state.notices.filter((each) => each !== queued),
    scriptResults: scripts,
    transactions: storeTransaction(state.transactions, transaction, queued !== undefined),
    owedReceipts: owe(state.owedReceipts, answerReceiptId(request, queued), receipt, record.copies),
  }
  if (!record.approved) return answered
  return {
    ...answered,
    transactions: markTipped(markVoided(answered.transactions, request), request),
    ...(record.copies.length > 0 ? { lastReceipt: receipt } : {}),
    ...(record.partial ? { undecidedPartial: record.stan } : {}),
  }
}

/** What the chip signed when the sale was made offline. */
function chipOfQueued(state: TerminalState, request: TransactionRequest): Partial<Transaction> {
  const stored = state.transactions.find((each) => isSame(each.request, request))
  return {
    ...(stored?.uploadField55 === undefined ? {} : { uploadField55: stored.uploadField55 }),
    ...(stored?.chip === undefined ? {} : { chip: stored.chip }),
  }
}

/** An offline sale had its slip when it was made, which may be owed still: what its refusal prints is another one. */
function answerReceiptId(request: TransactionRequest, queued: QueuedNotice | undefined): string {
  const isSecond = queued !== undefined && request.type === 'offlineSale'
  return isSecond ? `${receiptId(request)}-loss` : receiptId(request)
}

/** The kernel may have found out during the completion that the card wants a signature. */
function verified(transaction: Transaction, record: RecordOf<'answered'>): Transaction {
  return { ...transaction, request: { ...transaction.request, verification: record.verification } }
}

function scriptDuty(
  state: TerminalState,
  record: RecordOf<'answered'> | RecordOf<'abandoned'>,
  request: TransactionRequest,
): TerminalState['scriptResults'] {
  if (record.scriptField55 === undefined || record.reply === undefined) return state.scriptResults
  const duty = { request, reply: record.reply, field55: record.scriptField55, attempts: 0 }
  return [...state.scriptResults, duty]
}

/** Declined ones and enquiries leave no trace in the batch, unless they were queued in it. */
function storeTransaction(
  transactions: readonly Transaction[],
  transaction: Transaction,
  queued: boolean,
): readonly Transaction[] {
  if (queued) {
    return transactions.map((each) => (isSame(each.request, transaction.request) ? transaction : each))
  }
  const kept = transaction.status === 'approved' && transaction.request.type !== 'balance'
  return kept ? [...transactions, transaction] : transactions
}

function markVoided(
  transactions: readonly Transaction[],
  request: TransactionRequest,
): readonly Transaction[] {
  const { original } = request
  if (original === undefined || !VOIDING.includes(request.type)) return transactions
  return transactions.map((each) =>
    each.request.stan === original.stan && each.request.batch === original.batch && each.status === 'approved'
      ? { ...each, status: 'voided' }
      : each,
  )
}

/** The sale comes to what it does with the tip. */
function markTipped(
  transactions: readonly Transaction[],
  { type, original, amountMinor, tipMinor = 0 }: TransactionRequest,
): readonly Transaction[] {
  if (type !== 'tipAdjustment' || original === undefined) return transactions
  return transactions.map((each) =>
    each.request.stan === original.stan && each.request.batch === original.batch
      ? { ...each, amountMinor, tipMinor }
      : each,
  )
}

function applyAbandoned(state: TerminalState, record: RecordOf<'abandoned'>): TerminalState {
  const { inFlight: request, ...rest } = state
  invariant(request?.stan === record.stan, 'the abandoned request is not in flight')
  const scriptResults = scriptDuty(state, record, request)
  const transaction: Transaction = { request, status: 'reversalDue', amountMinor: request.amountMinor }
  switch (TRANSACTION_KINDS[request.type].unanswered) {
    case 'forget':
      return { ...rest, scriptResults }
    case 'resend':
      return {
        ...rest,
        notices: [...state.notices, { request, attempts: 1 }],
        transactions: [...state.transactions, { ...transaction, status: 'noticeQueued' }],
      }
    case 'reverse':
      return {
        ...rest,
        scriptResults,
        reversal: {
          ...reversalOf(state, record.stan),
          reason: record.reason,
          ...(record.authorisationCode === undefined ? {} : { authorisationCode: record.authorisationCode }),
          ...(record.field55 === undefined ? {} : { field55: record.field55 }),
        },
        transactions: [...state.transactions, { ...transaction, reversalReason: record.reason }],
        failedChips:
          record.chipFailure === undefined ? state.failedChips : [...state.failedChips, record.chipFailure],
      }
  }
}

function applyReversalClosed(state: TerminalState, record: RecordOf<'reversalClosed'>): TerminalState {
  const { request } = reversalOf(state, record.stan)
  const { reversal: _closed, ...rest } = state
  const undone = record.result === 'accepted' || record.result === 'nothingToReverse'
  const status: TransactionStatus = undone ? 'reversed' : 'reversalFailed'
  const transactions = state.transactions.map((each) =>
    isSame(each.request, request) ? { ...each, status } : each,
  )
  if (undone) return { ...rest, transactions }
  const slip: ReceiptContent = { kind: 'reversal', request, result: record.result }
  return {
    ...rest,
    transactions,
    owedReceipts: owe(state.owedReceipts, `${receiptId(request)}-reversal`, slip, ['merchant']),
  }
}

function reversalOf(state: TerminalState, stan: string) {
  invariant(state.reversal?.request.stan === stan, 'no such reversal is owed')
  return state.reversal
}

function isSame(left: TransactionRequest, right: TransactionRequest): boolean {
  return left.stan === right.stan && left.batch === right.batch
}

/** Names the slip of a transaction in the journal. */
function receiptId(request: TransactionRequest): string {
  return `${request.batch}-${request.stan}`
}

function owe(
  owed: readonly OwedReceipt[],
  id: string,
  content: ReceiptContent,
  copies: readonly ReceiptCopy[],
): readonly OwedReceipt[] {
  return copies.length === 0 ? owed : [...owed, { id, content, copies, attempted: false }]
}
