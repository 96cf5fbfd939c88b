import { toHex } from '../../base/bytes.ts'
import { unreachable } from '../../base/invariant.ts'
import { err, ok } from '../../base/result.ts'
import { completeContact } from '../kernel/completion.ts'
import { readContactCard, startContact } from '../kernel/contact.ts'
import type { ContactStop } from '../kernel/contact-stop.ts'
import type { ContactCard, ContactEnd, ContactOnline, ContactResults } from '../kernel/contact-types.ts'
import type { EmvTransaction } from '../kernel/emv-transaction.ts'
import { defaultKernelConfig, type KernelConfig, WITHOUT_COMBINED } from '../kernel/kernel-config.ts'
import type { CardData } from './card-data.ts'
import type { CardInHand, CardPurpose } from './card-in-hand.ts'
import type { ChipCompletion, ChipHostAnswer, ChipSession } from './chip-session.ts'
import { chooseCurrency, offersConversion } from './currency-choice.ts'
import { applicationsInForce, caKeysInForce, isBlacklisted } from './downloads-in-force.ts'
import { append, type Flow, now } from './effect.ts'
import { concludePadTrouble } from './pad-services.ts'
import { amountText, showMessage } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type ChipServices, type TerminalContext } from './terminal-context.ts'
import type { CardholderVerification, ChipDetails, ConversionChoice } from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'
import { TRANSACTION_KINDS } from './transaction-kind.ts'
import type { TransactionType } from './transaction-type.ts'

/** `unreadable`: the chip gave nothing to work with, and the stripe may be tried. */
export type ChipStart =
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'done'; readonly step: Step<CardInHand> }

/** Kinds whose message has the card's cryptogram; the others need only its number. */
export const WITH_CRYPTOGRAM: readonly TransactionType[] = ['sale', 'preAuthorisation', 'balance']

/** Takes a powered chip card up to its first cryptogram, or reads its number where that is all that is wanted. */
export function* startChip(context: TerminalContext, purpose: CardPurpose): Flow<ChipStart> {
  const { chip } = context
  if (chip === undefined) return { kind: 'unreadable' }
  yield* showMessage('readingChip')
  const profile = activeProfile(context)
  const currency = purpose.currency ?? profile.currency
  const config = kernelConfig(context, { ...profile, currency }, chip)
  const asked: { conversion?: ConversionChoice } = {}
  const transaction = {
    ...(yield* describeTransaction(context, currency, purpose)),
    ...(offersConversion(context, purpose) ? { afterReading: askForCurrency(context, purpose, asked) } : {}),
  }
  if (!WITH_CRYPTOGRAM.includes(purpose.type)) return yield* readNumber(config, transaction)
  const start = yield* startContact(config, transaction)
  switch (start.kind) {
    case 'fallback':
      return { kind: 'unreadable' }
    case 'ended':
      return { kind: 'done', step: ended(yield* concludeStop(start.reason)) }
    case 'offlineDeclined':
      return { kind: 'done', step: ended(yield* refuse('cardRefused')) }
    case 'offlineApproved':
      // Each transaction is forced online, so a card that approves by itself was not asked to.
      return { kind: 'done', step: ended(yield* refuse('cardRefused', 'offline approval')) }
    case 'online':
      return {
        kind: 'done',
        step: { ok: true, value: { card: chipCard(start.card), chip: sessionOf(start), ...asked } },
      }
    default:
      return unreachable(start)
  }
}

/** The choice comes before the PIN, so that the PIN pad shows what the cardholder agrees to. */
function askForCurrency(
  context: TerminalContext,
  { amountMinor }: CardPurpose,
  asked: { conversion?: ConversionChoice },
): NonNullable<EmvTransaction['afterReading']> {
  return function* ({ pan }, data) {
    // It is refused once it is read.
    if (isBlacklisted(context, pan)) return ok(undefined)
    const digits = (tag: string): string | undefined => data(tag)?.slice(-3)
    const money = { applicationCurrency: digits('9F42'), issuerCountry: digits('5F28') }
    const choice = yield* chooseCurrency(context, { pan, ...money }, amountMinor)
    if (choice.kind === 'cancelled') return err({ kind: 'cancelled' })
    const { conversion } = choice
    if (conversion === undefined) return ok(undefined)
    asked.conversion = conversion
    return ok(amountText(conversion.amountMinor, conversion.currency))
  }
}

/** What the kernels are told of this terminal. */
export function kernelConfig(
  context: TerminalContext,
  profile: TerminalProfile,
  chip: ChipServices,
): KernelConfig {
  const { sha1 } = chip
  const identity = {
    country: profile.country,
    currency: profile.currency,
    terminalId: profile.terminalId,
    merchantId: profile.merchantId,
    merchantName: profile.merchantNameEn,
    interfaceDeviceSerial: profile.serialNumber.slice(0, 8),
  }
  return {
    ...defaultKernelConfig(identity, sha1, caKeysInForce(context, chip)),
    ...applicationsInForce(context, profile),
    ...(chip.withoutCombined === true ? { terminalCapabilities: WITHOUT_COMBINED } : {}),
    isOnExceptionFile: (pan) => isBlacklisted(context, pan),
    pinLengthMin: profile.pinLengthMin,
    pinLengthMax: profile.pinLengthMax,
    pinTimeoutMs: profile.pinTimeoutMs,
    askTimeoutMs: profile.operatorTimeoutMs,
  }
}

/** The transaction as a kernel sees it, now. */
export function* describeTransaction(
  context: TerminalContext,
  currency: string,
  { type, amountMinor }: CardPurpose,
): Flow<EmvTransaction> {
  const { localTime } = yield* now()
  const { pinBypassAllowed } = activeProfile(context)
  return {
    transactionType: TRANSACTION_KINDS[type].processingCode.slice(0, 2),
    amountMinor,
    localTime,
    sequence: context.state.nextStan,
    amountText: type === 'balance' ? undefined : amountText(amountMinor, currency),
    pinBypassAllowed,
    forceOnline: true,
  }
}

function* readNumber(config: KernelConfig, transaction: EmvTransaction): Flow<ChipStart> {
  const reading = yield* readContactCard(config, transaction)
  switch (reading.kind) {
    case 'fallback':
      return { kind: 'unreadable' }
    case 'ended':
      return { kind: 'done', step: ended(yield* concludeStop(reading.reason)) }
    case 'read':
      return { kind: 'done', step: { ok: true, value: { card: chipCard(reading.card) } } }
    default:
      return unreachable(reading)
  }
}

function chipCard(card: ContactCard): CardData {
  return {
    entry: 'chip',
    pan: card.pan,
    expiry: card.expiry,
    ...(card.panSequence === undefined ? {} : { panSequence: card.panSequence }),
    ...(card.track2 === undefined ? {} : { track2: card.track2 }),
  }
}

function sessionOf(start: ContactOnline): ChipSession {
  return {
    field55: toHex(start.field55),
    reversalField55: toHex(start.reversalField55),
    details: chipDetails(start.results),
    verification: verificationOf(start),
    ...(start.pinBlock === undefined ? {} : { pinBlock: start.pinBlock }),
    *complete(answer) {
      return yield* completeChip(start, answer)
    },
  }
}

function verificationOf({ pinBlock, signature }: ContactOnline): CardholderVerification {
  if (pinBlock === undefined) return signature ? 'signature' : 'none'
  return signature ? 'pinAndSignature' : 'pin'
}

function* completeChip(start: ContactOnline, answer: ChipHostAnswer | undefined): Flow<ChipCompletion> {
  yield* showMessage('completingChip')
  const end = yield* completeContact(
    start.session,
    answer === undefined ? { kind: 'unable' } : { kind: 'answered', field55: undefined, ...answer },
  )
  return {
    accepted: end.kind === 'approved',
    details: chipDetails(end.results),
    uploadField55: toHex(end.uploadField55),
    reversalField55: toHex(end.reversalField55),
    ...(end.scriptField55 === undefined ? {} : { scriptField55: toHex(end.scriptField55) }),
    ...failureOf(end),
  }
}

function failureOf(end: ContactEnd): { readonly failure?: '00' | '01' } {
  if (!end.reversalNeeded) return {}
  return { failure: end.failure === 'issuerAuthenticationFailed' ? '01' : '00' }
}

/** What journal and slip keep of a chip. */
export function chipDetails(results: ContactResults): ChipDetails {
  return {
    aid: results.aid,
    label: results.label,
    terminalVerificationResults: toHex(results.terminalVerificationResults),
    transactionStatusInformation: toHex(results.transactionStatusInformation),
    applicationTransactionCounter: toHex(results.applicationTransactionCounter),
    cryptogram: toHex(results.cryptogram),
    cryptogramKind: results.cryptogramKind,
  }
}

/** The card ended before it made a cryptogram: nothing is owed. */
export function* concludeStop(stop: ContactStop): Flow<CommandOutcome> {
  switch (stop.kind) {
    case 'cancelled':
    case 'timeout':
      yield* showMessage('cancelled')
      return { kind: 'cancelled' }
    case 'cardRemoved':
      yield* showMessage('cardRemovedEarly')
      return { kind: 'refused', reason: 'cardNotReadable', detail: 'card removed' }
    case 'deviceTrouble': {
      const { device, trouble } = stop
      return yield* concludePadTrouble(
        trouble === 'missing' ? { kind: 'missing', device } : { kind: 'fault', device, reason: 'chip' },
      )
    }
    case 'keyMissing':
      yield* append({ kind: 'signInRequired', code: 'keyMissing' })
      yield* showMessage('keyMissing')
      return { kind: 'failed', reason: 'keyMissing', detail: 'pinKey' }
    case 'noCommonApplication':
    case 'applicationBlocked':
    case 'cardBlocked':
      return yield* refuse('cardRefused', stop.kind)
    case 'badCard':
      return yield* refuse('cardNotReadable', stop.step)
    default:
      return unreachable(stop)
  }
}
