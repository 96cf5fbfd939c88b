import { cardRefusal, fundsRefusal, limitRefusal } from '../card-check.ts'
import { approve, type Operation, type Verdict } from '../operation.ts'
import type { HoldRow } from '../records.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { currencyRefusal, voidRefusal } from './payment.ts'

const NO_AMOUNT = refuse('13', 'the amount is missing or zero', 4)
const NO_HOLD = refuse('25', 'no pre-authorisation with this reference or authorisation code', 38)

/** A completion may exceed what was authorised by this much. */
const COMPLETION_PERCENT_MAX = 115

/** Reserves the amount on the account. The hold is written with the number of this transaction. */
export function preAuthorisation(operation: Operation): Verdict {
  const { request, card, terminal, id } = operation
  const amountMinor = request.amountMinor ?? 0
  if (amountMinor === 0) return NO_AMOUNT
  const refusal = currencyRefusal(operation) ?? cardRefusal(operation) ?? limitRefusal(operation, amountMinor)
  if (refusal !== undefined) return refusal
  return approve(amountMinor, {
    heldMinor: amountMinor,
    hold: {
      id,
      panLookup: card?.lookup ?? '',
      mid: terminal.mid,
      tid: terminal.tid,
      batchNumber: request.batchNumber ?? terminal.batchNumber,
      stan: request.stan ?? 0,
      authorisationCode: '',
      amountMinor,
      state: 'open',
      endedById: undefined,
    },
  })
}

/** Reserves more under an authorisation that stands. */
export function preAuthorisationAddition(operation: Operation): Verdict {
  const amountMinor = operation.request.amountMinor ?? 0
  if (amountMinor === 0) return NO_AMOUNT
  const hold = findHold(operation)
  if (hold === undefined) return NO_HOLD
  const refusal =
    holdRefusal(operation, hold) ?? cardRefusal(operation) ?? limitRefusal(operation, amountMinor)
  if (refusal !== undefined) return refusal
  return approve(amountMinor, {
    heldMinor: amountMinor,
    originalId: hold.id,
    hold: { ...hold, amountMinor: hold.amountMinor + amountMinor },
    authorisationCode: hold.authorisationCode,
  })
}

/** Releases what was reserved. */
export function preAuthorisationCancel(operation: Operation): Verdict {
  const { request, work, id } = operation
  const hold = findHold(operation)
  if (hold === undefined) return NO_HOLD
  const refusal = holdRefusal(operation, hold)
  if (refusal !== undefined) return refusal
  if (request.amountMinor !== undefined && request.amountMinor !== hold.amountMinor) {
    return refuse('64', 'the amount differs from what is reserved', 4)
  }
  const original = work.transaction(hold.id)
  return approve(hold.amountMinor, {
    heldMinor: 0 - hold.amountMinor,
    originalId: hold.id,
    changedOriginal: original === undefined ? undefined : { ...original, state: 'voided' },
    hold: { ...hold, state: 'cancelled', endedById: id },
    authorisationCode: hold.authorisationCode,
  })
}

/** Takes the money that was reserved, at most 115 % of it. */
export function completion(operation: Operation): Verdict {
  const { accountState } = operation
  const hold = findHold(operation)
  const verdict = complete(operation, hold)
  if (!verdict.approved || accountState === undefined || hold === undefined) return verdict
  return fundsRefusal(accountState, verdict.approvedMinor - hold.amountMinor) ?? verdict
}

/** As a completion, but it happened: funds are not asked. */
export function completionAdvice(operation: Operation): Verdict {
  return complete(operation, findHold(operation))
}

function complete(operation: Operation, hold: HoldRow | undefined): Verdict {
  const amountMinor = operation.request.amountMinor ?? 0
  if (amountMinor === 0) return NO_AMOUNT
  if (hold === undefined) return NO_HOLD
  const refusal = holdRefusal(operation, hold)
  if (refusal !== undefined) return refusal
  if (amountMinor * 100 > hold.amountMinor * COMPLETION_PERCENT_MAX) {
    return refuse('64', 'more than 115 per cent of what is reserved', 4)
  }
  return approve(amountMinor, {
    moneyMinor: 0 - amountMinor,
    heldMinor: 0 - hold.amountMinor,
    originalId: hold.id,
    hold: { ...hold, state: 'completed', endedById: operation.id },
    authorisationCode: hold.authorisationCode,
  })
}

/** Undoes a completion of the open batch; the pre-authorisation stands again. */
export function completionVoid(operation: Operation): Verdict {
  const { original, work } = operation
  const refusal = voidRefusal(operation, (kind) => kind === 'completion' || kind === 'completionAdvice')
  if (refusal !== undefined || original === undefined) {
    return refusal ?? refuse('25', 'no such completion', 61)
  }
  const hold = original.originalId === undefined ? undefined : work.hold(original.originalId)
  return approve(original.approvedMinor, {
    moneyMinor: 0 - original.moneyMinor,
    heldMinor: 0 - original.heldMinor,
    originalId: original.id,
    changedOriginal: { ...original, state: 'voided' },
    hold: hold === undefined ? undefined : { ...hold, state: 'open', endedById: undefined },
    authorisationCode: original.authorisationCode,
  })
}

/** By the original's batch and STAN, else by card and authorisation code: another terminal may complete. */
function findHold({ work, original, card, request }: Operation): HoldRow | undefined {
  const byReference = original === undefined ? undefined : work.hold(original.id)
  if (byReference !== undefined) return byReference
  if (card === undefined || request.authorisationCode === '') return undefined
  return work.holdByCode(card.lookup, request.authorisationCode)
}

function holdRefusal({ card, request, terminal }: Operation, hold: HoldRow): Refusal | undefined {
  if (hold.mid !== terminal.mid) return NO_HOLD
  if (card !== undefined && card.lookup !== hold.panLookup) {
    return refuse('22', 'the card is not that of the pre-authorisation', 2)
  }
  if (request.authorisationCode !== '' && request.authorisationCode !== hold.authorisationCode) {
    return refuse('22', 'the authorisation code is not that of the pre-authorisation', 38)
  }
  return hold.state === 'open' ? undefined : refuse('12', `the pre-authorisation is ${hold.state}`)
}
