import { fundingEntries } from './posting.ts'
import type { AccountRow } from './records.ts'
import type { ProtectedPan } from './security-module-port.ts'
import { type HostStore, NO_ROWS } from './store-port.ts'

/** What an operator says of a new account. */
export interface AccountSetup extends Omit<AccountRow, 'state' | 'pan'> {
  readonly pan: ProtectedPan
  readonly openingBalanceMinor: number
}

/** Opens an account; its first money comes from the issuer's funding account, so that the ledger stays at zero. */
export function openAccount(store: HostStore, setup: AccountSetup): AccountRow {
  const { openingBalanceMinor, ...rest } = setup
  const row: AccountRow = {
    ...rest,
    state: {
      balanceMinor: openingBalanceMinor,
      heldMinor: 0,
      pinTriesLeft: setup.pinTriesMax,
      lastTransactionCounter: 0,
      day: '',
      spentTodayMinor: 0,
      countToday: 0,
    },
  }
  store.commit({
    ...NO_ROWS,
    accounts: [row],
    entries: funding(store, row, openingBalanceMinor),
  })
  return row
}

/** Puts `amountMinor` (negative: takes it) into an account outside any transaction. */
export function fundAccount(store: HostStore, row: AccountRow, amountMinor: number): AccountRow {
  const { state } = row
  const changed = { ...row, state: { ...state, balanceMinor: state.balanceMinor + amountMinor } }
  store.commit({ ...NO_ROWS, accounts: [changed], entries: funding(store, row, amountMinor) })
  return changed
}

function funding(store: HostStore, { pan, currency }: AccountRow, amountMinor: number) {
  return amountMinor === 0 ? [] : fundingEntries(store.leaseNumbers(1), pan.lookup, amountMinor, currency)
}
