import type { LocalDateTime } from '../../base/ports.ts'
import type { Message } from '../../iso8583/message.ts'
import { formatTerminalSerial, parseWorkingKeys } from '../../iso8583/subfields/field-62.ts'
import { formatField63 } from '../../iso8583/subfields/field-63.ts'
import { append, type Flow, now, pinPad, setClock } from './effect.ts'
import { type ExchangeResult, exchange, noteProcessing, sealRequest } from './exchange.ts'
import { textField } from './host-reply.ts'
import { concludeTrial } from './package-trial.ts'
import { concludePadTrouble } from './pad-services.ts'
import { responseCodeInfo } from './response-codes.ts'
import { showMessage } from './show.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import { managementField60 } from './transaction-message.ts'
import { stanText } from './transaction-state.ts'

/**
 * Sign-in: fresh working keys into the pad, batch number and clock from the host.
 * Source: docs of the UnionPay dialect, 4 and 10.1.
 */
export function* signIn(context: TerminalContext): Flow<CommandOutcome> {
  const profile = activeProfile(context)
  yield* showMessage('signingIn')
  const stan = stanText(context.state.nextStan)
  const { certificateNumber: certificate, serialNumber } = profile
  const sealed = yield* sealRequest(context, {
    mti: '0800',
    fields: {
      11: stan,
      41: profile.terminalId,
      42: profile.merchantId,
      60: managementField60(context.state.batch, profile.keySet),
      62: formatTerminalSerial({ certificate, serialNumber }),
      63: operatorField(context),
    },
  })
  if (sealed.kind !== 'sealed') return yield* concludePadTrouble(sealed)
  yield* append({ kind: 'stanUsed', stan })
  const result = yield* exchange(context, sealed.request, 'none')
  if (result.kind !== 'reply') return yield* concludeNoReply(result)
  const code = textField(result.message, 39) ?? ''
  if (code !== '00') return yield* concludeRefusal(code)
  const failure = yield* loadWorkingKeys(context, result.message)
  if (failure !== undefined) return failure
  const localTime = yield* takeHostTime(result.message)
  const batch = textField(result.message, 60)?.slice(2, 8) ?? context.state.batch
  const batchAdopted = /^\d{6}$/.test(batch) ? batch : context.state.batch
  yield* append({ kind: 'signedIn', batch: batchAdopted, localTime })
  if (result.processing !== '3') yield* noteProcessing(result)
  yield* showMessage('signedIn', { batch: context.state.batch })
  yield* concludeTrial(context)
  return { kind: 'done' }
}

/** Field 63.1: the operator in three characters. */
export function operatorField(context: TerminalContext): string {
  return formatField63({ operatorOrOrganisation: context.state.loggedOn ?? '01' })
}

function* loadWorkingKeys(context: TerminalContext, message: Message): Flow<CommandOutcome | undefined> {
  const field62 = message.fields[62]
  const keys = field62 instanceof Uint8Array ? parseWorkingKeys(field62) : undefined
  if (keys === undefined || !keys.ok) {
    yield* append({ kind: 'signInRequired', code: 'keysMalformed' })
    yield* showMessage('keysMalformed')
    return { kind: 'failed', reason: 'malformedReply', detail: 'field 62' }
  }
  const { workingKeyAlgorithm: algorithm } = activeProfile(context)
  const answer = yield* pinPad({ op: 'loadWorkingKeys', algorithm, keys: { ...keys.value } })
  if (answer.kind === 'done') return undefined
  // The pad may hold some of the new keys and some of the old: none of them may be used.
  yield* append({ kind: 'signInRequired', code: answer.kind })
  return yield* concludePadTrouble(answer)
}

/** Sets the clock from fields 12 and 13 and answers the time that holds from here on. */
function* takeHostTime(message: Message): Flow<LocalDateTime> {
  const { localTime } = yield* now()
  const hostTime = hostLocalTime(message, localTime)
  if (hostTime === undefined) return localTime
  yield* setClock(hostTime)
  return hostTime
}

/** Fields 12 and 13 in the year that brings them nearest to `near`; undefined when they are no time. */
function hostLocalTime(message: Message, near: LocalDateTime): LocalDateTime | undefined {
  const time = /^(\d{2})(\d{2})(\d{2})$/.exec(textField(message, 12) ?? '')
  const date = /^(\d{2})(\d{2})$/.exec(textField(message, 13) ?? '')
  if (time === null || date === null) return undefined
  const [hour, minute, second] = time.slice(1).map(Number)
  const [month, day] = date.slice(1).map(Number)
  if (hour === undefined || minute === undefined || second === undefined) return undefined
  if (month === undefined || day === undefined) return undefined
  const inRange =
    hour < 24 && minute < 60 && second < 60 && month >= 1 && month <= 12 && day >= 1 && day <= 31
  if (!inRange) return undefined
  // The fields carry no year, and the two clocks may stand on both sides of its end.
  const yearShift = near.month - month > 6 ? 1 : month - near.month > 6 ? -1 : 0
  return { year: near.year + yearShift, month, day, hour, minute, second }
}

/** Management requests owe nothing: the operator is told, and that is all. */
export function* concludeNoReply(
  result: Exclude<ExchangeResult, { readonly kind: 'reply' }>,
): Flow<CommandOutcome> {
  if (result.kind === 'notSent') {
    yield* showMessage('noConnection')
    return { kind: 'failed', reason: 'noConnection' }
  }
  yield* showMessage('noReply')
  return { kind: 'failed', reason: 'noReply' }
}

/** Shows the host's answer code with its text. */
export function* concludeRefusal(code: string): Flow<CommandOutcome> {
  const info = responseCodeInfo(code)
  yield* showMessage('hostRefused', { code, shownZh: info.shown.zh, shownEn: info.shown.en })
  return { kind: 'failed', reason: 'replyRefused', detail: code }
}
