import { currencyCode, formatAmount } from '../../base/money.ts'
import { ask, display, type Flow } from './effect.ts'
import type { Question, QuestionAnswer, Screen } from './screen.ts'
import type { ScreenId } from './screen-texts.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'

export type ScreenValues = { readonly [name: string]: string | number }

/** A screen whose text exists. */
function screen(id: ScreenId, values?: ScreenValues): Screen {
  return values === undefined ? { id } : { id, values }
}

/** Shows a screen that exists in both languages. */
export function* showMessage(id: ScreenId, values?: ScreenValues): Flow<void> {
  yield* display(screen(id, values))
}

/** What was typed, or undefined when the operator left it. */
export function* askText(
  context: TerminalContext,
  id: ScreenId,
  input: 'digits' | 'amount' | 'text' | 'secret' | 'pan',
  size: readonly [lengthMin: number, lengthMax: number],
  values?: ScreenValues,
): Flow<string | undefined> {
  const [lengthMin, lengthMax] = size
  const question: Question = { kind: 'enter', screen: screen(id, values), input, lengthMin, lengthMax }
  const answer: QuestionAnswer = yield* ask(question, activeProfile(context).operatorTimeoutMs)
  return answer.kind === 'entered' ? answer.text : undefined
}

/** Whether the operator said yes; no answer is no. */
export function* confirm(context: TerminalContext, id: ScreenId, values?: ScreenValues): Flow<boolean> {
  const question: Question = { kind: 'confirm', screen: screen(id, values) }
  const answer = yield* ask(question, activeProfile(context).operatorTimeoutMs)
  return answer.kind === 'confirmed'
}

/** The option that the operator took, or undefined. */
export function* choose<Id extends string>(
  context: TerminalContext,
  id: ScreenId,
  options: readonly (readonly [id: Id, screen: ScreenId])[],
  values?: ScreenValues,
): Flow<Id | undefined> {
  const question: Question = {
    kind: 'choose',
    screen: screen(id, values),
    options: options.map(([option, optionScreen]) => ({ id: option, screen: screen(optionScreen) })),
  }
  const answer = yield* ask(question, activeProfile(context).operatorTimeoutMs)
  if (answer.kind !== 'chosen') return undefined
  return options.map(([option]) => option).find((option) => option === answer.id)
}

/** `CNY 123.45`. */
export function amountText(amountMinor: number, currency: string): string {
  return `${currencyCode(currency)} ${formatAmount(amountMinor, currency)}`
}
