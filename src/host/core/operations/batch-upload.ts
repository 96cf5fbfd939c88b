import { truncatePan } from '../../../base/exposure.ts'
import { accept, type Decision, deny } from '../decision.ts'
import type { HostContext } from '../host-context.ts'
import type { HostRequest, UploadedRecord } from '../host-request.ts'
import type { BatchRow, TerminalRow, TransactionRow, UploadRow } from '../records.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { compareTotals, isSettled, settlementTotals } from '../settlement-totals.ts'
import type { WorkingSet } from '../working-set.ts'
import { nextBatchNumber } from './batch-row.ts'

/** Holds each record against the host's own, point by point; the batch end draws the line. */
export function batchUpload(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const id = context.numbers.take()
  const { uploads: records } = request
  if (records === undefined) {
    return deny(terminal, id, refuse('30', 'the records of the upload have a wrong form', 48))
  }
  const state = stateOf(work, request, terminal)
  if (state.kind === 'closed') return accept(terminal, id)
  if (state.kind === 'refused') return deny(terminal, id, state.refusal)
  for (const record of records) {
    const row = work.transactionByKey(terminal.tid, terminal.batchNumber, record.stan)
    const panLookup = record.pan === '' ? '' : context.security.lookupOf(record.pan)
    work.putUpload({
      tid: terminal.tid,
      batchNumber: terminal.batchNumber,
      stan: record.stan,
      kind: record.kind,
      amountMinor: record.amountMinor,
      panLookup,
      panTruncated: record.pan === '' ? '' : truncatePan(record.pan),
      result: row === undefined ? 'extra' : compare(row, record, panLookup),
      transactionId: row?.id,
    })
  }
  return accept(terminal, id)
}

function compare(row: TransactionRow, record: UploadedRecord, panLookup: string): UploadRow['result'] {
  if (record.kind === 'chipFailed') return 'matched'
  const isSameCard = panLookup === '' || panLookup === row.panLookup
  return isSettled(row) && isSameCard && row.approvedMinor === record.amountMinor ? 'matched' : 'differs'
}

/**
 * Ends the upload: notes what the terminal did not send, closes the batch and opens the next. Told again, it
 * answers as before.
 */
export function batchEnd(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const { recordCount } = request
  const id = context.numbers.take()
  const state = stateOf(work, request, terminal)
  if (state.kind === 'closed') return accept(terminal, id)
  if (state.kind === 'refused') return deny(terminal, id, state.refusal)
  const batch = drawTotals(work, terminal, state.batch)
  for (const row of missingRows(work, terminal, batch)) work.putUpload(row)
  work.putBatch({
    ...batch,
    state: 'closed',
    recordCount,
    closedAtMs: request.inbound.receivedAt.ms,
  })
  const changed: TerminalRow = { ...terminal, batchNumber: nextBatchNumber(terminal.batchNumber) }
  work.putTerminal(changed)
  return accept(changed, id)
}

type BatchState =
  | { readonly kind: 'settling'; readonly batch: BatchRow }
  | { readonly kind: 'closed' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

function stateOf(work: WorkingSet, request: HostRequest, terminal: TerminalRow): BatchState {
  const batchNumber = request.batchNumber ?? terminal.batchNumber
  const batch = work.batch(terminal.tid, batchNumber)
  if (batch?.state === 'closed') return { kind: 'closed' }
  if (batchNumber !== terminal.batchNumber) {
    const refusal = refuse('77', "the batch number is not that of the terminal's open batch", 60)
    return { kind: 'refused', refusal }
  }
  return batch?.state === 'settling'
    ? { kind: 'settling', batch }
    : { kind: 'refused', refusal: refuse('12', 'totals come before records: send the settlement first') }
}

/** The totals once more: what came after the settlement must not slip through. */
function drawTotals(work: WorkingSet, { tid, batchNumber }: TerminalRow, batch: BatchRow): BatchRow {
  const hostTotals = settlementTotals(work.transactionsOfBatch(tid, batchNumber))
  const { terminalTotals: theirs } = batch
  if (theirs === undefined) return { ...batch, hostTotals }
  return {
    ...batch,
    hostTotals,
    domesticFlag: compareTotals(hostTotals.domestic, theirs.domestic),
    foreignFlag: compareTotals(hostTotals.foreign, theirs.foreign),
  }
}

/** The host's transactions of unbalanced classes that no record told of. */
function missingRows(work: WorkingSet, terminal: TerminalRow, batch: BatchRow): readonly UploadRow[] {
  const { tid, batchNumber } = terminal
  const uploads = work.uploadsOfBatch(tid, batchNumber)
  const told = new Set(uploads.map(({ stan }) => stan))
  // A record may carry the number of its own message: then card and amount tell which one it is.
  const nameless = uploads.filter(({ result, kind }) => result === 'extra' && kind !== 'stripe')
  const missing: UploadRow[] = []
  for (const row of work.transactionsOfBatch(tid, batchNumber)) {
    const flag = row.cardClass === 'domestic' ? batch.domesticFlag : batch.foreignFlag
    if (flag === '1' || !isSettled(row) || told.has(row.stan)) continue
    const index = nameless.findIndex(
      (upload) => upload.panLookup === row.panLookup && upload.amountMinor === row.approvedMinor,
    )
    const [upload] = index < 0 ? [] : nameless.splice(index, 1)
    missing.push(
      upload === undefined ? missingRow(row) : { ...upload, result: 'matched', transactionId: row.id },
    )
  }
  return missing
}

function missingRow(row: TransactionRow): UploadRow {
  return {
    tid: row.tid,
    batchNumber: row.batchNumber,
    stan: row.stan,
    kind: row.entryMode.startsWith('05') || row.entryMode.startsWith('07') ? 'chip' : 'stripe',
    amountMinor: row.approvedMinor,
    panLookup: row.panLookup,
    panTruncated: row.panTruncated,
    result: 'missing',
    transactionId: row.id,
  }
}
