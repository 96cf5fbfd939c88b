import type { CardInHand, CardPurpose } from './card-in-hand.ts'
import { type Flow, pinPad } from './effect.ts'
import { concludePadTrouble } from './pad-services.ts'
import { amountText, showMessage } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { CardholderVerification } from './terminal-model.ts'
import type { TransactionType } from './transaction-type.ts'

export interface PinEntry {
  readonly pinBlock?: Uint8Array
  readonly verification: CardholderVerification
}

/** The PIN where the kernel has not asked for it by the card's own rules. */
export function* askPin(
  context: TerminalContext,
  type: TransactionType,
  amount: Pick<CardPurpose, 'amountMinor' | 'currency'>,
  { card, chip, conversion }: CardInHand,
): Flow<Step<PinEntry>> {
  const profile = activeProfile(context)
  if (!profile.pinTransactions.includes(type) || chip !== undefined) {
    return { ok: true, value: { verification: 'signature' } }
  }
  const paid = conversion ?? amount
  yield* showMessage('enterPin')
  const answer = yield* pinPad({
    op: 'enterPin',
    pan: card.pan,
    amountText:
      type === 'balance' ? undefined : amountText(paid.amountMinor, paid.currency ?? profile.currency),
    lengthMin: profile.pinLengthMin,
    lengthMax: profile.pinLengthMax,
    timeoutMs: profile.pinTimeoutMs,
  })
  if (answer.kind === 'pinEntered') {
    return { ok: true, value: { pinBlock: answer.pinBlock, verification: 'pin' } }
  }
  if (answer.kind === 'pinBypassed' && profile.pinBypassAllowed) {
    return { ok: true, value: { verification: 'signature' } }
  }
  if (answer.kind === 'pinBypassed') return ended(yield* refuse('notAllowed', 'no PIN'))
  return ended(yield* concludePadTrouble(answer))
}
