import type { LocalDateTime } from '../../base/ports.ts'
import { formatField61 } from '../../iso8583/subfields/field-61.ts'
import { formatField63 } from '../../iso8583/subfields/field-63.ts'
import type { ChipCompletion } from './chip-session.ts'
import { append, type Flow, now } from './effect.ts'
import { secondsBetween } from './local-time.ts'
import { owedCopies } from './receipt-copies.ts'
import { amountText, confirm, showMessage } from './show.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { QueuedNotice, TerminalState, TransactionRequest } from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'
import { TRANSACTION_KINDS } from './transaction-kind.ts'
import { financialField60 } from './transaction-message.ts'
import type { TransactionPlan } from './transaction-request.ts'

/** What the merchant would lose if the host refused everything that it has not heard of. */
export interface OfflineRisk {
  readonly count: number
  readonly amountMinor: number
  /** Of the oldest one. */
  readonly since: LocalDateTime | undefined
}

export function offlineRisk({ notices }: Pick<TerminalState, 'notices'>): OfflineRisk {
  const waiting = notices.filter(({ request }: QueuedNotice) => request.type === 'offlineSale')
  return {
    count: waiting.length,
    amountMinor: waiting.reduce((sum, { request }) => sum + request.amountMinor, 0),
    since: waiting[0]?.request.localTime,
  }
}

/** `sold`: durable, and the outcome is told. `cardFinished`: the chip made its second cryptogram already. */
export type OfflineAttempt =
  | { readonly kind: 'sold'; readonly outcome: CommandOutcome }
  | { readonly kind: 'notSold'; readonly cardFinished: boolean }

/**
 * Tries a sale without the host, when nothing of `request` has left: within the limits, with the operator's consent, and
 * a chip only when it signs the sale itself. It is durable before the slip; it is sent later, once, in order.
 */
export function* sellOffline(
  context: TerminalContext,
  plan: TransactionPlan,
  request: TransactionRequest,
): Flow<OfflineAttempt> {
  const profile = activeProfile(context)
  const notSold: OfflineAttempt = { kind: 'notSold', cardFinished: false }
  if (!profile.offlineSales || request.type !== 'sale' || !isCardAllowed(profile, plan)) return notSold
  // Nobody could check the rate, and the limits are in the terminal's own currency.
  if (request.conversion !== undefined || request.currency !== profile.currency) return notSold
  const { localTime } = yield* now()
  if (!isWithinLimits(profile, offlineRisk(context.state), request.amountMinor, localTime)) {
    yield* showMessage('offlineLimit')
    return notSold
  }
  const { amountMinor, currency } = request
  const atRisk = amountText(offlineRisk(context.state).amountMinor + amountMinor, currency)
  const amount = amountText(amountMinor, currency)
  // What the card has approved is sold: nobody is asked.
  const isSold =
    plan.chip?.approvedOffline === true || (yield* confirm(context, 'confirmOffline', { amount, atRisk }))
  if (!isSold) return notSold
  const completion = plan.chip === undefined ? undefined : yield* plan.chip.complete(undefined)
  if (completion?.accepted === false) {
    yield* showMessage('refused.cardRefused')
    return { kind: 'notSold', cardFinished: true }
  }
  yield* append({
    kind: 'storedOffline',
    request: offlineRequest(profile, request, completion),
    ...(completion === undefined ? {} : { uploadField55: completion.uploadField55 }),
    copies: owedCopies(profile),
  })
  const { stan } = request
  const { count } = offlineRisk(context.state)
  yield* showMessage('soldOffline', { stan, amount, count, atRisk })
  return { kind: 'sold', outcome: { kind: 'queued', stan } }
}

/**
 * A PIN that the host should check can not be checked now: such a chip sale waits for the host. A stripe proves nothing
 * without the host, so it is off unless the profile takes that risk, with a signature.
 */
function isCardAllowed({ offlineEntries }: TerminalProfile, { card, chip }: TransactionPlan): boolean {
  // One that was tapped and asked for the host can not be asked again: it is gone.
  if (card.entry === 'contactless') {
    return offlineEntries.includes('contactless') && chip?.approvedOffline === true
  }
  if (card.entry === 'chip') return offlineEntries.includes('chip') && chip?.pinBlock === undefined
  return card.entry === 'stripe' && offlineEntries.includes('stripe')
}

/** Whether a sale by tap may be approved by the card itself: then the host is not asked at all. */
export function* mayApproveOffline(
  context: TerminalContext,
  { type, amountMinor }: Pick<TransactionRequest, 'type' | 'amountMinor'>,
): Flow<boolean> {
  const profile = activeProfile(context)
  const isOn = profile.offlineSales && profile.offlineEntries.includes('contactless') && type === 'sale'
  if (!isOn) return false
  const { localTime } = yield* now()
  return isWithinLimits(profile, offlineRisk(context.state), amountMinor, localTime)
}

function isWithinLimits(
  profile: TerminalProfile,
  { count, amountMinor, since }: OfflineRisk,
  addedMinor: number,
  localTime: LocalDateTime,
): boolean {
  // The host may have set the clock back: only the distance counts.
  const waitedSeconds = since === undefined ? 0 : Math.abs(secondsBetween(since, localTime))
  return (
    addedMinor <= profile.offlineFloorMinor &&
    amountMinor + addedMinor <= profile.offlineTotalMinor &&
    count < profile.offlineCountMax &&
    waitedSeconds <= profile.offlineHoursMax * 3600
  )
}

/** Tag 8A, made by the terminal: unable to go online, approved offline. Source: EMV Book 4, annex A6. */
const UNABLE_TO_GO_ONLINE_APPROVED = '8A025933'
/** As above: approved offline by card and terminal. */
const APPROVED_OFFLINE = '8A025931'
/** Upload of an offline sale with the chip's certificate. Source: docs of the UnionPay dialect, 4. */
const CHIP_MTI = '0200'
const CHIP_MESSAGE_TYPE = '36'
const NO_ORIGINAL = '000000'

/** The same sale as the message that will carry it: 0220/30, or 0200/36 with the chip's certificate. */
function offlineRequest(
  profile: TerminalProfile,
  request: TransactionRequest,
  completion: ChipCompletion | undefined,
): TransactionRequest {
  const type = 'offlineSale'
  const { mti, processingCode, conditionCode } = TRANSACTION_KINDS[type]
  const field60 = financialField60(profile, type, request.batch, request.entry)
  const { field55: _f55, reversalField55: _r55, chip: _chip, ...common } = request
  return {
    ...common,
    type,
    processingCode,
    conditionCode,
    // A PIN that went into the request goes nowhere now: the slip is signed instead.
    entryMode: `${request.entryMode.slice(0, 2)}2`,
    verification: completion === undefined ? 'signature' : request.verification,
    ...(completion === undefined
      ? {
          mti,
          field60,
          field61: formatField61({
            batchNumber: NO_ORIGINAL,
            stan: NO_ORIGINAL,
            date: '0000',
            authorisationMode: '00',
            authorisationInstitution: '00000000000',
          }),
          field63: formatField63({ operatorOrOrganisation: profile.refundOrganisation }),
        }
      : {
          mti: CHIP_MTI,
          field60: CHIP_MESSAGE_TYPE + field60.slice(CHIP_MESSAGE_TYPE.length),
          field55:
            completion.uploadField55 +
            (request.entry === 'contactless' ? APPROVED_OFFLINE : UNABLE_TO_GO_ONLINE_APPROVED),
          chip: completion.details,
        }),
  }
}
