import { invariant, unreachable } from '../../base/invariant.ts'
import type { Message } from '../../iso8583/message.ts'
import { batchCurrency } from './batch-currency.ts'
import { balanceFlags, batchTotals, totalsByType, totalsField48 } from './batch-totals.ts'
import { cardsOf, recordsOf, type UploadItem, uploadMessage, uploadPlan, uploadStan } from './batch-upload.ts'
import { append, type Flow, now } from './effect.ts'
import { exchange, noteProcessing, sealRequest } from './exchange.ts'
import { textField } from './host-reply.ts'
import { signOff } from './management.ts'
import { concludePadTrouble, unprotectIfPossible } from './pad-services.ts'
import { NEVER_GIVEN_UP } from './pending-duties.ts'
import { checkReadiness, settleDuties, signInResult } from './prepare-online.ts'
import { printOwed } from './print-owed.ts'
import { SIGN_IN_CODES } from './response-codes.ts'
import { showMessage } from './show.ts'
import { concludeRefusal, operatorField } from './sign-in.ts'
import { refuse } from './step.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { Settlement, SettlementSummary } from './terminal-model.ts'
import { managementField60 } from './transaction-message.ts'
import { stanText } from './transaction-state.ts'

/**
 * Settlement from the totals to the new batch. Each phase is durable before the next begins; called again
 * after a failure or a power cut it goes on where it stood. Source: docs of the UnionPay dialect, 14.
 *
 * - S8: settlement resumes at its phase; no phase that the journal holds as done is done again.
 */
export function* settle(context: TerminalContext): Flow<CommandOutcome> {
  const barred = yield* checkReadiness(context)
  if (barred !== undefined) return barred
  const unready = yield* prepareSettlement(context)
  if (unready !== undefined) return unready
  if (context.state.settlement === undefined) {
    const { localTime } = yield* now()
    const totals = batchTotals(context.state.transactions)
    const operator = context.state.loggedOn ?? '01'
    yield* append({ kind: 'settlementStarted', totals, localTime, operator })
  }
  return yield* continueSettlement(context)
}

/**
 * Valid keys, and nothing that the host has not heard of: a notice that is only queued would be in the terminal's
 * totals and not in the host's, and after the batch nobody would send it any more.
 */
function* prepareSettlement(context: TerminalContext): Flow<CommandOutcome | undefined> {
  if (context.state.settlement !== undefined) {
    return context.state.signedIn ? undefined : yield* signInResult(context)
  }
  const owing = yield* settleDuties(context)
  if (owing !== undefined) return owing
  const { resendCount, reversalExhausted } = activeProfile(context)
  const isHopeless = (attempts: number): boolean => reversalExhausted === 'clear' && attempts >= resendCount
  const waiting = context.state.notices.filter(
    // What was sold offline, or tipped, is money that nobody else knows of: it is never given up.
    ({ attempts, request }) => NEVER_GIVEN_UP.includes(request.type) || !isHopeless(attempts),
  )
  return waiting.length > 0 ? yield* refuse('noticesUndelivered') : undefined
}

/** Does the phases that are left. `quiet`: nobody is asked when the printer is in trouble. */
export function* continueSettlement(context: TerminalContext, quiet = false): Flow<CommandOutcome> {
  const skip = context.state.owedReceipts.map((each) => each.id)
  while (context.state.settlement !== undefined) {
    const failure = yield* doPhase(context, context.state.settlement)
    if (failure !== undefined) {
      yield* showMessage('settlementInterrupted')
      return failure
    }
  }
  const { lastSettlement } = context.state
  invariant(lastSettlement !== undefined, 'a settled batch has no summary')
  yield* showMessage('settled', { batch: lastSettlement.batch })
  yield* printOwed(context, { skip, quiet })
  if (activeProfile(context).autoSignOff) yield* signOff(context)
  return { kind: 'settled', summary: lastSettlement }
}

function* doPhase(context: TerminalContext, settlement: Settlement): Flow<CommandOutcome | undefined> {
  switch (settlement.phase) {
    case 'totals':
      return yield* sendTotals(context, settlement)
    case 'upload':
      return yield* uploadBatch(context, settlement)
    case 'end':
      return yield* endBatch(context, settlement)
    case 'close':
      yield* append({
        kind: 'batchClosed',
        nextBatch: nextBatch(context.state.batch),
        summary: summaryOf(context, settlement),
      })
      return undefined
    default:
      return unreachable(settlement.phase)
  }
}

function* sendTotals(context: TerminalContext, settlement: Settlement): Flow<CommandOutcome | undefined> {
  yield* showMessage('settlingTotals')
  const profile = activeProfile(context)
  const answer = yield* exchangePatiently(context, (stan) => ({
    mti: '0500',
    fields: {
      11: stan,
      41: profile.terminalId,
      42: profile.merchantId,
      48: totalsField48(settlement.totals),
      49: batchCurrency(context.state.transactions, profile.currency),
      60: managementField60(context.state.batch, '201'),
      63: operatorField(context),
    },
  }))
  if (!answer.ok) return answer.outcome
  // The 0510 has no field 39 by the book; a host that refuses sends one, and no flags.
  const flags = balanceFlags(textField(answer.message, 48))
  const code = textField(answer.message, 39) ?? '00'
  if (flags === undefined && code !== '00') {
    if (SIGN_IN_CODES.includes(code)) yield* append({ kind: 'signInRequired', code })
    return yield* concludeRefusal(code)
  }
  yield* append({
    kind: 'settlementAnswered',
    domesticFlag: flags?.domesticFlag ?? '3',
    foreignFlag: flags?.foreignFlag ?? '3',
  })
  return undefined
}

function* uploadBatch(context: TerminalContext, settlement: Settlement): Flow<CommandOutcome | undefined> {
  const plan = uploadPlan(context.state)
  for (let index = settlement.uploadedMessages; index < plan.length; index++) {
    const item = plan[index]
    if (item === undefined) break
    yield* showMessage('settlingUpload', { done: index + 1, total: plan.length })
    const failure = yield* uploadItem(context, item)
    if (failure !== undefined) return failure
    yield* append({ kind: 'batchUploaded', records: recordsOf(item) })
  }
  yield* append({ kind: 'uploadFinished' })
  return undefined
}

function* uploadItem(context: TerminalContext, item: UploadItem): Flow<CommandOutcome | undefined> {
  const cards: { readonly pan: string; readonly expiry?: string }[] = []
  for (const stored of cardsOf(item)) {
    const card = yield* unprotectIfPossible(stored)
    if (!card.ok) return yield* concludePadTrouble(card.answer)
    cards.push(card.value)
  }
  const profile = activeProfile(context)
  let code = ''
  for (let attempt = 0; attempt < Math.max(1, profile.resendCount); attempt++) {
    const answer = yield* exchangePatiently(
      context,
      (stan) => uploadMessage(profile, context.state.batch, stan, item, cards),
      uploadStan(item),
    )
    if (!answer.ok) return answer.outcome
    code = textField(answer.message, 39) ?? '00'
    if (LATER_CODES.includes(code)) return yield* concludeLater(code)
    if (code === '00' || code === '94') return undefined
    if (!UNREADABLE_CODES.includes(code)) break
  }
  // A record that the host refuses is its to explain: the rest must still go up, and the day must end.
  yield* showMessage('uploadRefused', { code })
  return undefined
}

/** The host could not read it. A record has no MAC, so the line may have changed it: it is worth sending again. */
const UNREADABLE_CODES: readonly string[] = ['30', '40']

function* endBatch(context: TerminalContext, settlement: Settlement): Flow<CommandOutcome | undefined> {
  const profile = activeProfile(context)
  const balanced = settlement.domesticFlag === '1' && settlement.foreignFlag === '1'
  const needed = settlement.uploadedRecords > 0 || !balanced || profile.batchEndWhenEmpty
  if (needed) {
    yield* showMessage('settlingEnd')
    const answer = yield* exchangePatiently(context, (stan) => ({
      mti: '0320',
      fields: {
        11: stan,
        41: profile.terminalId,
        42: profile.merchantId,
        48: String(settlement.uploadedRecords).padStart(4, '0'),
        60: managementField60(context.state.batch, balanced ? '207' : '202'),
      },
    }))
    if (!answer.ok) return answer.outcome
    const code = textField(answer.message, 39) ?? '00'
    // The host has not closed the batch: the terminal must not go on alone.
    if (code !== '00') return yield* concludeLater(code)
  }
  yield* append({ kind: 'batchEnded' })
  return undefined
}

/** Answers after which the same message is worth sending again: signed in anew, or when the host is well. */
const LATER_CODES: readonly string[] = [...SIGN_IN_CODES, '90', '91', '96']

function* concludeLater(code: string): Flow<CommandOutcome> {
  if (SIGN_IN_CODES.includes(code)) yield* append({ kind: 'signInRequired', code })
  return yield* concludeRefusal(code)
}

type Patient =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly outcome: CommandOutcome }

/** A settlement request, until it is answered or given up; with a new trace number a time unless one is given. */
function* exchangePatiently(
  context: TerminalContext,
  build: (stan: string) => Message,
  ownStan?: string,
): Flow<Patient> {
  const { resendCount } = activeProfile(context)
  for (let attempt = 0; attempt < Math.max(1, resendCount); attempt++) {
    const stan = ownStan ?? stanText(context.state.nextStan)
    const sealed = yield* sealRequest(context, build(stan))
    if (sealed.kind !== 'sealed') return { ok: false, outcome: yield* concludePadTrouble(sealed) }
    if (ownStan === undefined) yield* append({ kind: 'stanUsed', stan })
    const result = yield* exchange(context, sealed.request, 'none')
    if (result.kind === 'reply') {
      yield* noteProcessing(result)
      return { ok: true, message: result.message }
    }
    if (result.kind === 'notSent') {
      yield* showMessage('noConnection')
      return { ok: false, outcome: { kind: 'failed', reason: 'noConnection' } }
    }
  }
  yield* showMessage('noReply')
  return { ok: false, outcome: { kind: 'failed', reason: 'noReply' } }
}

/** Six digits; 999999 is followed by 000001. */
export function nextBatch(batch: string): string {
  return String((Number(batch) % 999_999) + 1).padStart(6, '0')
}

function summaryOf(context: TerminalContext, settlement: Settlement): SettlementSummary {
  const { batch, transactions } = context.state
  const { totals, localTime, operator, domesticFlag, foreignFlag, uploadedRecords } = settlement
  const own = activeProfile(context).currency
  const currency = batchCurrency(transactions, own)
  return {
    batch,
    localTime,
    operator,
    totals,
    domesticFlag: domesticFlag ?? '3',
    foreignFlag: foreignFlag ?? '3',
    uploadedRecords,
    transactionCount: transactions.length,
    byType: totalsByType(transactions),
    ...(currency === own ? {} : { currency }),
  }
}
