import { currencyCode, parseAmount } from '../../base/money.ts'
import { refuseOtherCurrency } from './batch-currency.ts'
import { readCard } from './card-entry.ts'
import type { CardSlot } from './card-in-hand.ts'
import type { Flow } from './effect.ts'
import { askPin } from './pin-entry.ts'
import { askText } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import type { CommandOutcome, TransactionCommand } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import { takeTip } from './tip.ts'
import { runTransaction } from './transaction-flow.ts'

const AMOUNT_MAX = 999_999_999_999

type CardTransaction = Extract<TransactionCommand, { kind: 'sale' | 'preAuthorisation' | 'balance' }>

/** Sale, pre-authorisation and balance: amount, card, PIN, host. */
export function* cardTransaction(
  context: TerminalContext,
  command: CardTransaction,
  slot: CardSlot,
): Flow<CommandOutcome> {
  const type = command.kind
  const currency = command.kind === 'sale' ? command.currency : undefined
  if (currency !== undefined && !isTaken(context, currency))
    return yield* refuse('currencyNotTaken', currencyCode(currency))
  const other = yield* refuseOtherCurrency(context, type, currency)
  if (other !== undefined) return other
  const amounts = yield* takeAmounts(context, command)
  if (!amounts.ok) return amounts.outcome
  const { amountMinor, tipMinor } = amounts.value
  const entry = command.kind === 'balance' ? 'card' : (command.entry ?? 'card')
  const paid = { amountMinor, ...(currency === undefined ? {} : { currency }) }
  const inHand = yield* readCard(context, { type, ...paid, entry, slot })
  if (!inHand.ok) return inHand.outcome
  const { card, chip, conversion } = inHand.value
  const pin = yield* askPin(context, type, paid, inHand.value)
  if (!pin.ok) return pin.outcome
  return yield* runTransaction(context, {
    type,
    ...paid,
    card,
    ...(tipMinor === undefined ? {} : { tipMinor }),
    ...(conversion === undefined ? {} : { conversion }),
    ...(chip === undefined ? {} : { chip }),
    ...pin.value,
  })
}

/** The amount with the tip in it, if there is one. */
function* takeAmounts(
  context: TerminalContext,
  command: CardTransaction,
): Flow<Step<{ readonly amountMinor: number; readonly tipMinor?: number }>> {
  if (command.kind === 'balance') return { ok: true, value: { amountMinor: 0 } }
  const given = command.kind === 'sale' ? command.currency : undefined
  const amount = yield* takeAmount(context, command.amountMinor, given)
  if (!amount.ok || command.kind !== 'sale')
    return amount.ok ? { ok: true, value: { amountMinor: amount.value } } : amount
  const base = { amountMinor: amount.value, currency: given ?? activeProfile(context).currency }
  const tip = yield* takeTip(context, base, command.tipMinor)
  if (!tip.ok) return tip
  const { value: tipMinor } = tip
  if (tipMinor === undefined || tipMinor === 0) return { ok: true, value: { amountMinor: base.amountMinor } }
  const amountMinor = base.amountMinor + tipMinor
  if (amountMinor > AMOUNT_MAX) return ended(yield* refuse('badValue', 'amount'))
  return { ok: true, value: { amountMinor, tipMinor } }
}

/** Whether the merchant takes `currency`: the terminal's own, or one of the further ones in its profile. */
export function isTaken(context: TerminalContext, currency: string): boolean {
  const profile = activeProfile(context)
  return currency === profile.currency || profile.currencies.includes(currency)
}

/** A given amount, checked, or the one that the operator enters. */
export function* takeAmount(
  context: TerminalContext,
  given: number | undefined,
  currency?: string,
): Flow<Step<number>> {
  if (given !== undefined) {
    const usable = Number.isSafeInteger(given) && given > 0 && given <= AMOUNT_MAX
    return usable ? { ok: true, value: given } : ended(yield* refuse('badValue', 'amount'))
  }
  const text = yield* askText(context, 'enterAmount', 'amount', [1, 13])
  if (text === undefined) return ended({ kind: 'cancelled' })
  const amountMinor = parseAmount(text, currency ?? activeProfile(context).currency)
  return amountMinor === undefined
    ? ended(yield* refuse('badValue', 'amount'))
    : { ok: true, value: amountMinor }
}
