import { truncatePan } from '../../base/exposure.ts'
import type { CardData } from './card-data.ts'
import type { ChipSession } from './chip-session.ts'
import { type Flow, now } from './effect.ts'
import { type SealedRequest, sealRequest } from './exchange.ts'
import { encryptTrack, type PadResult, protectCard } from './pad-services.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type {
  CardholderVerification,
  ConversionChoice,
  OriginalReference,
  TransactionRequest,
} from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'
import { TRANSACTION_KINDS } from './transaction-kind.ts'
import {
  encryptsTracks,
  financialField60,
  type RequestSecrets,
  requestMessage,
} from './transaction-message.ts'
import { stanText } from './transaction-state.ts'
import type { TransactionType } from './transaction-type.ts'

/** Everything that is known before the request is made. Lives only while the transaction runs. */
export interface TransactionPlan {
  readonly type: TransactionType
  readonly amountMinor: number
  /** The part of `amountMinor` that is a tip. */
  readonly tipMinor?: number
  /** ISO 4217; the terminal's own when undefined. */
  readonly currency?: string
  readonly conversion?: ConversionChoice
  readonly card: CardData
  readonly chip?: ChipSession
  readonly pinBlock?: Uint8Array
  readonly verification: CardholderVerification
  readonly referenceNumber?: string
  readonly authorisationCode?: string
  readonly original?: OriginalReference
  /** Field 61 as sent; it depends on the kind. */
  readonly field61?: string
  readonly field63?: string
  readonly voucher?: string
  readonly orderNumber?: string
}

export interface PreparedRequest {
  readonly request: TransactionRequest
  readonly sealed: SealedRequest
}

/** All that the PIN pad must do for the request. Nothing is owed when it can't. */
export function* prepareRequest(
  context: TerminalContext,
  plan: TransactionPlan,
): Flow<PadResult<PreparedRequest>> {
  const profile = activeProfile(context)
  const panProtected = yield* protectCard(plan.card)
  if (!panProtected.ok) return panProtected
  const track2 = yield* trackToSend(context, plan.card.track2)
  if (!track2.ok) return track2
  const track3 = yield* trackToSend(context, plan.card.track3)
  if (!track3.ok) return track3
  const { localTime } = yield* now()
  const pinBlock = plan.chip?.pinBlock ?? plan.pinBlock
  const request = makeRequest(context, plan, panProtected.value, localTime, pinBlock !== undefined)
  const secrets: RequestSecrets = {
    pan: plan.card.pan,
    ...(plan.card.expiry === undefined ? {} : { expiry: plan.card.expiry }),
    ...(track2.value === undefined ? {} : { track2: track2.value }),
    ...(track3.value === undefined ? {} : { track3: track3.value }),
    ...(pinBlock === undefined ? {} : { pinBlock }),
  }
  const sealed = yield* sealRequest(context, requestMessage(profile, request, secrets))
  if (sealed.kind !== 'sealed') return { ok: false, answer: sealed }
  return { ok: true, value: { request, sealed: sealed.request } }
}

function* trackToSend(
  context: TerminalContext,
  track: string | undefined,
): Flow<PadResult<string | undefined>> {
  if (track === undefined || !encryptsTracks(activeProfile(context))) return { ok: true, value: track }
  return yield* encryptTrack(track)
}

function makeRequest(
  context: TerminalContext,
  plan: TransactionPlan,
  panProtected: string,
  localTime: TransactionRequest['localTime'],
  hasPin: boolean,
): TransactionRequest {
  const profile = activeProfile(context)
  const { batch, nextStan } = context.state
  const { card, chip, type } = plan
  const kind = TRANSACTION_KINDS[type]
  return {
    type,
    batch,
    stan: stanText(nextStan),
    mti: kind.mti,
    processingCode: kind.processingCode,
    amountMinor: plan.amountMinor,
    currency: plan.currency ?? profile.currency,
    entry: card.entry,
    entryMode: `${ENTRY_DIGITS[card.entry]}${hasPin ? '1' : '2'}`,
    conditionCode: kind.conditionCode,
    panTruncated: truncatePan(card.pan),
    panProtected,
    panSent: !['stripe', 'fallback', 'code'].includes(card.entry),
    ...(card.panSequence === undefined ? {} : { panSequence: card.panSequence }),
    ...(plan.referenceNumber === undefined ? {} : { referenceNumber: plan.referenceNumber }),
    ...(plan.authorisationCode === undefined ? {} : { authorisationCode: plan.authorisationCode }),
    ...(chip === undefined ? {} : { field55: chip.field55, reversalField55: chip.reversalField55 }),
    ...(chip === undefined ? {} : { chip: chip.details }),
    field60: financialField60(takesParts(profile, plan), type, batch, card.entry),
    ...(plan.field61 === undefined ? {} : { field61: plan.field61 }),
    ...(plan.field63 === undefined ? {} : { field63: plan.field63 }),
    ...(plan.voucher === undefined ? {} : { voucher: plan.voucher }),
    ...(plan.orderNumber === undefined ? {} : { orderNumber: plan.orderNumber }),
    ...agreed(plan),
    ...(plan.original === undefined ? {} : { original: plan.original }),
    verification: chip?.verification ?? plan.verification,
    operator: context.state.loggedOn ?? '01',
    localTime,
  }
}

function agreed({ conversion, tipMinor }: TransactionPlan): Pick<TransactionPlan, 'conversion' | 'tipMinor'> {
  return {
    ...(conversion === undefined ? {} : { conversion }),
    ...(tipMinor === undefined ? {} : { tipMinor }),
  }
}

/** A part of what the cardholder agreed to in another currency, or with a tip, would be another agreement. */
function takesParts(profile: TerminalProfile, { conversion, tipMinor }: TransactionPlan): TerminalProfile {
  return conversion === undefined && tipMinor === undefined ? profile : { ...profile, partialApproval: false }
}

/** Digits 1 and 2 of field 22; a fallback stays a stripe. Source: docs of the UnionPay dialect, 7. */
const ENTRY_DIGITS = {
  stripe: '02',
  fallback: '02',
  chip: '05',
  contactless: '07',
  keyed: '01',
  original: '01',
  code: '03',
} as const
