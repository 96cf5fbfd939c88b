import type { LocalDateTime } from '../../base/ports.ts'
import { chipRefusal } from './chip-check.ts'
import type { Operation } from './operation.ts'
import { availableMinor } from './posting.ts'
import type { AccountState, AccountStatus } from './records.ts'
import { type Refusal, refuse } from './refusal.ts'

const STATUS: Readonly<Record<AccountStatus, Refusal | undefined>> = {
  active: undefined,
  lost: refuse('41', 'the card is reported lost'),
  stolen: refuse('43', 'the card is reported stolen'),
  blocked: refuse('62', 'the card is blocked'),
  pickUp: refuse('04', 'the card is to be kept'),
  inactive: refuse('21', 'the card is not in use yet'),
}

/** Whether this card may pay now: status, expiry, chip rules, PIN, cryptogram. Order is that of the money's risk. */
export function cardRefusal(operation: Operation): Refusal | undefined {
  const { account } = operation
  if (account === undefined) return refuse('14', 'no account for this card number', 2)
  return (
    STATUS[account.status] ??
    expiryRefusal(operation, account.expiry) ??
    stripeRefusal(operation, account.hasChip) ??
    chipRefusal(operation) ??
    pinRefusal(operation)
  )
}

/** Of a sale that was made already: a card that was stopped or had expired. Its counter and funds are those of later. */
export function offlineCardRefusal(operation: Operation): Refusal | undefined {
  const { account } = operation
  return account === undefined
    ? undefined
    : (STATUS[account.status] ?? expiryRefusal(operation, account.expiry))
}

function expiryRefusal(operation: Operation, expiry: string): Refusal | undefined {
  const { card, request } = operation
  const { year, month } = request.inbound.receivedAt.localTime
  const now = (year % 100) * 100 + month
  if (card?.expiry !== undefined && card.expiry !== expiry) {
    return refuse('54', "the expiry date differs from the account's", 14)
  }
  return Number(expiry) < now ? refuse('54', 'the card has expired', 14) : undefined
}

/** Service codes 2xx and 6xx announce a chip. Source: ISO/IEC 7813, service code. */
function stripeRefusal(operation: Operation, hasChip: boolean): Refusal | undefined {
  const { request, card } = operation
  if (!request.entryMode.startsWith('02') || !request.readsChips || request.isFallback) return undefined
  return hasChip || /^[26]/.test(card?.serviceCode ?? '')
    ? refuse('45', 'a chip card was read by its stripe', 22)
    : undefined
}

function pinRefusal(operation: Operation): Refusal | undefined {
  const { request, terminal, account, issuer, card, accountState: state, context } = operation
  if (request.pinBlock === undefined || account === undefined || state === undefined) return undefined
  if (card === undefined) return refuse('99', 'a PIN without a card number', 52)
  if (terminal.pinKey === undefined) return refuse('A7', 'the terminal has no PIN key: sign in again', 52)
  if (state.pinTriesLeft === 0) return refuse('38', 'the PIN tries were used up before', 52)
  if (issuer?.pinVerificationKey === undefined || account.pinReference === undefined) {
    return refuse('55', 'the account has no PIN', 52)
  }
  const answer = context.security.verifyPin({
    pinKey: terminal.pinKey,
    verificationKey: issuer.pinVerificationKey,
    pinBlock: request.pinBlock,
    panInBlock: request.pinWithPan ? card.pan : undefined,
    pan: card.pan,
    reference: account.pinReference,
  })
  if (answer === 'malformed') return refuse('99', 'the PIN block has no valid form: wrong PIN key?', 52)
  if (answer === 'wrong') {
    const pinTriesLeft = state.pinTriesLeft - 1
    operation.accountState = { ...state, pinTriesLeft }
    return pinTriesLeft === 0
      ? refuse('75', 'the PIN is wrong, and that was the last try', 52)
      : refuse('55', 'the PIN is wrong', 52)
  }
  if (state.pinTriesLeft !== account.pinTriesMax) {
    operation.accountState = { ...state, pinTriesLeft: account.pinTriesMax }
  }
  return undefined
}

/** The day asked for last, and its text: it is the same for all messages of a day. */
const lastDay = { value: 0, text: '0' }

/** `YYYYMMDD`. */
export function dayOf({ year, month, day }: LocalDateTime): string {
  const value = year * 10_000 + month * 100 + day
  if (lastDay.value !== value) {
    lastDay.value = value
    lastDay.text = String(value)
  }
  return lastDay.text
}

/** The account's daily figures as they stand on `day`: yesterday's count for nothing. */
function onDay(state: AccountState, day: string): AccountState {
  return state.day === day ? state : { ...state, day, spentTodayMinor: 0, countToday: 0 }
}

/** Whether `amountMinor` is within the account's limits and funds. */
export function limitRefusal(operation: Operation, amountMinor: number): Refusal | undefined {
  const { account, accountState } = operation
  if (account === undefined || accountState === undefined) return refuse('14', 'no account for this card', 2)
  const state = onDay(accountState, dayOf(operation.request.inbound.receivedAt.localTime))
  const { singleMinor, dailyMinor, dailyCount } = account.limits
  if (singleMinor !== undefined && amountMinor > singleMinor) {
    return refuse('61', 'above the limit of one transaction', 4)
  }
  if (dailyMinor !== undefined && state.spentTodayMinor + amountMinor > dailyMinor) {
    return refuse('61', "above the card's limit of a day", 4)
  }
  if (dailyCount !== undefined && state.countToday + 1 > dailyCount) {
    return refuse('65', 'more transactions than the card may do in a day')
  }
  return fundsRefusal(state, amountMinor)
}

export function fundsRefusal(state: AccountState, amountMinor: number): Refusal | undefined {
  return amountMinor > availableMinor(state) ? refuse('51', 'not enough available balance', 4) : undefined
}

/** Adds one spending of `amountMinor` to the daily figures. */
export function countSpending(operation: Operation, amountMinor: number): void {
  if (operation.accountState === undefined) return
  const day = dayOf(operation.request.inbound.receivedAt.localTime)
  operation.accountState = countOn(operation.accountState, day, amountMinor)
}

/** `state` with one spending more on `day`. */
export function countOn(state: AccountState, day: string, amountMinor: number): Required<AccountState> {
  const today = onDay(state, day)
  // Written out: each approval makes one, and the engine takes long to spread what it has seen in several shapes.
  return {
    balanceMinor: today.balanceMinor,
    heldMinor: today.heldMinor,
    pinTriesLeft: today.pinTriesLeft,
    lastTransactionCounter: today.lastTransactionCounter,
    day: today.day,
    spentTodayMinor: today.spentTodayMinor + amountMinor,
    countToday: today.countToday + 1,
  }
}

/** `state` with one spending less, if it still counts `day`. */
export function uncountOn(state: AccountState, day: string, amountMinor: number): AccountState {
  if (state.day !== day) return state
  return {
    ...state,
    spentTodayMinor: Math.max(0, state.spentTodayMinor - amountMinor),
    countToday: Math.max(0, state.countToday - 1),
  }
}
