import type { Message } from '../../iso8583/message.ts'
import { append, type Flow } from './effect.ts'
import { type ExchangeResult, exchange, noteProcessing, type SealedRequest, sealRequest } from './exchange.ts'
import { hostReply, replyAmountMinor, textField } from './host-reply.ts'
import type { JournalRecord } from './journal-record.ts'
import { concludePadTrouble, unprotectIfPossible } from './pad-services.ts'
import { owedCopies } from './receipt-copies.ts'
import { SIGN_IN_CODES, SUCCESS_CODES } from './response-codes.ts'
import { amountText, showMessage } from './show.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type {
  HostReply,
  PendingReversal,
  PendingScriptResult,
  QueuedNotice,
  ReceiptCopy,
  ReversalResult,
  TransactionRequest,
} from './terminal-model.ts'
import {
  type RequestSecrets,
  repeatedRequestMessage,
  reversalMessage,
  scriptResultMessage,
} from './transaction-message.ts'
import { stanText } from './transaction-state.ts'
import type { TransactionType } from './transaction-type.ts'

/** `waiting`: it could not be delivered and stays. */
export type Delivery = 'none' | 'delivered' | 'waiting'

/**
 * Sends the reversal that is owed until it is closed, its attempts are used up, or the host can't be
 * reached. `once`: a single attempt, right after the transaction. Source: docs of the UnionPay dialect, 12.
 */
export function* deliverReversal(
  context: TerminalContext,
  once = false,
): Flow<ReversalResult | 'due' | undefined> {
  const { resendCount, reversalExhausted } = activeProfile(context)
  while (context.state.reversal !== undefined) {
    const { reversal } = context.state
    const exhausted = reversal.attempts >= resendCount
    if (exhausted && reversalExhausted === 'clear') {
      yield* append({ kind: 'reversalClosed', stan: reversal.request.stan, result: 'exhausted' })
      yield* showMessage('reversalExhausted', { stan: reversal.request.stan })
      return 'exhausted'
    }
    const step = yield* attemptReversal(context, reversal)
    if (step !== 'failed') return step
    if (once || exhausted || !context.state.signedIn) return 'due'
  }
  return undefined
}

function* attemptReversal(
  context: TerminalContext,
  reversal: PendingReversal,
): Flow<ReversalResult | 'due' | 'failed'> {
  const profile = activeProfile(context)
  const { stan } = reversal.request
  yield* showMessage('reversing', { stan })
  const repeated = reversal.attempts > 0 && profile.reversalReasonAfterFailure === '06'
  const reason = repeated ? '06' : reversal.reason
  const isNeeded = reversal.request.panSent || reversal.request.entry === 'code'
  const request = yield* sealForStored(context, reversal.request, isNeeded, (secrets) =>
    reversalMessage(profile, reversal, reason, secrets),
  )
  if (request === undefined) return 'due'
  const result = yield* exchange(context, request, 'reversal')
  if (result.kind === 'notSent') {
    yield* showMessage('noConnection')
    return 'due'
  }
  const attempted: JournalRecord = { kind: 'reversalAttempted', stan, reason }
  if (result.kind !== 'reply') {
    yield* append(attempted, ...(result.kind === 'macWrong' ? [SIGN_IN_AGAIN] : []))
    return 'failed'
  }
  const responseCode = textField(result.message, 39) ?? ''
  if (SIGN_IN_CODES.includes(responseCode)) {
    yield* append(attempted, { kind: 'signInRequired', code: responseCode })
    return 'failed'
  }
  const done = profile.reversalDoneCodes.includes(responseCode)
  const outcome = done ? (responseCode === '00' ? 'accepted' : 'nothingToReverse') : 'refused'
  yield* append({ kind: 'reversalClosed', stan, result: outcome, responseCode })
  yield* noteProcessing(result)
  yield* showMessage(done ? 'reversed' : 'reversalRefused', { stan, code: responseCode })
  return outcome
}

const SIGN_IN_AGAIN: JournalRecord = { kind: 'signInRequired', code: 'A0' }

/**
 * Sends refunds and completion advices again whose answer is missing, with their own trace numbers, and what was sold
 * offline, unless `offlineStays`.
 */
export function* deliverNotices(context: TerminalContext, offlineStays = false): Flow<Delivery> {
  let delivery: Delivery = 'none'
  for (const notice of context.state.notices) {
    if (offlineStays && notice.request.type === 'offlineSale') continue
    const delivered = yield* deliverNotice(context, notice)
    if (!delivered) return 'waiting'
    delivery = 'delivered'
  }
  return delivery
}

function* deliverNotice(context: TerminalContext, notice: QueuedNotice): Flow<boolean> {
  const profile = activeProfile(context)
  const { request } = notice
  const { stan } = request
  yield* showMessage('sendingNotice', { stan })
  const sealed = yield* sealForStored(context, request, true, (secrets) =>
    repeatedRequestMessage(profile, request, secrets),
  )
  if (sealed === undefined) return false
  const result = yield* exchange(context, sealed, 'financial')
  if (result.kind === 'notSent') return false
  if (result.kind !== 'reply') {
    const signIn = result.kind === 'macWrong' ? [SIGN_IN_AGAIN] : []
    yield* append({ kind: 'noticeAttempted', stan }, ...signIn)
    return false
  }
  const reply = hostReply(result.message)
  if (SIGN_IN_CODES.includes(reply.responseCode)) {
    yield* append({ kind: 'noticeAttempted', stan }, { kind: 'signInRequired', code: reply.responseCode })
    return false
  }
  // Nobody has decided on it yet: what was sold offline is not given up for that.
  if (NEVER_GIVEN_UP.includes(request.type) && UNDECIDED_CODES.includes(reply.responseCode)) {
    yield* append({ kind: 'noticeAttempted', stan })
    return false
  }
  yield* concludeNotice(context, request, result.message, reply)
  yield* noteProcessing(result)
  return true
}

function* concludeNotice(
  context: TerminalContext,
  request: TransactionRequest,
  message: Message,
  reply: HostReply,
): Flow<void> {
  const { stan, amountMinor: asked, verification } = request
  // 94: the host has it already.
  const approved = reply.responseCode === '94' || SUCCESS_CODES.includes(reply.responseCode)
  const isOffline = request.type === 'offlineSale'
  const isAsAnswered = approved && request.type !== 'tipAdjustment'
  const amountMinor = isAsAnswered ? replyAmountMinor(message, asked) : asked
  const copies = isOffline ? offlineCopies(approved) : approved ? owedCopies(activeProfile(context)) : []
  const base = { kind: 'answered', stan, approved, amountMinor, partial: false } as const
  yield* append({ ...base, reply, verification, copies })
  if (!isOffline || approved) return
  const amount = amountText(asked, request.currency)
  yield* showMessage('offlineRefused', { stan, amount, code: reply.responseCode })
}

/** An offline sale had its slip when it was made; a refusal of it is the merchant's loss, and gets one of its own. */
function offlineCopies(approved: boolean): readonly ReceiptCopy[] {
  return approved ? [] : ['merchant']
}

/** Money that nobody else knows of. */
export const NEVER_GIVEN_UP: readonly TransactionType[] = ['offlineSale', 'tipAdjustment']

/** The host or the issuer is not well. Source: docs of the response codes. */
const UNDECIDED_CODES: readonly string[] = ['09', '68', '90', '91', '92', '96', '98']

/** 0620 for each issuer script whose result the host has not heard. */
export function* deliverScriptResults(context: TerminalContext): Flow<Delivery> {
  let delivery: Delivery = 'none'
  for (const duty of context.state.scriptResults) {
    const delivered = yield* deliverScriptResult(context, duty)
    if (!delivered) return 'waiting'
    delivery = 'delivered'
  }
  return delivery
}

function* deliverScriptResult(context: TerminalContext, duty: PendingScriptResult): Flow<boolean> {
  const profile = activeProfile(context)
  const original = duty.request.stan
  const { nextStan, batch } = context.state
  yield* showMessage('sendingScriptResult')
  const sealed = yield* sealForStored(context, duty.request, duty.request.panSent, (secrets) =>
    scriptResultMessage(profile, duty, nextStan, batch, secrets),
  )
  if (sealed === undefined) return false
  yield* append({ kind: 'stanUsed', stan: stanText(nextStan) })
  const result = yield* exchange(context, sealed, 'financial')
  if (result.kind === 'notSent') return false
  const code = result.kind === 'reply' ? textField(result.message, 39) : undefined
  const delivered = code !== undefined && SUCCESS_CODES.includes(code)
  const signIn = signInAfter(result.kind, code)
  if (!delivered && duty.attempts + 1 < profile.resendCount) {
    yield* append({ kind: 'scriptResultAttempted', stan: original }, ...signIn)
    return false
  }
  // The issuer learns of its script by the next cryptogram anyway: it is not worth blocking the till.
  yield* append({ kind: 'scriptResultClosed', stan: original, delivered }, ...signIn)
  yield* noteProcessing(result)
  return true
}

/** The keys of the two sides differ, or the host has forgotten this terminal. */
function signInAfter(kind: ExchangeResult['kind'], code: string | undefined): readonly JournalRecord[] {
  if (kind === 'macWrong') return [SIGN_IN_AGAIN]
  return code !== undefined && SIGN_IN_CODES.includes(code) ? [{ kind: 'signInRequired', code }] : []
}

/** Builds and seals a message about an earlier request; undefined when the pad can't help now. */
function* sealForStored(
  context: TerminalContext,
  request: TransactionRequest,
  panNeeded: boolean,
  build: (secrets: RequestSecrets) => Parameters<typeof sealRequest>[1],
): Flow<SealedRequest | undefined> {
  let secrets: RequestSecrets = { pan: '' }
  if (panNeeded) {
    const card = yield* unprotectIfPossible(request)
    if (!card.ok) {
      yield* concludePadTrouble(card.answer)
      return undefined
    }
    secrets = card.value
  }
  const sealed = yield* sealRequest(context, build(secrets))
  if (sealed.kind === 'sealed') return sealed.request
  yield* concludePadTrouble(sealed)
  return undefined
}
