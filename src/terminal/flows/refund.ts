import { currencyCode } from '../../base/money.ts'
import { formatField63 } from '../../iso8583/subfields/field-63.ts'
import { refuseOtherCurrency } from './batch-currency.ts'
import { readCard } from './card-entry.ts'
import type { CardSlot } from './card-in-hand.ts'
import type { Flow } from './effect.ts'
import { askPin } from './pin-entry.ts'
import { isTaken, takeAmount } from './sale.ts'
import { askText } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import type { CommandOutcome, TransactionCommand } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { ConversionChoice, OriginalReference, Transaction } from './terminal-model.ts'
import { runTransaction } from './transaction-flow.ts'
import { originalField61 } from './transaction-message.ts'
import { referenceTo } from './void.ts'

type RefundCommand = Extract<TransactionCommand, { kind: 'refund' }>

const UNKNOWN = '000000'

/** Gives money back for a sale of any day, named by its reference number and date. */
export function* refund(
  context: TerminalContext,
  command: RefundCommand,
  slot: CardSlot,
): Flow<CommandOutcome> {
  const typed =
    command.originalReferenceNumber ?? (yield* askText(context, 'enterReferenceNumber', 'text', [12, 12]))
  if (typed === undefined) return { kind: 'cancelled' }
  if (!/^[0-9A-Za-z]{12}$/.test(typed)) return yield* refuse('badValue', 'reference number')
  const original = yield* takeOriginal(context, command.original, typed)
  if (!original.ok) return original.outcome
  const known = transactionOf(context, original.value)
  const currency = command.currency ?? known?.request.currency
  if (currency !== undefined && !isTaken(context, currency))
    return yield* refuse('currencyNotTaken', currencyCode(currency))
  const other = yield* refuseOtherCurrency(context, 'refund', currency)
  if (other !== undefined) return other
  const amount = yield* takeAmount(context, command.amountMinor, currency)
  if (!amount.ok) return amount.outcome
  const amountMinor = amount.value
  const type = 'refund'
  const paid = { amountMinor, ...(currency === undefined ? {} : { currency }) }
  const inHand = yield* readCard(context, { type, ...paid, entry: command.entry ?? 'card', slot })
  if (!inHand.ok) return inHand.outcome
  const pin = yield* askPin(context, type, paid, inHand.value)
  if (!pin.ok) return pin.outcome
  const profile = activeProfile(context)
  const { batch, stan, date } = original.value
  const named = profile.refundOriginal === 'reference'
  return yield* runTransaction(context, {
    type,
    ...paid,
    ...refundConversion(known),
    card: inHand.value.card,
    ...pin.value,
    referenceNumber: typed,
    original: original.value,
    field61: originalField61(named ? batch : UNKNOWN, named ? stan : UNKNOWN, date),
    field63: formatField63({ operatorOrOrganisation: profile.refundOrganisation }),
  })
}

/** The transaction of the batch that is given back, if it is still here. */
function transactionOf(
  context: TerminalContext,
  { batch, stan }: OriginalReference,
): Transaction | undefined {
  return context.state.transactions.find(
    ({ request }) => request.batch === batch && request.stan === stan && batch !== UNKNOWN,
  )
}

/** By the rate of the sale; how much it comes to the host says, which knows what was given back before. */
function refundConversion(original: Transaction | undefined): { readonly conversion?: ConversionChoice } {
  const conversion = original?.request.conversion
  return conversion === undefined ? {} : { conversion: { ...conversion, amountMinor: 0 } }
}

function* takeOriginal(
  context: TerminalContext,
  given: OriginalReference | undefined,
  referenceNumber: string,
): Flow<Step<OriginalReference>> {
  if (given !== undefined) {
    return isReference(given)
      ? { ok: true, value: given }
      : ended(yield* refuse('badValue', 'original transaction'))
  }
  const known = context.state.transactions.find((each) => each.reply?.referenceNumber === referenceNumber)
  if (known !== undefined) return { ok: true, value: referenceTo(known) }
  const date = yield* askText(context, 'enterOriginalDate', 'digits', [4, 4])
  if (date === undefined) return ended({ kind: 'cancelled' })
  const original = { batch: UNKNOWN, stan: UNKNOWN, date }
  return isReference(original)
    ? { ok: true, value: original }
    : ended(yield* refuse('badValue', 'original date'))
}

/** Six digits, six digits, MMDD. */
export function isReference(original: OriginalReference): boolean {
  const { batch, stan, date } = original
  return /^\d{6}$/.test(batch) && /^\d{6}$/.test(stan) && /^(0000|(0[1-9]|1[0-2])[0-3]\d)$/.test(date)
}
