import { fundingEntries } from './posting.ts'
import type { AccountRow } from './records.ts'
import type { ProtectedPan } from './security-module-port.ts'
import { type HostStore, NO_KEYS, NO_ROWS, Snapshot, StoreError } from './store-port.ts'

/** What an operator says of a new account. */
export interface AccountSetup extends Omit<AccountRow, 'state' | 'pan'> {
  readonly pan: ProtectedPan
  readonly openingBalanceMinor: number
}

/** The account of a card by the look-up hash of its number. */
export function findAccount(store: HostStore, panLookup: string): AccountRow | undefined {
  const snapshot = new Snapshot()
  store.fetch({ ...NO_KEYS, accounts: [panLookup] }, snapshot)
  return snapshot.accounts.get(panLookup)
}

/**
 * Opens an account; its first money comes from the issuer's funding account, so that the ledger stays at zero.
 *
 * @throws {StoreError} when the card has an account: `findAccount` tells.
 */
export function openAccount(store: HostStore, setup: AccountSetup): AccountRow {
  if (findAccount(store, setup.pan.lookup) !== undefined) {
    throw new StoreError(`card ${setup.pan.truncated} has an account already`)
  }
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
