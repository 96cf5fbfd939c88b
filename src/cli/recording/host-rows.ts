import type { AccountRow } from '../../host/core/records.ts'
import { formatBehaviour } from '../../host/core/test-behaviour.ts'
import type { HostKnowledge } from '../../host/service/host-tap.ts'
import type { RecordedAccount, RecordedTerminalRow } from '../../recording/recording-entry.ts'
import type { TestCards } from '../../recording/test-cards.ts'

/** An account without anything that names its card. */
export function recordedCard(
  account: AccountRow | undefined,
  cards: TestCards,
): { readonly account?: RecordedAccount } {
  if (account === undefined) return {}
  const { status, hasChip, pinTriesMax, currency, limits, testBehaviour, state } = account
  return {
    account: {
      expiry: cards.expiryFor(account.expiry),
      status,
      hasChip,
      hasPin: account.pinReference !== undefined,
      pinTriesMax,
      currency,
      limits: { ...limits },
      ...(testBehaviour === undefined ? {} : { testBehaviour: formatBehaviour(testBehaviour) }),
      state: { ...state },
    },
  }
}

/** A terminal without its keys. */
export function recordedTerminal(known: ReturnType<HostKnowledge['terminal']>): {
  readonly row?: RecordedTerminalRow
} {
  if (known === undefined) return {}
  const { row, merchant, transactionCount } = known
  return {
    row: {
      mid: row.mid,
      merchantStatus: merchant?.status ?? 'closed',
      currency: merchant?.currency ?? '',
      categoryCode: merchant?.categoryCode ?? '',
      status: row.status,
      ...row.profile,
      hasMasterKey: row.masterKey !== undefined,
      signedIn: row.signedIn,
      batchNumber: row.batchNumber,
      processingRequest: row.processingRequest,
      transactionsBefore: transactionCount,
    },
  }
}
