import { invariant } from '../../base/invariant.ts'
import type { AccountState, Conversion, LedgerAccount, LedgerEntryRow } from './records.ts'
import type { WorkingSet } from './working-set.ts'

/** What a transaction does to the books: signed minor units, seen from the cardholder. */
export interface Effects {
  readonly panLookup: string
  /** Without an account the cardholder's side stands on suspense. */
  readonly accountKnown: boolean
  readonly mid: string
  readonly currency: string
  /** Where the cardholder's account is in another currency. */
  readonly conversion?: Conversion
  readonly moneyMinor: number
  readonly heldMinor: number
}

/**
 * Writes the ledger entries of `effects` and moves the account's balances with them. `decided`: what else the transaction
 * changes in the account, balances aside. `firstIndex`: where they stand in a posting that has entries already.
 */
export function post(
  work: WorkingSet,
  postingId: number,
  effects: Effects,
  decided?: AccountState,
  firstIndex = 0,
): void {
  const entries = entriesOf(postingId, effects, firstIndex)
  if (entries.length > 0) work.addEntries(entries)
  const account = work.account(effects.panLookup)
  if (account === undefined) return
  const state = decided ?? account.state
  if (entries.length === 0 || !effects.accountKnown) {
    if (state !== account.state) work.putAccountState(effects.panLookup, state)
    return
  }
  work.putAccountState(effects.panLookup, {
    balanceMinor: safeSum(state.balanceMinor, billedMoney(effects)),
    heldMinor: safeSum(state.heldMinor, effects.heldMinor),
    pinTriesLeft: state.pinTriesLeft,
    lastTransactionCounter: state.lastTransactionCounter,
    day: state.day,
    spentTodayMinor: state.spentTodayMinor,
    countToday: state.countToday,
  })
}

/** What `effects` do to the account's balance, in the account's currency. */
function billedMoney({ moneyMinor, conversion }: Effects): number {
  return conversion === undefined ? moneyMinor : Math.sign(moneyMinor) * conversion.amountMinor
}

/** The opposite of `effects`: what a reversal posts. */
export function opposite(effects: Effects): Effects {
  return { ...effects, moneyMinor: 0 - effects.moneyMinor, heldMinor: 0 - effects.heldMinor }
}

/** Money that comes from nowhere in a test world: from the issuer's funding account to a cardholder. */
export function fundingEntries(
  postingId: number,
  panLookup: string,
  amountMinor: number,
  currency: string,
): readonly LedgerEntryRow[] {
  return pair(postingId, 0, currency, amountMinor, ['cardholder', panLookup], ['issuerFunding', ''])
}

function entriesOf(postingId: number, effects: Effects, firstIndex: number): readonly LedgerEntryRow[] {
  const { moneyMinor, heldMinor, currency, panLookup, conversion } = effects
  const holder: Side = effects.accountKnown ? ['cardholder', panLookup] : ['suspense', '']
  const entries: LedgerEntryRow[] = []
  const merchant: Side = ['merchant', effects.mid]
  if (moneyMinor !== 0 && conversion !== undefined) {
    entries.push(...pair(postingId, firstIndex, conversion.currency, billedMoney(effects), holder, EXCHANGE))
    entries.push(...pair(postingId, firstIndex + 2, currency, moneyMinor, EXCHANGE, merchant))
  } else if (moneyMinor !== 0) {
    entries.push(...pair(postingId, firstIndex, currency, moneyMinor, holder, merchant))
  }
  if (heldMinor !== 0) {
    entries.push(
      ...pair(
        postingId,
        firstIndex + entries.length,
        currency,
        heldMinor,
        ['held', panLookup],
        ['holds', ''],
      ),
    )
  }
  let sum = 0
  for (const entry of entries) sum += entry.amountMinor
  invariant(sum === 0, 'a posting that does not sum to zero')
  return entries
}

type Side = readonly [account: LedgerAccount, owner: string]

/** Takes in one currency and gives the other: its balances are what the acquirer is long or short of. */
const EXCHANGE: Side = ['exchange', '']

function pair(
  postingId: number,
  index: number,
  currency: string,
  amountMinor: number,
  [account, owner]: Side,
  [otherAccount, otherOwner]: Side,
): readonly LedgerEntryRow[] {
  invariant(Number.isSafeInteger(amountMinor), 'an amount outside whole minor units')
  return [
    { postingId, index, account, owner, amountMinor, currency },
    {
      postingId,
      index: index + 1,
      account: otherAccount,
      owner: otherOwner,
      amountMinor: 0 - amountMinor,
      currency,
    },
  ]
}

/** Balances stay below this, far inside what a number holds exactly. */
const BALANCE_MAX = 900_000_000_000_000

/** Whether an account's balance may move by `amountMinor`: what happened is booked without asking for funds. */
export function isBookable(state: AccountState | undefined, amountMinor: number): boolean {
  return state === undefined || Math.abs(state.balanceMinor + amountMinor) <= BALANCE_MAX
}

/** Sum that is still exact. */
function safeSum(left: number, right: number): number {
  const sum = left + right
  invariant(Number.isSafeInteger(sum), 'a balance outside whole minor units')
  return sum
}

/** What the cardholder may still spend. */
export function availableMinor(state: AccountState): number {
  return state.balanceMinor - state.heldMinor
}
