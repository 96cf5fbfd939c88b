import type { TransactionView } from './terminal-command.ts'
import type { Transaction } from './terminal-model.ts'
import { requestDate } from './transaction-message.ts'

/** What a program or a list may show of a transaction. */
export function viewOf(transaction: Transaction): TransactionView {
  const { request, reply } = transaction
  return {
    type: request.type,
    batch: request.batch,
    stan: request.stan,
    amountMinor: transaction.amountMinor,
    currency: request.currency,
    panTruncated: request.panTruncated,
    status: transaction.status,
    ...(reply === undefined ? {} : { responseCode: reply.responseCode }),
    ...(reply?.referenceNumber === undefined ? {} : { referenceNumber: reply.referenceNumber }),
    ...(reply?.authorisationCode === undefined ? {} : { authorisationCode: reply.authorisationCode }),
    ...(reply?.voucher === undefined ? {} : { voucher: reply.voucher }),
    ...(reply?.orderNumber === undefined ? {} : { orderNumber: reply.orderNumber }),
    date: reply?.date ?? requestDate(request),
  }
}
