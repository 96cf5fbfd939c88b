import { toHex } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type Flow, random } from '../flows/effect.ts'
import { analyseActions } from './action-analysis.ts'
import { initiateApplication } from './application-initiation.ts'
import { readRecords } from './application-records.ts'
import { beginSelection, selectNext } from './application-selection.ts'
import { verifyCardholder } from './cardholder-verification.ts'
import { resultsOf } from './contact-results.ts'
import { ContactSession } from './contact-session.ts'
import type { ContactStop } from './contact-stop.ts'
import type { ContactCard, ContactReading, ContactStart } from './contact-types.ts'
import type { EmvTransaction } from './emv-transaction.ts'
import { buildField55 } from './field-55.ts'
import { generateCryptogram } from './generate-ac.ts'
import type { KernelConfig } from './kernel-config.ts'
import { authenticateOffline } from './offline-authentication.ts'
import { checkRestrictions } from './processing-restrictions.ts'
import { manageRisk } from './risk-management.ts'

/**
 * A contact chip transaction up to its first cryptogram, with a card that is powered and in its slot. The caller
 * releases the card. What the card does wrong, and a card that goes, is a value.
 *
 * Source: EMV Book 3, 8, figure 7.
 */
export function* startContact(config: KernelConfig, transaction: EmvTransaction): Flow<ContactStart> {
  const begun = yield* beginTransaction(config, transaction)
  if (!begun.ok) return asFallback(begun.error) ?? { kind: 'ended', reason: begun.error }
  const { session, card } = begun.value
  const told = yield* tellCard(session, card)
  if (!told.ok) return { kind: 'ended', reason: told.error }
  const authenticated = yield* authenticateOffline(session)
  if (!authenticated.ok) return { kind: 'ended', reason: authenticated.error }
  checkRestrictions(session)
  for (const step of [verifyCardholder, manageRisk]) {
    const done = yield* step(session)
    if (!done.ok) return { kind: 'ended', reason: done.error }
  }
  return yield* decideFirst(session, card)
}

/** Whoever has to do with the cardholder, or wants to stop, is heard before the PIN. */
function* tellCard(session: ContactSession, card: ContactCard): Flow<Result<void, ContactStop>> {
  const { afterReading } = session.transaction
  if (afterReading === undefined) return ok(undefined)
  const value = (tag: string): string | undefined => {
    const bytes = session.card.get(tag)
    return bytes === undefined ? undefined : toHex(bytes)
  }
  const shown = yield* afterReading(card, value)
  if (!shown.ok) return shown
  session.amountText = shown.value ?? session.amountText
  return ok(undefined)
}

/** The card's number and dates, for transactions that need no cryptogram: selection, initiation and records only. */
export function* readContactCard(config: KernelConfig, transaction: EmvTransaction): Flow<ContactReading> {
  const begun = yield* beginTransaction(config, transaction)
  if (!begun.ok) return asFallback(begun.error) ?? { kind: 'ended', reason: begun.error }
  return { kind: 'read', card: begun.value.card }
}

/** A chip that breaks down before it has told its records was of no use: the stripe may be tried. */
function asFallback(
  stop: ContactStop,
): { readonly kind: 'fallback'; readonly step: 'selection' | 'processingOptions' } | undefined {
  if (stop.kind !== 'badCard') return undefined
  const { step } = stop
  return step === 'selection' || step === 'processingOptions' ? { kind: 'fallback', step } : undefined
}

function* beginTransaction(
  config: KernelConfig,
  transaction: EmvTransaction,
): Flow<Result<{ readonly session: ContactSession; readonly card: ContactCard }, ContactStop>> {
  const selection = yield* beginSelection(config)
  if (!selection.ok) return selection
  const unpredictableNumber = yield* random(4)
  for (;;) {
    const application = yield* selectNext(config, selection.value)
    if (!application.ok) return application
    const session = new ContactSession(config, transaction, application.value, unpredictableNumber)
    const initiation = yield* initiateApplication(session)
    if (!initiation.ok) return initiation
    if (initiation.value === 'refused') continue
    const card = yield* readRecords(session)
    return card.ok ? ok({ session, card: card.value }) : err(card.error)
  }
}

function* decideFirst(session: ContactSession, card: ContactCard): Flow<ContactStart> {
  const requested = analyseActions(session)
  const generated = yield* generateCryptogram(session, 'first', requested)
  if (!generated.ok) return { kind: 'ended', reason: generated.error }
  const { cryptogram, isAuthentic } = generated.value
  if (!isAuthentic) return yield* declineUnauthentic(session, card)
  const common = {
    card,
    field55: buildField55(session, 'sale'),
    signature: session.signature,
    results: resultsOf(session),
  }
  if (cryptogram.kind === 'AAC') return { kind: 'offlineDeclined', ...common }
  if (cryptogram.kind === 'TC') return { kind: 'offlineApproved', ...common }
  return {
    kind: 'online',
    ...common,
    reversalField55: buildField55(session, 'reversal'),
    pinBlock: session.pinBlock,
    pinBypassed: session.pinBypassed,
    session,
  }
}

/** A wrong combined signature is never an approval: a card that wants to go online is told AAC. Source: EMV Book 2, 6.6.2. */
function* declineUnauthentic(session: ContactSession, card: ContactCard): Flow<ContactStart> {
  if (session.cryptogram?.kind === 'ARQC') {
    session.host.set('8A', Uint8Array.of(0x5a, 0x31))
    const second = yield* generateCryptogram(session, 'second', 'AAC')
    if (!second.ok) return { kind: 'ended', reason: second.error }
  }
  return {
    kind: 'offlineDeclined',
    card,
    field55: buildField55(session, 'sale'),
    signature: session.signature,
    results: resultsOf(session),
  }
}
