import {
  cardRefusal,
  countSpending,
  dayOf,
  limitRefusal,
  offlineCardRefusal,
  uncountOn,
} from '../card-check.ts'
import { confirmationRefusal, useCode, usedCodeRefusal } from '../code-check.ts'
import { billedMinor, conversionDiffers, convert } from '../conversion-check.ts'
import { approve, type Operation, type Verdict } from '../operation.ts'
import { isBookable } from '../posting.ts'
import type { TransactionKind } from '../records.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { NO_ORIGINAL, relationRefusal } from './original.ts'
import { saleTipRefusal } from './tip.ts'

const NO_AMOUNT = refuse('13', 'the amount is missing or zero', 4)
const NOT_BOOKABLE = refuse('61', 'the balance would leave the range of the ledger', 4)

/** What may be refunded: money that a cardholder paid. */
const REFUNDABLE: ReadonlySet<TransactionKind> = new Set([
  'sale',
  'completion',
  'completionAdvice',
  'offlineSale',
])

export function sale(operation: Operation): Verdict {
  const amountMinor = operation.request.amountMinor ?? 0
  if (amountMinor === 0) return NO_AMOUNT
  const tip = saleTipRefusal(operation)
  if (tip !== undefined) return tip
  const converted = convert(operation, amountMinor)
  if (!converted.ok) return converted.error
  operation.conversion = converted.value
  const billed = converted.value?.amountMinor ?? amountMinor
  const refusal =
    cardRefusal(operation) ??
    usedCodeRefusal(operation) ??
    limitRefusal(operation, billed) ??
    confirmationRefusal(operation, amountMinor)
  if (refusal !== undefined) return refusal
  useCode(operation)
  countSpending(operation, billed)
  return approve(amountMinor, { moneyMinor: 0 - amountMinor })
}

/** Asks only; moves nothing. */
export function balance(operation: Operation): Verdict {
  return cardRefusal(operation) ?? approve(0)
}

/** More than this no terminal may sell without asking, whatever its profile says. */
const OFFLINE_MAX_MINOR = 1_000_000
const OFFERED_OFFLINE = refuse('A1', 'a sale without the host has no choice of currency', 59)
const ABOVE_OFFLINE_MAX = refuse('61', 'above what may be sold offline', 4)

/**
 * A sale that the terminal made without asking. The goods are gone, so it is booked, on suspense if need be and whatever the
 * balance is; what the issuer would never bear is refused, and is the merchant's loss.
 */
export function offlineSale(operation: Operation): Verdict {
  const amountMinor = operation.request.amountMinor ?? 0
  if (amountMinor === 0) return NO_AMOUNT
  if (amountMinor > OFFLINE_MAX_MINOR) return ABOVE_OFFLINE_MAX
  if (operation.request.conversion !== undefined) return OFFERED_OFFLINE
  const converted = convert(operation, amountMinor)
  if (!converted.ok) return converted.error
  operation.conversion = converted.value
  const billed = converted.value?.amountMinor ?? amountMinor
  const refusal = offlineCardRefusal(operation)
  if (refusal !== undefined) return refusal
  if (!isBookable(operation.accountState, 0 - billed)) return NOT_BOOKABLE
  countSpending(operation, billed)
  return approve(amountMinor, { moneyMinor: 0 - amountMinor })
}

/** Undoes a sale of the open batch, as a whole. */
export function saleVoid(operation: Operation): Verdict {
  const { original } = operation
  const refusal = voidRefusal(operation, (kind) => kind === 'sale' || kind === 'offlineSale')
  if (refusal !== undefined || original === undefined) return refusal ?? NO_ORIGINAL
  if (operation.accountState !== undefined) {
    const day = dayOf(original.localTime)
    operation.accountState = uncountOn(operation.accountState, day, billedMinor(original))
  }
  return approve(original.approvedMinor, {
    moneyMinor: 0 - original.moneyMinor,
    heldMinor: 0 - original.heldMinor,
    originalId: original.id,
    changedOriginal: { ...original, state: 'voided' },
    authorisationCode: original.authorisationCode,
  })
}

/** Why `original` can't be voided by this request. Shared by sale and completion. */
export function voidRefusal(
  operation: Operation,
  mayBe: (kind: TransactionKind) => boolean,
): Refusal | undefined {
  const { original, terminal, request } = operation
  if (original === undefined) return NO_ORIGINAL
  return (
    relationRefusal(operation, original, mayBe) ??
    (original.tid !== terminal.tid || original.batchNumber !== terminal.batchNumber
      ? refuse('12', 'the original belongs to a batch that is closed or to another terminal', 61)
      : undefined) ??
    (request.amountMinor !== undefined && request.amountMinor !== original.approvedMinor
      ? refuse('64', 'the amount differs from the original', 4)
      : conversionDiffers(request, original))
  )
}

/** Gives back some or all of what was paid, in any batch of the same merchant. */
export function refund(operation: Operation): Verdict {
  const { original, request } = operation
  const amountMinor = request.amountMinor ?? 0
  if (amountMinor === 0) return NO_AMOUNT
  if (original === undefined) return NO_ORIGINAL
  const refusal = relationRefusal(operation, original, (kind) => REFUNDABLE.has(kind))
  if (refusal !== undefined) return refusal
  const refundedMinor = original.refundedMinor + amountMinor
  if (refundedMinor > original.approvedMinor) {
    return refuse('64', 'more than what is left of the original amount', 4)
  }
  return approve(amountMinor, {
    moneyMinor: amountMinor,
    originalId: original.id,
    changedOriginal: { ...original, refundedMinor },
  })
}

/** What is reserved is not converted: it would have to be reserved at one rate and taken at another. */
export function currencyRefusal({ currency, request, account }: Operation): Refusal | undefined {
  if (request.conversion !== undefined) return refuse('A1', 'a reservation has no choice of currency', 59)
  if (account === undefined || currency === account.currency) return undefined
  return refuse('A1', "the currency is not the account's, and reservations are not converted", 49)
}
