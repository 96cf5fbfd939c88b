import { invariant, unreachable } from '../../base/invariant.ts'
import { endOrderOf, withoutOrder } from './code-order-state.ts'
import { applyDownloadRecord } from './download-model.ts'
import type { JournalRecord } from './journal-record.ts'
import { applyPackageRecord, isPackageRecord } from './package-model.ts'
import { applySettlementRecord } from './settlement-state.ts'
import { applySignatureRecord } from './signature-state.ts'
import type { Operator, TerminalState } from './terminal-model.ts'
import { applyTransactionRecord, stanAfter } from './transaction-state.ts'

export type { TerminalState } from './terminal-model.ts'

/** A terminal that has never been commissioned. */
export const initialState: TerminalState = {
  commissioned: false,
  profileChanges: {},
  operators: [],
  failedLogOns: {},
  signedIn: false,
  batch: '000001',
  nextStan: 1,
  scriptResults: [],
  notices: [],
  transactions: [],
  failedChips: [],
  owedReceipts: [],
  pendingTasks: [],
}

/**
 * The state after one more durable record. Pure; shares what did not change.
 *
 * @throws {InvariantError} when the record can't follow: the journal is not one that these flows wrote.
 */
export function applyRecord(state: TerminalState, record: JournalRecord): TerminalState {
  if (isPackageRecord(record)) return { ...state, packages: applyPackageRecord(state.packages, record) }
  switch (record.kind) {
    case 'checkpoint':
      return record.state
    case 'commissioned':
      return { ...state, commissioned: true, profileChanges: record.profileChanges }
    case 'operatorStored':
    case 'operatorRemoved':
    case 'loggedOn':
    case 'loggedOff':
    case 'passwordWrong':
    case 'passwordRight':
      return applyOperatorRecord(state, record)
    case 'masterKeyLoaded':
      return { ...state, masterKeyCheckValue: record.checkValue, signedIn: false }
    case 'signedIn':
      return applySignIn(state, record.batch)
    case 'restored':
      return applyRestored(state, record.jump)
    case 'signInRequired':
    case 'signedOff':
      return { ...state, signedIn: false }
    case 'processingRequested':
      return state.pendingTasks.includes(record.request)
        ? state
        : { ...state, pendingTasks: [...state.pendingTasks, record.request] }
    case 'processingDone':
      return { ...state, pendingTasks: state.pendingTasks.filter((task) => task !== record.request) }
    case 'suppliesTold':
      return { ...state, suppliesTold: record.told }
    case 'downloadBegun':
    case 'downloadListed':
    case 'downloadReceived':
    case 'downloadActivated':
    case 'downloadEnded':
    case 'downloadDropped':
      return { ...state, downloads: applyDownloadRecord(state.downloads, record) }
    case 'settlementStarted':
    case 'settlementAnswered':
    case 'batchUploaded':
    case 'uploadFinished':
    case 'batchEnded':
    case 'batchClosed':
    case 'receiptPrinted':
    case 'receiptAttempted':
    case 'receiptDropped':
      return applySettlementRecord(state, record)
    case 'signatureTaken':
    case 'signatureDelivered':
      return applySignatureRecord(state, record)
    case 'codeOrderOpened':
      return { ...state, codeOrder: record.order }
    case 'codeOrderEnded':
      return state.codeOrder?.number === record.number ? withoutOrder(state) : state
    default:
      return endOrderOf(state, applyTransactionRecord(state, record), record)
  }
}

/** The fold of a whole journal. */
export function foldRecords(records: Iterable<JournalRecord>): TerminalState {
  let state = initialState
  for (const record of records) state = applyRecord(state, record)
  return state
}

function applySignIn(state: TerminalState, batch: string): TerminalState {
  invariant(/^\d{6}$/.test(batch), 'batch number is not six digits')
  // A settlement ends under the number that it began with: the host may have closed that batch already.
  if (state.settlement !== undefined) return { ...state, signedIn: true }
  if (state.restoredBatch !== undefined) return applySignInAfterRestore(state, batch)
  // The host's number wins even over a batch in use, or each further request would be answered 77.
  // Transactions keep the number they were made under.
  return { ...state, signedIn: true, batch }
}

/** The host may know trace numbers that this journal has never heard of. */
function applyRestored(state: TerminalState, jump: number): TerminalState {
  const { loggedOn: _, ...rest } = state
  return {
    ...rest,
    signedIn: false,
    nextStan: stanAfter(state.nextStan, jump),
    restoredBatch: state.batch,
  }
}

/** In another batch now: what the journal was put back with was settled after the backup, under the old number. */
function applySignInAfterRestore(state: TerminalState, batch: string): TerminalState {
  const { restoredBatch, undecidedPartial, ...rest } = state
  const isOpen = batch === restoredBatch
  if (!isOpen) return { ...rest, signedIn: true, batch, transactions: [], failedChips: [] }
  return { ...rest, signedIn: true, batch, ...(undecidedPartial === undefined ? {} : { undecidedPartial }) }
}

type OperatorRecord = Extract<
  JournalRecord,
  {
    kind: 'operatorStored' | 'operatorRemoved' | 'loggedOn' | 'loggedOff' | 'passwordWrong' | 'passwordRight'
  }
>

function applyOperatorRecord(state: TerminalState, record: OperatorRecord): TerminalState {
  const { loggedOn, ...withoutOperator } = state
  switch (record.kind) {
    case 'operatorStored':
      return { ...state, operators: storeOperator(state.operators, record.operator) }
    case 'operatorRemoved': {
      const operators = state.operators.filter((each) => each.number !== record.number)
      const base = loggedOn === record.number ? withoutOperator : state
      return { ...base, operators, failedLogOns: without(state.failedLogOns, record.number) }
    }
    case 'loggedOn':
      return { ...state, loggedOn: record.number }
    case 'loggedOff':
      return withoutOperator
    case 'passwordWrong': {
      const tries = (state.failedLogOns[record.number]?.tries ?? 0) + 1
      const failed = { tries, lastAt: record.localTime }
      return { ...state, failedLogOns: { ...state.failedLogOns, [record.number]: failed } }
    }
    case 'passwordRight':
      return { ...state, failedLogOns: without(state.failedLogOns, record.number) }
    default:
      return unreachable(record)
  }
}

function storeOperator(operators: readonly Operator[], operator: Operator): readonly Operator[] {
  const others = operators.filter((each) => each.number !== operator.number)
  return [...others, operator].sort((left, right) => left.number.localeCompare(right.number))
}

function without<V>(values: { readonly [key: string]: V }, key: string): { readonly [key: string]: V } {
  return Object.fromEntries(Object.entries(values).filter(([each]) => each !== key))
}
