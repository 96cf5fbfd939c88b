import { receiptDocument } from '../receipt/receipt-document.ts'
import { batchDocument, deviceDocument } from '../receipt/report-document.ts'
import { batchTotals } from './batch-totals.ts'
import { deviceReport, type Flow, now } from './effect.ts'
import { printOnce } from './print-owed.ts'
import { showMessage } from './show.ts'
import { refuse } from './step.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { ReceiptContent } from './terminal-model.ts'
import { viewOf } from './transaction-view.ts'
import { findTransaction } from './void.ts'

/** The last slip, one of the batch by its trace number, or the last settlement; with the duplicate mark. */
export function* reprint(
  context: TerminalContext,
  wanted: { readonly stan?: string; readonly settlement?: boolean },
): Flow<CommandOutcome> {
  if (!activeProfile(context).printerPresent) return yield* refuse('notCapable', 'printer')
  const content = wanted.settlement === true ? lastSettlement(context) : transactionSlip(context, wanted.stan)
  if (content === undefined) return yield* refuse('nothingToPrint')
  const document = receiptDocument(activeProfile(context), content, { copy: 'merchant', duplicate: true })
  const printed = yield* printOnce(context, document)
  return printed ? { kind: 'done' } : { kind: 'failed', reason: 'notPrinted' }
}

function lastSettlement(context: TerminalContext): ReceiptContent | undefined {
  const summary = context.state.lastSettlement
  return summary === undefined ? undefined : { kind: 'settlement', summary }
}

function transactionSlip(context: TerminalContext, stan: string | undefined): ReceiptContent | undefined {
  if (stan === undefined) return context.state.lastReceipt
  const transaction = findTransaction(context, stan)
  const printable = transaction?.status === 'approved' || transaction?.status === 'voided'
  return transaction !== undefined && printable ? { kind: 'transaction', transaction } : undefined
}

/** Totals of the open batch, with or without its transactions, on paper and as an answer. */
export function* report(context: TerminalContext, detail: 'totals' | 'transactions'): Flow<CommandOutcome> {
  const { batch, transactions } = context.state
  const totals = batchTotals(transactions)
  const { localTime } = yield* now()
  const document = batchDocument(activeProfile(context), { batch, transactions, totals, localTime, detail })
  const printed = yield* printOnce(context, document)
  if (!printed) return { kind: 'failed', reason: 'notPrinted' }
  return { kind: 'report', batch, totals, count: transactions.length }
}

/** The transactions of the open batch. */
export function* listTransactions(context: TerminalContext): Flow<CommandOutcome> {
  const { batch, transactions } = context.state
  yield* showMessage('transactionCount', { batch, count: transactions.length })
  return { kind: 'transactions', batch, items: transactions.map(viewOf) }
}

/** Which devices are there and how they are; printed when the printer is ready. */
export function* reportDevices(context: TerminalContext): Flow<CommandOutcome> {
  const { devices } = yield* deviceReport()
  const missing = devices.filter((each) => each.state === 'missing')
  if (missing.length === 0) yield* showMessage('devicesReady')
  else yield* showMessage('devicesMissing', { devices: missing.map((each) => each.device).join(', ') })
  const printer = devices.find((each) => each.device === 'printer')
  if (printer !== undefined && printer.state !== 'missing') {
    const { localTime } = yield* now()
    yield* printOnce(context, deviceDocument(activeProfile(context), devices, localTime))
  }
  return { kind: 'devices', devices }
}
