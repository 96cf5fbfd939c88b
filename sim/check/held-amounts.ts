import type { Transaction } from '../../src/terminal/flows/terminal-model.ts'

/**
 * What each transaction of a terminal should still have reserved of its card, by receipts alone: a pre-authorisation
 * until it is completed or cancelled, and again once its completion is voided. Others have nothing.
 */
export function heldByTerminal(transactions: readonly Transaction[]): ReadonlyMap<Transaction, number> {
  const held = new Map<Transaction, number>()
  const byKey = new Map(transactions.map((each) => [`${each.request.batch}/${each.request.stan}`, each]))
  // A voided one was cancelled or completed and stands for nothing, or its void stands for it.
  const standing = transactions.filter(({ status }) => status === 'approved')
  for (const transaction of standing) {
    if (transaction.request.type === 'preAuthorisation') held.set(transaction, transaction.amountMinor)
  }
  for (const { request } of standing) {
    const { type, original } = request
    if (original === undefined || (type !== 'completion' && type !== 'completionAdvice')) continue
    const ended = byKey.get(`${original.batch}/${original.stan}`)
    if (ended !== undefined) held.set(ended, 0)
  }
  return held
}
