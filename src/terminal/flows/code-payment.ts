import { formatField63 } from '../../iso8583/subfields/field-63.ts'
import { askOrder, type OrderAnswer } from './code-order.ts'
import { append, display, type Flow, now, print, waitOrCancel } from './effect.ts'
import { takeAmount } from './sale.ts'
import { amountText, askText, showMessage } from './show.ts'
import { refuse } from './step.ts'
import type { CommandOutcome, TransactionCommand } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { CodeOrder } from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'
import { runTransaction } from './transaction-flow.ts'
import { originalField61 } from './transaction-message.ts'
import { referenceTo } from './void.ts'

type CodeCommand = Extract<TransactionCommand, { kind: 'codeSale' | 'codeOrder' | 'codeQuery' }>

const CODE = /^\d{18,19}$/
const UNKNOWN = '000000'

/**
 * Payments by code. The money always moves by an ordinary sale, so S1 to S10 hold for it as for cards; an order only
 * brings the customer's yes, and costs nobody anything when it is forgotten. Source: docs/qr-payments.md.
 */
export function* payByCode(context: TerminalContext, command: CodeCommand): Flow<CommandOutcome> {
  const profile = activeProfile(context)
  switch (command.kind) {
    case 'codeSale':
      if (!profile.codePayments.includes('customerShows')) return yield* refuse('notEnabled', 'payment code')
      return canScanCode(profile)
        ? yield* takeCustomersCode(context, command)
        : yield* refuse('notCapable', 'camera or scanner')
    case 'codeOrder':
      if (!profile.codePayments.includes('merchantShows')) return yield* refuse('notEnabled', 'code to show')
      return canShowCode(profile)
        ? yield* showCode(context, command.amountMinor)
        : yield* refuse('notCapable', 'display for a code, or printer')
    case 'codeQuery': {
      const { codeOrder } = context.state
      return codeOrder === undefined ? yield* refuse('noOpenOrder') : yield* awaitOrder(context, codeOrder)
    }
  }
}

/** Whether this terminal can read a code that a customer shows. */
export function canScanCode({ codeScanner }: TerminalProfile): boolean {
  return codeScanner
}

/** Whether this terminal can show a customer a code, on its display or on paper. */
export function canShowCode({ codeDisplay, printerPresent }: TerminalProfile): boolean {
  return codeDisplay || printerPresent
}

function* takeCustomersCode(
  context: TerminalContext,
  command: Extract<CodeCommand, { kind: 'codeSale' }>,
): Flow<CommandOutcome> {
  const amount = yield* takeAmount(context, command.amountMinor)
  if (!amount.ok) return amount.outcome
  const code =
    command.code ??
    (yield* askText(context, 'scanCode', 'pan', [18, 19], {
      amount: amountText(amount.value, activeProfile(context).currency),
    }))
  if (code === undefined) return { kind: 'cancelled' }
  if (!CODE.test(code)) return yield* refuse('badValue', 'payment code')
  yield* dropOpenOrder(context)
  const outcome = yield* saleByCode(context, amount.value, code)
  const number = outcome.kind === 'declined' ? outcome.transaction.orderNumber : undefined
  if (number === undefined) return outcome
  const order: CodeOrder = { number, amountMinor: amount.value }
  yield* append({ kind: 'codeOrderOpened', order })
  return yield* awaitOrder(context, order)
}

function* showCode(context: TerminalContext, given: number | undefined): Flow<CommandOutcome> {
  const amount = yield* takeAmount(context, given)
  if (!amount.ok) return amount.outcome
  const amountMinor = amount.value
  yield* dropOpenOrder(context)
  const answer = yield* askOrder(context, { what: 'open', amountMinor })
  if (answer.kind !== 'order') return answer.outcome
  const { number, payload } = answer
  if (payload === undefined) return { kind: 'failed', reason: 'malformedReply' }
  const order: CodeOrder = { number, amountMinor, payload }
  yield* append({ kind: 'codeOrderOpened', order })
  const { codePrinted, codeDisplay, printerPresent } = activeProfile(context)
  if (printerPresent && (codePrinted || !codeDisplay)) yield* printCode(context, order, payload)
  return yield* awaitOrder(context, order)
}

/** A slip for the customer to scan; nothing depends on it. */
function* printCode(context: TerminalContext, order: CodeOrder, payload: string): Flow<void> {
  const text = amountText(order.amountMinor, activeProfile(context).currency)
  yield* print({
    lines: [
      { kind: 'text', text, align: 'centre', bold: true, size: 2 },
      { kind: 'qr', data: payload },
      { kind: 'feed', lines: 3 },
    ],
    cut: true,
  })
}

/**
 * Asks until the customer has said yes or no, the time is over, or the cashier cancels; then closes the order, so that no
 * yes comes late. The close asks once more, at the host and in one step: a yes that was there before it is paid.
 */
function* awaitOrder(context: TerminalContext, order: CodeOrder): Flow<CommandOutcome> {
  const { codeWaitMs, codePollMs } = activeProfile(context)
  const start = yield* now()
  yield* showOrder(context, order)
  let isCancelled = false
  for (;;) {
    const { monotonicMs } = yield* now()
    const isOver = isCancelled || monotonicMs - start.monotonicMs >= codeWaitMs
    const answer = yield* askOrder(context, { what: isOver ? 'close' : 'query', number: order.number })
    const outcome = yield* concludeAnswer(context, order, answer)
    if (outcome !== undefined) return isCancelled && isClosed(outcome) ? { kind: 'cancelled' } : outcome
    // The order stays in the journal: it can be asked for again, and nothing was paid.
    if (isOver) {
      yield* showMessage('orderUnclear', { order: order.number })
      return { kind: 'failed', reason: 'noReply', detail: 'order' }
    }
    isCancelled = (yield* waitOrCancel(codePollMs)).kind === 'cancelled'
    if (isCancelled) yield* showMessage('orderClosing', { order: order.number })
  }
}

function isClosed(outcome: CommandOutcome): boolean {
  return outcome.kind === 'failed' && outcome.reason === 'orderNotPaid' && outcome.detail === 'closed'
}

/** Undefined: nobody has said anything yet, or the host was not heard. */
function* concludeAnswer(
  context: TerminalContext,
  order: CodeOrder,
  answer: OrderAnswer,
): Flow<CommandOutcome | undefined> {
  if (answer.kind !== 'order') return answer.isFinal ? yield* endOrder(order, 'unknown') : undefined
  if (answer.state === 'confirmed' && answer.paymentCode !== undefined) {
    return yield* saleByCode(context, order.amountMinor, answer.paymentCode, order.number)
  }
  return answer.state === 'open' ? undefined : yield* endOrder(order, answer.state)
}

function* showOrder(context: TerminalContext, order: CodeOrder): Flow<void> {
  const amount = amountText(order.amountMinor, activeProfile(context).currency)
  if (order.payload === undefined) return yield* showMessage('customerConfirms', { amount })
  // `qr` is for whoever can draw it.
  yield* display({ id: 'codeShown', values: { amount, qr: order.payload } })
}

function* endOrder(
  { number }: CodeOrder,
  state: 'refused' | 'closed' | 'expired' | 'unknown' | 'confirmed',
): Flow<CommandOutcome> {
  yield* append({ kind: 'codeOrderEnded', number })
  yield* showMessage(state === 'refused' ? 'orderRefused' : 'orderEnded', { order: number })
  return { kind: 'failed', reason: 'orderNotPaid', detail: state }
}

/** An order that was left open: nobody shall say yes to it any more. Its yes alone, if it came, moves no money. */
function* dropOpenOrder(context: TerminalContext): Flow<void> {
  const { codeOrder } = context.state
  if (codeOrder === undefined) return
  yield* askOrder(context, { what: 'close', number: codeOrder.number })
  yield* append({ kind: 'codeOrderEnded', number: codeOrder.number })
}

function* saleByCode(
  context: TerminalContext,
  amountMinor: number,
  code: string,
  orderNumber?: string,
): Flow<CommandOutcome> {
  return yield* runTransaction(context, {
    type: 'sale',
    amountMinor,
    card: { entry: 'code', pan: code },
    verification: 'none',
    ...(orderNumber === undefined ? {} : { orderNumber }),
  })
}

/** Gives money back by the voucher number of the slip. Source: docs of the UnionPay dialect, 11: A4, zeros in 37. */
export function* refundByVoucher(
  context: TerminalContext,
  voucher: string,
  given: number | undefined,
): Flow<CommandOutcome> {
  if (activeProfile(context).codePayments.length === 0) return yield* refuse('notEnabled', 'payment code')
  if (!/^[0-9A-Za-z]{1,20}$/.test(voucher)) return yield* refuse('badValue', 'voucher number')
  const amount = yield* takeAmount(context, given)
  if (!amount.ok) return amount.outcome
  const known = context.state.transactions.find((each) => each.reply?.voucher === voucher)
  const original = known === undefined ? { batch: UNKNOWN, stan: UNKNOWN, date: '0000' } : referenceTo(known)
  return yield* runTransaction(context, {
    type: 'refund',
    amountMinor: amount.value,
    card: { entry: 'code', pan: '' },
    verification: 'none',
    voucher,
    original,
    referenceNumber: '0'.repeat(12),
    field61: originalField61(UNKNOWN, UNKNOWN, original.date),
    field63: formatField63({ operatorOrOrganisation: activeProfile(context).refundOrganisation }),
  })
}
