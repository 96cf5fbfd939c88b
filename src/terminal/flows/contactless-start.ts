import { toHex } from '../../base/bytes.ts'
import { unreachable } from '../../base/invariant.ts'
import { startContactless } from '../kernel/contactless/contactless.ts'
import type {
  ContactlessReading,
  HolderProof,
  OtherWayReason,
} from '../kernel/contactless/contactless-types.ts'
import { preProcess } from '../kernel/contactless/pre-processing.ts'
import type { CardData } from './card-data.ts'
import type { CardInHand, CardPurpose } from './card-in-hand.ts'
import type { ChipCompletion, ChipSession } from './chip-session.ts'
import {
  chipDetails,
  concludeStop,
  describeTransaction,
  kernelConfig,
  WITH_CRYPTOGRAM,
} from './chip-start.ts'
import { contactlessTerms } from './contactless-terms.ts'
import { chooseCurrency, offersConversion } from './currency-choice.ts'
import { isBlacklisted } from './downloads-in-force.ts'
import { type Effect, type Flow, releaseTap } from './effect.ts'
import { mayApproveOffline } from './offline-sale.ts'
import { askPin, type PinEntry } from './pin-entry.ts'
import { showMessage } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { CardholderVerification } from './terminal-model.ts'

/** `again`: the same card once more. `otherWay`: the card is to be put in or swiped. */
export type TapStart =
  | { readonly kind: 'again' }
  | { readonly kind: 'otherWay' }
  | { readonly kind: 'done'; readonly step: Step<CardInHand> }

/** Whether the reader asks for taps: `limit`: it would for a smaller amount. */
export function tapAdmission(context: TerminalContext, purpose: CardPurpose): 'yes' | 'limit' | 'no' {
  const { chip } = context
  const profile = activeProfile(context)
  if (chip === undefined || !profile.contactlessReader) return 'no'
  // The limits are in the terminal's own currency.
  if ((purpose.currency ?? profile.currency) !== profile.currency) return 'no'
  const config = kernelConfig(context, profile, chip)
  const terms = contactlessTerms(context, purpose, false)
  if (preProcess(config, purpose, terms).length > 0) return 'yes'
  return preProcess(config, { amountMinor: 0 }, terms).length > 0 ? 'limit' : 'no'
}

/** Takes a card that is held at the reader; it may go as soon as it is read, before anybody asks the host. */
export function* startTap(context: TerminalContext, purpose: CardPurpose): Flow<TapStart> {
  const { chip } = context
  if (chip === undefined) return { kind: 'otherWay' }
  yield* showMessage('readingTap')
  const profile = activeProfile(context)
  const transaction = yield* describeTransaction(context, profile.currency, purpose)
  const terms = contactlessTerms(context, purpose, yield* mayApproveOffline(context, purpose))
  const outcome = yield* startContactless(kernelConfig(context, profile, chip), transaction, terms)
  const isRead = outcome.kind === 'online' || outcome.kind === 'approved'
  yield* releaseTap(isRead ? 'read' : 'failed')
  switch (outcome.kind) {
    case 'online':
    case 'approved':
      yield* showMessage('tapRead')
      return {
        kind: 'done',
        step: yield* proveHolder(context, purpose, outcome.kind === 'approved', outcome),
      }
    case 'declined':
      return { kind: 'done', step: ended(yield* refuse('cardRefused')) }
    case 'otherWay':
      yield* showMessage(OTHER_WAY[outcome.reason])
      return { kind: 'otherWay' }
    case 'presentAgain':
      yield* showMessage('tapAgain')
      return { kind: 'again' }
    case 'ended':
      return { kind: 'done', step: ended(yield* concludeStop(outcome.reason)) }
    default:
      return unreachable(outcome)
  }
}

const OTHER_WAY = {
  limit: 'tapLimit',
  application: 'tapNotPossible',
  authentication: 'tapNotPossible',
  badCard: 'tapNotPossible',
} as const satisfies { readonly [reason in OtherWayReason]: string }

/** The PIN comes after the card is gone: its number is known, and nobody holds a card and types. */
function* proveHolder(
  context: TerminalContext,
  purpose: CardPurpose,
  isApproved: boolean,
  reading: ContactlessReading,
): Flow<Step<CardInHand>> {
  const { type } = purpose
  const card = tappedCard(reading)
  // A card that is not taken is refused once it is in hand: nobody is asked anything before.
  if (!WITH_CRYPTOGRAM.includes(type) || isBlacklisted(context, card.pan))
    return { ok: true, value: { card } }
  const paid = isApproved ? OWN_CURRENCY : yield* choosePaid(context, purpose, reading)
  if (!paid.ok) return paid
  const proved: Step<PinEntry> =
    reading.proof === 'pin'
      ? yield* askPin(context, type, purpose, { card, ...paid.value })
      : { ok: true, value: { verification: VERIFICATION[reading.proof] } }
  if (!proved.ok) return proved
  return { ok: true, value: { card, chip: sessionOf(reading, isApproved, proved.value), ...paid.value } }
}

type Paid = Pick<CardInHand, 'conversion'>
const OWN_CURRENCY: Step<Paid> = { ok: true, value: {} }

/** The currency that a card from abroad pays in, before its PIN. */
function* choosePaid(
  context: TerminalContext,
  purpose: CardPurpose,
  { card, money }: ContactlessReading,
): Flow<Step<Paid>> {
  if (!offersConversion(context, purpose)) return OWN_CURRENCY
  const choice = yield* chooseCurrency(context, { pan: card.pan, ...money }, purpose.amountMinor)
  if (choice.kind === 'chosen') {
    return choice.conversion === undefined
      ? OWN_CURRENCY
      : { ok: true, value: { conversion: choice.conversion } }
  }
  yield* showMessage('cancelled')
  return ended({ kind: 'cancelled' })
}

const VERIFICATION: { readonly [proof in Exclude<HolderProof, 'pin'>]: CardholderVerification } = {
  none: 'none',
  signature: 'signature',
  device: 'device',
}

function tappedCard({ card }: ContactlessReading): CardData {
  return {
    entry: 'contactless',
    pan: card.pan,
    expiry: card.expiry,
    ...(card.panSequence === undefined ? {} : { panSequence: card.panSequence }),
    ...(card.track2 === undefined ? {} : { track2: card.track2 }),
    ...(card.serviceCode === undefined ? {} : { serviceCode: card.serviceCode }),
  }
}

/** There is nobody to ask. */
const NOTHING: readonly Effect[] = []

/** The card is gone: what the host says changes nothing for it, and its one cryptogram is also that of the batch upload. */
function sessionOf(
  reading: ContactlessReading,
  isApproved: boolean,
  { verification, pinBlock }: PinEntry,
): ChipSession {
  const details = chipDetails(reading.results)
  const field55 = toHex(reading.field55)
  const reversalField55 = toHex(reading.reversalField55)
  const completion: ChipCompletion = { accepted: true, details, uploadField55: field55, reversalField55 }
  return {
    field55,
    reversalField55,
    details,
    verification,
    ...(isApproved ? { approvedOffline: true } : {}),
    ...(pinBlock === undefined ? {} : { pinBlock }),
    *complete() {
      yield* NOTHING
      return completion
    },
  }
}
