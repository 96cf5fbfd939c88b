import { rateWithMarkup } from '../../base/conversion.ts'
import type { TransactionView } from './terminal-command.ts'
import type { Transaction } from './terminal-model.ts'
import { tipIn } from './tip-rules.ts'
import { requestDate } from './transaction-message.ts'

/** What a program or a list may show of a transaction. */
export function viewOf(transaction: Transaction): TransactionView {
  const { request, reply } = transaction
  return {
    type: request.type,
    batch: request.batch,
    stan: request.stan,
    amountMinor: transaction.amountMinor,
    ...tipOf(transaction),
    currency: request.currency,
    panTruncated: request.panTruncated,
    status: transaction.status,
    ...(reply === undefined ? {} : { responseCode: reply.responseCode }),
    ...(reply?.referenceNumber === undefined ? {} : { referenceNumber: reply.referenceNumber }),
    ...(reply?.authorisationCode === undefined ? {} : { authorisationCode: reply.authorisationCode }),
    ...(reply?.voucher === undefined ? {} : { voucher: reply.voucher }),
    ...(reply?.orderNumber === undefined ? {} : { orderNumber: reply.orderNumber }),
    ...conversionOf(transaction),
    date: reply?.date ?? requestDate(request),
  }
}

function tipOf(transaction: Transaction): Pick<TransactionView, 'tipMinor'> {
  const tipMinor = tipIn(transaction)
  return tipMinor === undefined ? {} : { tipMinor }
}

/** The host's word where there is one: of a refund the terminal does not know the amount. */
function conversionOf({ request, reply }: Transaction): Pick<TransactionView, 'conversion'> {
  const conversion = reply?.conversion ?? request.conversion
  if (conversion === undefined) return {}
  return {
    conversion: {
      currency: conversion.currency,
      amountMinor: conversion.amountMinor,
      rate: rateWithMarkup(conversion),
    },
  }
}
