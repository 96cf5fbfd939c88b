import type { Operation } from '../operation.ts'
import type { TransactionKind, TransactionRow } from '../records.ts'
import { type Refusal, refuse } from '../refusal.ts'

export const NO_ORIGINAL = refuse('25', 'the original transaction is not in the books', 61)

/** Whether `original` is one that this request may refer to: merchant, kind, state, card, authorisation. */
export function relationRefusal(
  operation: Operation,
  original: TransactionRow,
  mayBe: (kind: TransactionKind) => boolean,
): Refusal | undefined {
  const { request, terminal, card } = operation
  if (original.mid !== terminal.mid || !mayBe(original.kind)) return NO_ORIGINAL
  if (request.original.id !== undefined && request.original.id !== original.id) {
    return refuse('25', 'the reference number belongs to another transaction', 37)
  }
  if (card !== undefined && card.lookup !== original.panLookup) {
    return refuse('22', 'the card is not that of the original', 2)
  }
  if (request.currency !== '' && request.currency !== original.currency) {
    return refuse('A1', 'the currency is not that of the original', 49)
  }
  if (request.authorisationCode !== '' && request.authorisationCode !== original.authorisationCode) {
    return refuse('22', 'the authorisation code is not that of the original', 38)
  }
  if (original.state === 'approved') {
    return original.refundedMinor > 0 && operation.request.operation !== 'refund'
      ? refuse('12', 'the original was refunded already')
      : undefined
  }
  return refuse('12', `the original is ${original.state}`)
}
