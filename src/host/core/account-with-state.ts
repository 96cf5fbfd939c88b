import type { AccountRow, AccountState } from './records.ts'

/**
 * `account` with another state. Written out: a spread of rows that came from different places is a walk over their
 * names in the engine, and each sale makes such a row twice. `Required`: a name that
 * may be missing must stand here too.
 */
export function accountWithState(account: AccountRow, state: AccountState): Required<AccountRow> {
  return {
    pan: account.pan,
    issuerId: account.issuerId,
    currency: account.currency,
    expiry: account.expiry,
    status: account.status,
    hasChip: account.hasChip,
    pinReference: account.pinReference,
    pinTriesMax: account.pinTriesMax,
    limits: account.limits,
    testBehaviour: account.testBehaviour,
    state,
  }
}
