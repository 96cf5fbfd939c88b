import { parseAmount } from '../../base/money.ts'
import { ask, type Flow } from './effect.ts'
import { amountText, askText, showMessage } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import { percentOf, tipLimitMinor } from './tip-rules.ts'

/** What the tip is on top of. */
export interface TipBase {
  readonly amountMinor: number
  readonly currency: string
}

const TRIES_MAX = 3

/** The tip of a sale: `given`, or what the customer says where tips are on; undefined for none. */
export function* takeTip(
  context: TerminalContext,
  base: TipBase,
  given: number | undefined,
): Flow<Step<number | undefined>> {
  if (given === 0) return { ok: true, value: undefined }
  const { tips, tipAsk } = activeProfile(context)
  if (given !== undefined) {
    if (!tips) return ended(yield* refuse('notEnabled', 'tip'))
    return yield* checkTip(context, base, given)
  }
  return tips && tipAsk ? yield* askTip(context, base) : { ok: true, value: undefined }
}

/** A tip that was given with the command: it is taken, or the command is refused. */
export function* checkTip(context: TerminalContext, base: TipBase, tipMinor: number): Flow<Step<number>> {
  if (!Number.isSafeInteger(tipMinor) || tipMinor < 0) return ended(yield* refuse('badValue', 'tip'))
  if (tipMinor <= tipLimitMinor(activeProfile(context), base.amountMinor))
    return { ok: true, value: tipMinor }
  yield* tellLimit(context, base)
  return ended({ kind: 'refused', reason: 'tipTooLarge' })
}

function* tellLimit(context: TerminalContext, { amountMinor, currency }: TipBase): Flow<void> {
  const profile = activeProfile(context)
  const most = amountText(tipLimitMinor(profile, amountMinor), currency)
  yield* showMessage('tipTooLarge', { percent: profile.tipPercentMax, most })
}

/** Percentages to choose from, another amount, or none; what is above the limit is asked for again. */
function* askTip(context: TerminalContext, base: TipBase): Flow<Step<number | undefined>> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const choice = yield* chooseTip(context, base)
    if (choice === undefined) break
    if (choice === 'none') return { ok: true, value: undefined }
    const tipMinor = choice === 'other' ? yield* askTipAmount(context, base) : choice
    if (tipMinor === undefined) break
    if (tipMinor === 0) return { ok: true, value: undefined }
    if (tipMinor <= tipLimitMinor(activeProfile(context), base.amountMinor))
      return { ok: true, value: tipMinor }
    yield* tellLimit(context, base)
  }
  yield* showMessage('cancelled')
  return ended({ kind: 'cancelled' })
}

/** What was typed; undefined when the operator left it, or it is no amount. */
export function* askTipAmount(
  context: TerminalContext,
  { amountMinor, currency }: TipBase,
): Flow<number | undefined> {
  const text = yield* askText(context, 'enterTip', 'amount', [1, 13], {
    amount: amountText(amountMinor, currency),
  })
  if (text === undefined) return undefined
  // Nothing typed is a tip of nothing.
  return /^0+([.]0+)?$/.test(text) ? 0 : parseAmount(text, currency)
}

function* chooseTip(
  context: TerminalContext,
  { amountMinor, currency }: TipBase,
): Flow<number | 'other' | 'none' | undefined> {
  const { tipPresets, tipPercentMax, operatorTimeoutMs } = activeProfile(context)
  const offered = tipPresets
    .filter((percent) => percent <= tipPercentMax)
    .map((percent) => ({ percent, tipMinor: percentOf(amountMinor, percent) }))
    .filter(({ tipMinor }) => tipMinor > 0)
  const answer = yield* ask(
    {
      kind: 'choose',
      isNeutral: true,
      screen: { id: 'chooseTip', values: { amount: amountText(amountMinor, currency) } },
      options: [
        ...offered.map(({ percent, tipMinor }) => ({
          id: String(percent),
          screen: { id: 'tipPercent', values: { percent, amount: amountText(tipMinor, currency) } },
        })),
        { id: 'other', screen: { id: 'tipOther' } },
        { id: 'none', screen: { id: 'tipNone' } },
      ],
    },
    operatorTimeoutMs,
  )
  if (answer.kind !== 'chosen') return undefined
  if (answer.id === 'other' || answer.id === 'none') return answer.id
  return offered.find(({ percent }) => String(percent) === answer.id)?.tipMinor
}
