import { countOn, dayOf, uncountOn } from '../card-check.ts'
import { billedMinor, conversionDiffers } from '../conversion-check.ts'
import type { HostRequest } from '../host-request.ts'
import { opposite, post } from '../posting.ts'
import type { TerminalRow, TransactionKind, TransactionRow } from '../records.ts'
import { type Refusal, refuse } from '../refusal.ts'
import type { WorkingSet } from '../working-set.ts'

export interface ReversalOutcome {
  readonly responseCode: string
  readonly refusal: Refusal | undefined
  /** What was reversed, in its new form. */
  readonly original: TransactionRow | undefined
  /** Nothing changed: the same reversal came before. */
  readonly isRepeated: boolean
}

/** Kinds whose money counts in the daily limits of a card. */
const SPENDING: ReadonlySet<TransactionKind> = new Set(['sale', 'offlineSale'])

/**
 * Undoes what terminal, batch and STAN of the request did, once. A reversal of something that never came is
 * remembered, so that the request is refused when it arrives late.
 */
export function reverse(
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
  id: number,
): ReversalOutcome {
  const batchNumber = request.batchNumber ?? terminal.batchNumber
  const stan = request.original.stan ?? request.stan ?? 0
  const original = work.transactionByKey(terminal.tid, batchNumber, stan)
  if (original === undefined) {
    if (batchNumber === terminal.batchNumber) work.addTransaction(reversalAlone(request, terminal, id, stan))
    return refused(
      refuse('25', 'nothing with this terminal, batch and STAN: there is nothing to reverse', 11),
    )
  }
  if (original.kind === 'reversalAlone') {
    return { ...refused(refuse('25', 'there was nothing to reverse', 11)), isRepeated: true }
  }
  if (original.state === 'reversed') return done(original, true)
  if (original.state === 'declined') return done(...noted(work, original, id, request.reversalReason))
  const refusal = refusalOf(work, request, terminal, original)
  if (refusal !== undefined) return refused(refusal)
  return done(undo(work, original, id, request.reversalReason), false)
}

/** Nothing is to be undone, but that it was asked for is kept: the next one is a repetition. */
function noted(
  work: WorkingSet,
  original: TransactionRow,
  reversalId: number,
  reversalReason: string,
): readonly [TransactionRow, boolean] {
  if (original.reversalId !== undefined) return [original, true]
  const row = { ...original, reversalId, reversalReason }
  work.changeTransaction(row)
  return [row, false]
}

function refusalOf(
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
  original: TransactionRow,
): Refusal | undefined {
  if (original.batchNumber !== terminal.batchNumber) return refuse('12', 'the batch is closed', 60)
  if (original.state === 'voided') return refuse('12', 'the transaction was voided', 11)
  if (original.refundedMinor > 0) return refuse('12', 'the transaction was refunded', 11)
  if (original.kind === 'tipAdjustment') return refuse('12', 'a tip is changed by telling the right one', 11)
  if (request.amountMinor !== undefined && request.amountMinor !== original.requestedMinor) {
    return refuse('64', 'the amount differs from that of the transaction', 4)
  }
  return conversionDiffers(request, original) ?? holdRefusal(work, original)
}

/** What was built upon a pre-authorisation must be undone first. */
function holdRefusal(work: WorkingSet, original: TransactionRow): Refusal | undefined {
  switch (original.kind) {
    case 'preAuthorisation': {
      const hold = work.hold(original.id)
      return hold?.state === 'open' && hold.amountMinor === original.heldMinor
        ? undefined
        : refuse('12', 'the pre-authorisation was changed since')
    }
    case 'preAuthorisationAddition':
    case 'completionVoid':
      return holdOf(work, original)?.state === 'open'
        ? undefined
        : refuse('12', 'the pre-authorisation was changed since')
    default:
      return undefined
  }
}

function undo(
  work: WorkingSet,
  original: TransactionRow,
  reversalId: number,
  reversalReason: string,
): TransactionRow {
  const reversed: TransactionRow = { ...original, state: 'reversed', reversalId, reversalReason }
  undoOnHold(work, original)
  undoOnOriginal(work, original)
  work.changeTransaction(reversed)
  undoOnLimits(work, original)
  post(work, reversalId, opposite(original))
  return reversed
}

function undoOnLimits(work: WorkingSet, row: TransactionRow): void {
  const account = row.accountKnown ? work.account(row.panLookup) : undefined
  if (account === undefined) return
  const day = dayOf(row.localTime)
  if (SPENDING.has(row.kind)) {
    work.putAccountState(row.panLookup, uncountOn(account.state, day, billedMinor(row)))
  } else if (row.kind === 'saleVoid') {
    work.putAccountState(row.panLookup, countOn(account.state, day, billedMinor(row)))
  }
}

/** The pre-authorisation that `row` made, changed or ended. */
function holdOf(work: WorkingSet, row: TransactionRow) {
  if (row.kind === 'preAuthorisation') return work.hold(row.id)
  if (row.originalId === undefined) return undefined
  const original = work.transaction(row.originalId)
  if (row.kind !== 'completionVoid') return work.hold(row.originalId)
  return original?.originalId === undefined ? undefined : work.hold(original.originalId)
}

function undoOnHold(work: WorkingSet, row: TransactionRow): void {
  const hold = holdOf(work, row)
  if (hold === undefined) return
  switch (row.kind) {
    case 'preAuthorisation':
      work.putHold({ ...hold, state: 'reversed', endedById: row.id })
      break
    case 'preAuthorisationAddition':
      work.putHold({ ...hold, amountMinor: hold.amountMinor - row.heldMinor })
      break
    case 'preAuthorisationCancel':
    case 'completion':
    case 'completionAdvice':
      work.putHold({ ...hold, state: 'open', endedById: undefined })
      break
    case 'completionVoid':
      work.putHold({ ...hold, state: 'completed', endedById: row.originalId })
      break
    default:
  }
}

function undoOnOriginal(work: WorkingSet, row: TransactionRow): void {
  const original = row.originalId === undefined ? undefined : work.transaction(row.originalId)
  if (original === undefined) return
  switch (row.kind) {
    case 'saleVoid':
    case 'completionVoid':
    case 'preAuthorisationCancel':
      work.changeTransaction({ ...original, state: 'approved' })
      break
    case 'refund':
      work.changeTransaction({ ...original, refundedMinor: original.refundedMinor - row.approvedMinor })
      break
    default:
  }
}

function reversalAlone(
  request: HostRequest,
  terminal: TerminalRow,
  id: number,
  stan: number,
): TransactionRow {
  const { receivedAt, dialect } = request.inbound
  return {
    id,
    tid: terminal.tid,
    mid: terminal.mid,
    batchNumber: terminal.batchNumber,
    stan,
    kind: 'reversalAlone',
    state: 'reversed',
    dialect,
    responseCode: '25',
    authorisationCode: '',
    requestedMinor: request.amountMinor ?? 0,
    approvedMinor: 0,
    currency: request.currency,
    panLookup: '',
    panTruncated: '',
    cardClass: 'domestic',
    accountKnown: false,
    entryMode: request.entryMode,
    moneyMinor: 0,
    heldMinor: 0,
    originalId: undefined,
    refundedMinor: 0,
    reversalId: id,
    reversalReason: request.reversalReason,
    scriptResult: '',
    receivedAtMs: receivedAt.ms,
    localTime: receivedAt.localTime,
  }
}

function refused(refusal: Refusal): ReversalOutcome {
  return { responseCode: refusal.responseCode, refusal, original: undefined, isRepeated: false }
}

function done(original: TransactionRow, isRepeated: boolean): ReversalOutcome {
  return { responseCode: '00', refusal: undefined, original, isRepeated }
}
