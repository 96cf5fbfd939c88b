import { unreachable } from '../../base/invariant.ts'
import { type CardData, hasChip, isExpired, isKeyedPan, keyedExpiry, stripeCard } from './card-data.ts'
import type { CardInHand, CardPurpose } from './card-in-hand.ts'
import { startChip } from './chip-start.ts'
import { startTap, tapAdmission } from './contactless-start.ts'
import { chooseCurrency, offersConversion } from './currency-choice.ts'
import { isBlacklisted } from './downloads-in-force.ts'
import { awaitCard, type Flow, now } from './effect.ts'
import { concludePadTrouble } from './pad-services.ts'
import type { AwaitCardAnswer } from './peripheral-effect.ts'
import { amountText, askText, showMessage } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { ConversionChoice } from './terminal-model.ts'

const TRIES_MAX = 5

/** What the reader may take next. `fallback`: the chip could not be read, so the stripe of a chip card may. */
interface Accepting {
  readonly chip: boolean
  readonly stripe: boolean
  readonly fallback: boolean
  readonly contactless: boolean
}

/** The cardholder's card by chip, stripe or keys, until it is read, given up or refused. */
export function* readCard(context: TerminalContext, purpose: CardPurpose): Flow<Step<CardInHand>> {
  const inHand = yield* takeAnyCard(context, purpose)
  if (!inHand.ok) return inHand
  const { card, chip } = inHand.value
  if (isBlacklisted(context, card.pan)) return ended(yield* refuse('cardBlacklisted'))
  // A chip in the slot was asked about while it was read, one that was tapped right after.
  const wasAsked = (card.entry === 'chip' || card.entry === 'contactless') && chip !== undefined
  if (wasAsked || !offersConversion(context, purpose)) return inHand
  const choice = yield* chooseCurrency(context, card, purpose.amountMinor)
  if (choice.kind === 'chosen') return { ok: true, value: { ...inHand.value, ...conversionOf(choice) } }
  yield* showMessage('cancelled')
  return ended({ kind: 'cancelled' })
}

function conversionOf({ conversion }: { readonly conversion?: ConversionChoice }): Partial<CardInHand> {
  return conversion === undefined ? {} : { conversion }
}

function* takeAnyCard(context: TerminalContext, purpose: CardPurpose): Flow<Step<CardInHand>> {
  if (purpose.entry === 'keyed') return yield* keyCard(context)
  const { chipReader, stripeReader, contactlessReader } = activeProfile(context)
  if (!chipReader && !stripeReader && !contactlessReader) {
    return ended(yield* refuse('notCapable', 'card reader'))
  }
  const admission = tapAdmission(context, purpose)
  if (admission === 'limit') yield* showMessage('tapLimit')
  const contactless = admission === 'yes'
  let accepting: Accepting = { chip: chipReader, stripe: stripeReader, fallback: false, contactless }
  for (let tries = 0; tries < TRIES_MAX && isWayLeft(accepting); tries++) {
    yield* showMessage(promptFor(accepting), {
      // A balance enquiry has no amount to show.
      amount:
        purpose.amountMinor === 0
          ? ''
          : amountText(purpose.amountMinor, purpose.currency ?? activeProfile(context).currency),
    })
    const { chip, stripe } = accepting
    // What a reader is not asked for is left out.
    const ways = accepting.contactless ? { chip, stripe, contactless: true } : { chip, stripe }
    const answer = yield* awaitCard(ways, activeProfile(context).cardTimeoutMs)
    const next = yield* takeCard(context, purpose, accepting, answer)
    if ('ok' in next) return next
    accepting = next
  }
  return ended(yield* refuse('cardNotReadable'))
}

function isWayLeft({ chip, stripe, contactless }: Accepting): boolean {
  return chip || stripe || contactless
}

function promptFor({ chip, stripe, contactless }: Accepting) {
  if (!stripe) return contactless ? (chip ? 'tapOrInsert' : 'tapCard') : 'insertCard'
  if (!chip) return contactless ? 'tapOrSwipe' : 'swipeCard'
  return contactless ? 'tapInsertOrSwipe' : 'presentCard'
}

function* takeCard(
  context: TerminalContext,
  purpose: CardPurpose,
  accepting: Accepting,
  answer: AwaitCardAnswer,
): Flow<Step<CardInHand> | Accepting> {
  switch (answer.kind) {
    case 'chip': {
      purpose.slot.powered = true
      const start = yield* startChip(context, purpose)
      return start.kind === 'unreadable' ? yield* fallBack(context, accepting) : start.step
    }
    case 'chipUnreadable':
      return yield* fallBack(context, accepting)
    case 'stripe':
      return yield* takeStripe(context, accepting, stripeCard(answer.track2, answer.track3))
    case 'stripeUnreadable':
      yield* showMessage('stripeUnreadable')
      return accepting
    case 'contactless': {
      const start = yield* startTap(context, purpose)
      if (start.kind === 'done') return start.step
      return start.kind === 'again' ? accepting : { ...accepting, contactless: false }
    }
    case 'contactlessCollision':
      yield* showMessage('oneCardOnly')
      return accepting
    case 'contactlessUnreadable':
      yield* showMessage('tapAgain')
      return accepting
    case 'cancelled':
    case 'timeout':
    case 'missing':
    case 'fault':
      return ended(yield* concludePadTrouble(answer))
    default:
      return unreachable(answer)
  }
}

function* fallBack(context: TerminalContext, accepting: Accepting): Flow<Step<CardInHand> | Accepting> {
  const { fallbackAllowed, stripeReader } = activeProfile(context)
  if (!fallbackAllowed || !stripeReader) return ended(yield* refuse('cardNotReadable'))
  yield* showMessage('chipUnreadable')
  return { ...accepting, chip: false, stripe: true, fallback: true }
}

/** A card with a chip is taken by its stripe only after its chip failed. */
function* takeStripe(
  context: TerminalContext,
  accepting: Accepting,
  card: CardData | undefined,
): Flow<Step<CardInHand> | Accepting> {
  if (card === undefined) {
    yield* showMessage('stripeUnreadable')
    return accepting
  }
  if (!hasChip(card) || !activeProfile(context).chipReader) return { ok: true, value: { card } }
  if (accepting.fallback) return { ok: true, value: { card: { ...card, entry: 'fallback' } } }
  yield* showMessage('useChip')
  return { ...accepting, stripe: false }
}

function* keyCard(context: TerminalContext): Flow<Step<CardInHand>> {
  if (!activeProfile(context).keyedAllowed) return ended(yield* refuse('notEnabled', 'keyed'))
  const pan = yield* askText(context, 'enterPan', 'pan', [13, 19])
  if (pan === undefined) return ended({ kind: 'cancelled' })
  if (!isKeyedPan(pan)) return ended(yield* refuse('badValue', 'card number'))
  const typed = yield* askText(context, 'enterExpiry', 'digits', [4, 4])
  if (typed === undefined) return ended({ kind: 'cancelled' })
  const expiry = keyedExpiry(typed)
  if (expiry === undefined) return ended(yield* refuse('badValue', 'expiry'))
  const { localTime } = yield* now()
  if (isExpired(expiry, localTime)) return ended(yield* refuse('cardExpired'))
  return { ok: true, value: { card: { entry: 'keyed', pan, expiry } } }
}
