import { invariant } from '../../base/invariant.ts'
import type { Message } from '../../iso8583/message.ts'
import type { ChipCompletion } from './chip-session.ts'
import { append, type Flow } from './effect.ts'
import { type ExchangeResult, exchange, type SealedRequest } from './exchange.ts'
import { availableBalance, hostReply, isForeign, replyAmountMinor } from './host-reply.ts'
import type { JournalRecord } from './journal-record.ts'
import { sellOffline } from './offline-sale.ts'
import { concludePadTrouble } from './pad-services.ts'
import { deliverReversal } from './pending-duties.ts'
import { owedCopies } from './receipt-copies.ts'
import { responseCodeInfo, SIGN_IN_CODES, SUCCESS_CODES } from './response-codes.ts'
import { amountText, showMessage } from './show.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { HostReply, ReversalReason, TransactionRequest } from './terminal-model.ts'
import { TRANSACTION_KINDS } from './transaction-kind.ts'
import { prepareRequest, type TransactionPlan } from './transaction-request.ts'
import { viewOf } from './transaction-view.ts'

/**
 * The online part of every money transaction, from the request to a durable outcome.
 *
 * Invariants, each tested by name in test/terminal/flows/invariants.test.ts:
 * - S1: a request leaves only after its record, and with it the duty to reverse it, is durable.
 * - S2: an outcome is shown, printed or answered only after its record is durable.
 * - S3: a request that left ends in exactly one durable outcome: an answer, or no usable answer, which
 *   owes a reversal or a repetition.
 *
 * A power cut after `requested` leaves a request in flight: `startUp` abandons it.
 */
export function* runTransaction(context: TerminalContext, plan: TransactionPlan): Flow<CommandOutcome> {
  const prepared = yield* prepareRequest(context, plan)
  if (!prepared.ok) return yield* concludePadTrouble(prepared.answer)
  const { request, sealed } = prepared.value
  yield* append({ kind: 'requested', request })
  const result = yield* ask(context, plan, sealed)
  switch (result.kind) {
    case 'notSent': {
      const offline = yield* sellOffline(context, plan, request)
      if (offline.kind === 'sold') return offline.outcome
      yield* append({ kind: 'notSent', stan: request.stan })
      if (!offline.cardFinished) yield* finishCard(plan)
      yield* showMessage('noConnection')
      return { kind: 'failed', reason: 'noConnection' }
    }
    case 'reply':
      return yield* concludeReply(context, plan, request, result)
    case 'noReply':
      return yield* abandon(context, plan, request, { reason: '98' })
    case 'macWrong':
      return yield* abandon(context, plan, request, { reason: 'A0' })
    case 'macUnchecked':
      return yield* abandon(context, plan, request, { reason: '96' })
  }
}

/** A sale that the card has approved by itself does not leave now. */
function* ask(context: TerminalContext, plan: TransactionPlan, sealed: SealedRequest): Flow<ExchangeResult> {
  if (plan.chip?.approvedOffline === true) return { kind: 'notSent' }
  yield* showMessage('waitingForHost')
  return yield* exchange(context, sealed, 'financial')
}

function* concludeReply(
  context: TerminalContext,
  plan: TransactionPlan,
  request: TransactionRequest,
  result: Extract<ExchangeResult, { kind: 'reply' }>,
): Flow<CommandOutcome> {
  const reply = hostReply(result.message)
  const approved = SUCCESS_CODES.includes(reply.responseCode)
  const completion = yield* completeCard(plan, result.message, reply, approved)
  const partial = reply.responseCode === '10'
  const amountMinor = partial ? replyAmountMinor(result.message, request.amountMinor) : request.amountMinor
  const records: readonly JournalRecord[] = [
    ...codeRecords(context, reply.responseCode),
    ...rateRecords(request, reply),
    ...(result.processing === undefined
      ? []
      : [{ kind: 'processingRequested', request: result.processing } as const]),
  ]
  const reason = reasonToUndo(context, request, { reply, amountMinor, completion })
  if (reason !== undefined) {
    const abandonment = { reason, reply, ...(completion === undefined ? {} : { completion }) }
    return yield* abandon(context, plan, request, abandonment, records)
  }
  const keeps = approved && request.type !== 'balance'
  yield* append(
    {
      kind: 'answered',
      stan: request.stan,
      approved,
      amountMinor,
      partial: partial && keeps,
      reply,
      verification: request.verification,
      ...(completion === undefined ? {} : { chip: completion.details }),
      ...(completion === undefined ? {} : { uploadField55: completion.uploadField55 }),
      ...(completion?.scriptField55 === undefined ? {} : { scriptField55: completion.scriptField55 }),
      copies: keeps ? owedCopies(activeProfile(context)) : [],
    },
    ...records,
  )
  if (!approved) return yield* tellDeclined(request, reply)
  return yield* tellApproved(context, request, result.message, reply)
}

/** Why an answer can't stand as it is: the card refused, its amount is none, or it proves nothing. */
function reasonToUndo(
  context: TerminalContext,
  request: TransactionRequest,
  answer: {
    readonly reply: HostReply
    readonly amountMinor: number
    readonly completion: ChipCompletion | undefined
  },
): ReversalReason | undefined {
  const { reply, amountMinor, completion } = answer
  const { responseCode } = reply
  if (SUCCESS_CODES.includes(responseCode)) {
    const isAmount = responseCode !== '10' || (amountMinor > 0 && amountMinor <= request.amountMinor)
    const isAsChosen = isConversionKept(request, reply)
    return isAmount && isAsChosen && completion?.accepted !== false ? undefined : '96'
  }
  if (!isUnclear(context, request, reply)) return undefined
  return responseCode === 'A0' ? 'A0' : '06'
}

/**
 * Answers that prove nothing about the request. "Duplicate" for a trace number that this terminal used once: the line
 * brought the request twice, and the first answer was lost. "Wrong MAC" carries no MAC itself: anybody can say it.
 * What the host did nobody knows here, so it is undone, or asked for again.
 */
function isUnclear(context: TerminalContext, request: TransactionRequest, reply: HostReply): boolean {
  const { unprovedAnswers } = activeProfile(context)
  const matters = TRANSACTION_KINDS[request.type].unanswered !== 'forget'
  return ['94', 'A0'].includes(reply.responseCode) && matters && unprovedAnswers === 'unclear'
}

/** Nobody pays another amount than the one that was chosen. A refund's is the host's to say. */
function isConversionKept({ type, conversion }: TransactionRequest, reply: HostReply): boolean {
  if (conversion === undefined || reply.conversion === undefined || type === 'refund') return true
  const { currency, amountMinor } = reply.conversion
  return currency === conversion.currency && amountMinor === conversion.amountMinor
}

/** The host does not know the rate that was offered, or not any more: they are loaded again after the transaction. */
function rateRecords(
  { conversion }: TransactionRequest,
  { responseCode }: HostReply,
): readonly JournalRecord[] {
  if (conversion === undefined || responseCode !== 'A1') return []
  return [{ kind: 'processingRequested', request: '8' }]
}

/** What an answer code asks of the terminal itself. Source: docs of the UnionPay dialect, 13. */
function codeRecords(context: TerminalContext, code: string): readonly JournalRecord[] {
  const { duplicateStanJump } = activeProfile(context)
  if (SIGN_IN_CODES.includes(code)) return [{ kind: 'signInRequired', code }]
  if (code === '94' && duplicateStanJump > 0) return [{ kind: 'stanJumped', by: duplicateStanJump }]
  return []
}

function* tellApproved(
  context: TerminalContext,
  request: TransactionRequest,
  message: Message,
  reply: HostReply,
): Flow<CommandOutcome> {
  if (request.type === 'balance') {
    const balance = availableBalance(message)
    if (balance === undefined) {
      yield* showMessage('balanceMissing')
      return { kind: 'failed', reason: 'malformedReply', detail: 'field 54' }
    }
    yield* showMessage('balance', { amount: amountText(balance.amountMinor, balance.currency) })
    return { kind: 'balance', ...balance }
  }
  const transaction = context.state.transactions.find(
    (each) => each.request.stan === request.stan && each.request.batch === request.batch,
  )
  invariant(transaction !== undefined, 'an approved transaction is not in the batch')
  const info = responseCodeInfo(reply.responseCode)
  yield* showMessage(reply.responseCode === '10' ? 'approvedPartially' : 'approved', {
    amount: amountText(transaction.amountMinor, request.currency),
    stan: request.stan,
    shownZh: info.shown.zh,
    shownEn: info.shown.en,
  })
  return { kind: 'approved', transaction: viewOf(transaction) }
}

function* tellDeclined(request: TransactionRequest, reply: HostReply): Flow<CommandOutcome> {
  const info = responseCodeInfo(reply.responseCode)
  const transaction = viewOf({ request, status: 'declined', amountMinor: request.amountMinor, reply })
  // Not a no yet: the customer is asked next.
  if (reply.orderNumber !== undefined) {
    return { kind: 'declined', transaction, responseCode: reply.responseCode }
  }
  yield* showMessage('declined', {
    code: reply.responseCode,
    shownZh: info.shown.zh,
    shownEn: info.shown.en,
    actionZh: info.action.zh,
    actionEn: info.action.en,
  })
  return { kind: 'declined', transaction, responseCode: reply.responseCode }
}

interface Abandonment {
  readonly reason: ReversalReason
  readonly reply?: HostReply
  readonly completion?: ChipCompletion
}

/** No usable answer: money is undone, or asked for again, before anything is shown. */
function* abandon(
  context: TerminalContext,
  plan: TransactionPlan,
  request: TransactionRequest,
  abandonment: Abandonment,
  extra: readonly JournalRecord[] = [],
): Flow<CommandOutcome> {
  const { reason, reply, completion } = abandonment
  const { stan } = request
  const isTold = reply?.responseCode === 'A0'
  const macWrong: readonly JournalRecord[] =
    reason === 'A0' && !isTold ? [{ kind: 'signInRequired', code: 'A0' }] : []
  yield* append(
    {
      kind: 'abandoned',
      stan,
      reason,
      ...(reply === undefined ? {} : { reply }),
      ...(reply?.authorisationCode === undefined ? {} : { authorisationCode: reply.authorisationCode }),
      ...(completion === undefined ? {} : { field55: completion.reversalField55 }),
      ...(completion?.scriptField55 === undefined ? {} : { scriptField55: completion.scriptField55 }),
      ...(completion?.failure === undefined || !isApproval(reply)
        ? {}
        : { chipFailure: failedChip(request, reply, completion, completion.failure) }),
    },
    ...macWrong,
    ...extra,
  )
  if (completion === undefined) yield* finishCard(plan)
  return yield* tellAbandoned(context, request, reason)
}

function isApproval(reply: HostReply | undefined): boolean {
  return reply !== undefined && SUCCESS_CODES.includes(reply.responseCode)
}

function failedChip(
  request: TransactionRequest,
  reply: HostReply | undefined,
  completion: ChipCompletion,
  failure: '00' | '01',
) {
  const { stan, amountMinor, panProtected, panTruncated, panSequence, entryMode } = request
  return {
    stan,
    field55: completion.uploadField55,
    amountMinor,
    panProtected,
    panTruncated,
    ...(panSequence === undefined ? {} : { panSequence }),
    entryMode,
    foreign: isForeign(reply),
    failure,
  }
}

const ABANDONED_SCREENS = {
  '98': 'noReply',
  '96': 'cardRefusedAfterApproval',
  A0: 'replyMacWrong',
  '06': 'duplicateUnclear',
  '17': 'noReply',
} as const

function* tellAbandoned(
  context: TerminalContext,
  request: TransactionRequest,
  reason: ReversalReason,
): Flow<CommandOutcome> {
  const { stan } = request
  yield* showMessage(ABANDONED_SCREENS[reason])
  switch (TRANSACTION_KINDS[request.type].unanswered) {
    case 'forget':
      return { kind: 'failed', reason: reason === 'A0' ? 'replyMacWrong' : 'noReply' }
    case 'resend':
      yield* showMessage('noticeQueued', { stan })
      return { kind: 'queued', stan }
    case 'reverse': {
      if (!activeProfile(context).reverseAtOnce || !context.state.signedIn) {
        yield* showMessage('reversalDue', { stan })
        return { kind: 'reversed', stan, reason, reversal: 'due' }
      }
      const reversal = (yield* deliverReversal(context, true)) ?? 'due'
      if (reversal === 'due') yield* showMessage('reversalDue', { stan })
      return { kind: 'reversed', stan, reason, reversal }
    }
  }
}

function* completeCard(
  plan: TransactionPlan,
  message: Message,
  reply: HostReply,
  approved: boolean,
): Flow<ChipCompletion | undefined> {
  if (plan.chip === undefined) return undefined
  const field55 = message.fields[55]
  return yield* plan.chip.complete({
    responseCode: reply.responseCode,
    approved,
    ...(field55 instanceof Uint8Array ? { field55 } : {}),
  })
}

/** The card must end its transaction although the host did not decide; what it says changes nothing. */
function* finishCard(plan: TransactionPlan): Flow<void> {
  if (plan.chip !== undefined) yield* plan.chip.complete(undefined)
}
