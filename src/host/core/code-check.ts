import { type Field59Item, field59Value } from '../../iso8583/subfields/field-59.ts'
import type { Operation, Verdict } from './operation.ts'
import { type Refusal, refuse } from './refusal.ts'

const CONFIRM_FIRST = '09'

/**
 * Whether a payment code was used: its serial number is kept in the account, in the commit that moves the money.
 * Undefined for a card, and for a new code.
 */
export function usedCodeRefusal(operation: Operation): Refusal | undefined {
  const code = operation.card?.code
  if (code === undefined) return undefined
  const { accountState } = operation
  if (accountState === undefined) return refuse('42', 'the wallet has no account', 59)
  if (code.serial <= accountState.lastTransactionCounter) {
    return refuse('12', 'the payment code, or a newer one of its wallet, was used before', 59)
  }
  return undefined
}

/** Whether the customer has to say yes first. Asked last: nobody is asked for what would not be paid anyway. */
export function confirmationRefusal({ card }: Operation, amountMinor: number): Refusal | undefined {
  const code = card?.code
  return code === undefined || code.isConfirmed || amountMinor <= code.confirmAboveMinor
    ? undefined
    : refuse(CONFIRM_FIRST, 'the customer must confirm this amount first', 4)
}

/** Marks the code of an approved sale as used. */
export function useCode(operation: Operation): void {
  const { accountState, card } = operation
  if (card?.code === undefined || accountState === undefined) return
  operation.accountState = { ...accountState, lastTransactionCounter: card.code.serial }
}

/**
 * Field 59 of the answer to a payment by code, its void or refund: the voucher number, or the order that the customer
 * must confirm. Source: unionpay-pos, 11 (A4); B1 is of this project.
 */
export function codeReply(operation: Operation, verdict: Verdict): readonly Field59Item[] | undefined {
  const { request, context, terminal, id } = operation
  if (request.extended === undefined) return undefined
  const code = field59Value(request.extended.items, 'A3')
  const isOfCode = code !== undefined || field59Value(request.extended.items, 'A4') !== undefined
  if (!isOfCode) return undefined
  if (verdict.approved) return [{ tag: 'A4', value: String(id).padStart(12, '0') }]
  if (verdict.responseCode !== CONFIRM_FIRST || code === undefined) return undefined
  const order = context.wallets?.askCustomer(
    code,
    {
      tid: terminal.tid,
      mid: terminal.mid,
      batchNumber: request.batchNumber ?? terminal.batchNumber,
      stan: request.stan ?? 0,
      amountMinor: request.amountMinor ?? 0,
      currency: request.currency,
    },
    request.inbound.receivedAt.ms,
  )
  return order === undefined ? undefined : [{ tag: 'B1', value: String(order.number) }]
}
