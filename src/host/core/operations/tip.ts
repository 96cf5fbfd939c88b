import { type Approval, approve, type Operation, type Verdict } from '../operation.ts'
import { isBookable } from '../posting.ts'
import type { TerminalPolicy, TransactionKind } from '../records.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { NO_ORIGINAL, relationRefusal } from './original.ts'

/** Kinds whose tip may be added afterwards. */
const TIPPED: ReadonlySet<TransactionKind> = new Set(['sale', 'offlineSale'])

/** Why a tip on top of `baseMinor` is not taken: by the host's own parameters 18 and 19, whatever the terminal believes. */
export function tipRefusal(
  policy: TerminalPolicy | undefined,
  baseMinor: number,
  tipMinor: number,
): Refusal | undefined {
  if (policy?.tipPercent === undefined)
    return refuse('58', "the terminal's parameters (18) switch tips off", 48)
  return tipMinor * 100 > baseMinor * policy.tipPercent
    ? refuse('61', `the tip is above the ${policy.tipPercent} % of the terminal's parameters (19)`, 48)
    : undefined
}

/** Why a sale with a tip in it is not taken. The amount is that of both. */
export function saleTipRefusal({ request, terminal }: Operation): Refusal | undefined {
  const { tipMinor = 0, amountMinor = 0 } = request
  if (tipMinor === 0) return undefined
  if (tipMinor >= amountMinor)
    return refuse('13', 'the tip is not less than the amount that it is part of', 48)
  return tipRefusal(terminal.setup?.policy, amountMinor - tipMinor, tipMinor)
}

/**
 * The tip that a cardholder wrote on the slip: the sale of the open batch becomes base and tip, and the difference is booked
 * with it, so that void, refund, settlement and clearing see one sale. It is told of, not asked for: booked whatever the balance is, as an offline sale. Told again with another tip, that one counts.
 */
export function tipAdjustment(operation: Operation): Verdict {
  const { original, request, terminal } = operation
  if (original === undefined) return NO_ORIGINAL
  const refusal = relationRefusal(operation, original, (kind) => TIPPED.has(kind))
  if (refusal !== undefined) return refusal
  if (original.tid !== terminal.tid || original.batchNumber !== terminal.batchNumber)
    return refuse('12', 'the original belongs to a batch that is closed or to another terminal', 61)
  if (original.conversion !== undefined || request.conversion !== undefined)
    return refuse('A1', 'a sale that was converted has its amount for good', 49)
  const { tipMinor } = request
  if (tipMinor === undefined) return refuse('30', 'the tip is missing', 48)
  const before = original.tipMinor ?? 0
  const baseMinor = original.approvedMinor - before
  const totalMinor = baseMinor + tipMinor
  // Which of the two stands in field 4 no source tells.
  if (request.amountMinor !== totalMinor && request.amountMinor !== tipMinor)
    return refuse('64', 'the amount is neither the tip nor the sale with it', 4)
  return (
    tipRefusal(terminal.setup?.policy, baseMinor, tipMinor) ??
    adjusted(operation, request.amountMinor, tipMinor - before, {
      ...original,
      approvedMinor: totalMinor,
      moneyMinor: 0 - totalMinor,
      tipMinor,
    })
  )
}

function adjusted(
  operation: Operation,
  amountMinor: number,
  addedMinor: number,
  changedOriginal: NonNullable<Approval['changedOriginal']>,
): Verdict {
  const { accountState } = operation
  if (!isBookable(accountState, 0 - addedMinor))
    return refuse('61', 'the balance would leave the range of the ledger', 4)
  if (accountState !== undefined && operation.account !== undefined)
    operation.accountState = {
      ...accountState,
      spentTodayMinor: Math.max(0, accountState.spentTodayMinor + addedMinor),
    }
  return approve(amountMinor, {
    addedMinor: 0 - addedMinor,
    originalId: changedOriginal.id,
    changedOriginal,
    authorisationCode: changedOriginal.authorisationCode,
  })
}
