import { receiptDocument } from '../receipt/receipt-document.ts'
import { append, type Flow, print } from './effect.ts'
import type { PrintDocument, PrintOutcome } from './print-document.ts'
import { choose, showMessage } from './show.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { OwedReceipt, ReceiptCopy } from './terminal-model.ts'

type PrinterTrouble = Extract<PrintOutcome, { readonly kind: 'notPrinted' }>['cause']

export interface PrintOwedOptions {
  /** Slips that are left alone. */
  readonly skip?: readonly string[]
  /** They may be on paper already, as after a power cut: each gets the duplicate mark. */
  readonly again?: boolean
  /** Nobody is asked when the printer is in trouble. */
  readonly quiet?: boolean
}

/**
 * Prints every slip that is owed, until the operator gives up; what was not printed stays owed.
 *
 * - S5: the printer never decides about money: a slip is owed by the record that made the outcome, and stays
 *   owed until it was printed.
 */
export function* printOwed(
  context: TerminalContext,
  options: PrintOwedOptions = {},
): Flow<'printed' | 'left'> {
  const wanted = context.state.owedReceipts.filter((each) => options.skip?.includes(each.id) !== true)
  if (!activeProfile(context).printerPresent) {
    // Without a printer nobody waits for paper: the slip stays in the journal and on the host.
    for (const { id } of wanted) yield* append({ kind: 'receiptDropped', id })
    return 'printed'
  }
  for (const owed of wanted) {
    for (const copy of owed.copies) {
      const printed = yield* printCopy(context, owed, copy, options)
      if (!printed) return 'left'
    }
  }
  return 'printed'
}

function* printCopy(
  context: TerminalContext,
  owed: OwedReceipt,
  copy: ReceiptCopy,
  options: PrintOwedOptions,
): Flow<boolean> {
  let duplicate = options.again === true || owed.attempted
  for (;;) {
    yield* showMessage('printing')
    const document = receiptDocument(activeProfile(context), owed.content, { copy, duplicate })
    const outcome = yield* print(document)
    if (outcome.kind === 'printed') {
      yield* append({ kind: 'receiptPrinted', id: owed.id, copy })
      return true
    }
    if (outcome.linesPrinted > 0 && !duplicate) {
      yield* append({ kind: 'receiptAttempted', id: owed.id })
      duplicate = true
    }
    yield* showMessage(`printer.${outcome.cause}`)
    if (options.quiet === true || !(yield* wantsRetry(context, outcome.cause))) return false
  }
}

/** The question stays on the display, so it says itself why it waits. */
function* wantsRetry(context: TerminalContext, printer: PrinterTrouble): Flow<boolean> {
  const choice = yield* choose(
    context,
    'choosePrinterTrouble',
    [
      ['retry', 'optionRetry'],
      ['skip', 'optionSkip'],
    ],
    { printer },
  )
  return choice === 'retry'
}

/** Prints a document that is owed to nobody: a report, a reprint. Without a printer there is nothing to do. */
export function* printOnce(context: TerminalContext, document: PrintDocument): Flow<boolean> {
  if (!activeProfile(context).printerPresent) return true
  for (;;) {
    yield* showMessage('printing')
    const outcome = yield* print(document)
    if (outcome.kind === 'printed') return true
    yield* showMessage(`printer.${outcome.cause}`)
    if (!(yield* wantsRetry(context, outcome.cause))) return false
  }
}
