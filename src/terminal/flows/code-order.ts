import type { FieldValue } from '../../iso8583/message.ts'
import { field59Value, formatField59, parseField59 } from '../../iso8583/subfields/field-59.ts'
import { append, type Flow } from './effect.ts'
import { exchange, noteProcessing, sealRequest } from './exchange.ts'
import { textField } from './host-reply.ts'
import { concludePadTrouble } from './pad-services.ts'
import { SIGN_IN_CODES } from './response-codes.ts'
import { concludeNoReply, concludeRefusal } from './sign-in.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import { managementField60 } from './transaction-message.ts'
import { stanText } from './transaction-state.ts'

type CodeOrderState = 'open' | 'confirmed' | 'refused' | 'closed' | 'expired'

type OrderQuestion =
  | { readonly what: 'open'; readonly amountMinor: number }
  | { readonly what: 'query' | 'close'; readonly number: string }

export type OrderAnswer =
  | {
      readonly kind: 'order'
      readonly number: string
      readonly state: CodeOrderState
      readonly payload: string | undefined
      readonly paymentCode: string | undefined
    }
  /** `isFinal`: the host knows no such order; otherwise it may be asked again. */
  | { readonly kind: 'none'; readonly outcome: CommandOutcome; readonly isFinal: boolean }

/** Field 60.3 of the three messages. They are of this project: docs/qr-payments.md. */
const CODES = { open: '811', query: '812', close: '813' } as const
/** Tag B3. */
const STATES: readonly CodeOrderState[] = ['open', 'confirmed', 'refused', 'closed', 'expired']

/** One question about an order. No money moves by it, and nothing is owed when its answer is lost. */
export function* askOrder(context: TerminalContext, question: OrderQuestion): Flow<OrderAnswer> {
  const profile = activeProfile(context)
  const stan = stanText(context.state.nextStan)
  const about: { readonly [bit: number]: FieldValue } =
    question.what === 'open'
      ? { 4: String(question.amountMinor).padStart(12, '0'), 49: profile.currency }
      : { 59: formatField59([{ tag: 'B1', value: question.number }], profile.field59LengthDigits) }
  const sealed = yield* sealRequest(context, {
    mti: '0820',
    fields: {
      11: stan,
      41: profile.terminalId,
      42: profile.merchantId,
      60: managementField60(context.state.batch, CODES[question.what]),
      64: new Uint8Array(8),
      ...about,
    },
  })
  if (sealed.kind !== 'sealed') return none(yield* concludePadTrouble(sealed), false)
  yield* append({ kind: 'stanUsed', stan })
  const result = yield* exchange(context, sealed.request, 'financial')
  if (result.kind !== 'reply') return none(yield* concludeNoReply(result), false)
  const code = textField(result.message, 39) ?? ''
  if (SIGN_IN_CODES.includes(code)) yield* append({ kind: 'signInRequired', code })
  if (code !== '00') return none(yield* concludeRefusal(code), code === '25' || code === '40')
  yield* noteProcessing(result)
  const items = parseField59(textField(result.message, 59) ?? '', profile.field59LengthDigits)
  const number = items.ok ? field59Value(items.value, 'B1') : undefined
  const state = items.ok ? STATES[Number(field59Value(items.value, 'B3') ?? 'x')] : undefined
  if (!items.ok || number === undefined || state === undefined) {
    return none({ kind: 'failed', reason: 'malformedReply' }, false)
  }
  const payload = field59Value(items.value, 'B2')
  return { kind: 'order', number, state, payload, paymentCode: field59Value(items.value, 'B4') }
}

function none(outcome: CommandOutcome, isFinal: boolean): OrderAnswer {
  return { kind: 'none', outcome, isFinal }
}
