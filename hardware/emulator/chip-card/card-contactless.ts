import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { encodeTlv, encodeTlvs } from '../../../src/emv/ber-tlv.ts'
import type { CryptogramKind } from '../../../src/emv/results.ts'
import { signDynamic } from './card-authentication.ts'
import type { CardContext } from './card-context.ts'
import { amountOf, computeCryptogram, noteOffline } from './card-cryptogram.ts'
import type { ContactlessImage } from './card-image.ts'
import { issuerApplicationData } from './card-issuer-data.ts'
import { counterBytes } from './card-objects.ts'
import { respondOk } from './card-response.ts'
import type { CardSession } from './card-session.ts'

/** Byte and bit of tag 9F66, what the terminal is and wants. Source: Visa VCPS 2.1; JR/T 0025.12. */
const TERMINAL = {
  onlinePin: [0, 0x04],
  signature: [0, 0x02],
  authenticationOnline: [0, 0x01],
  onlineRequired: [1, 0x80],
  verificationRequired: [1, 0x40],
  deviceVerification: [2, 0x40],
} as const

/** Bits of tag 9F6C. */
const CARD = { onlinePin: 0x80, signature: 0x40, switchIfNotAuthentic: 0x10, deviceVerified: 0x80 } as const
const FDDA_VERSION = 0x01

/**
 * GET PROCESSING OPTIONS in a reader's field: the whole transaction in one answer, cryptogram included; the application is
 * done with it. Source: Visa VCPS 2.1 (qVSDC); JR/T 0025.12 (qPBOC).
 */
export function answerContactless(
  context: CardContext,
  session: CardSession,
  contactless: ContactlessImage,
): Uint8Array {
  const { application } = session
  const kind = decide(context, session)
  const issuerData = issuerApplicationData(session, kind, undefined)
  const cryptogram = computeCryptogram(context, session, issuerData)
  if (context.image.faults?.wrongCryptogram === true) cryptogram[7] = (cryptogram[7] ?? 0) ^ 1
  session.phase = 'done'
  if (kind !== 'ARQC') noteOffline(session, kind)
  context.changed()
  const qualifiers = cardQualifiers(session, contactless)
  const objects: (readonly [string, Uint8Array])[] = [
    ['82', fromHex(contactless.interchangeProfile)],
    ['9F36', counterBytes(application.state.atc)],
    ['57', fromHex(contactless.track2)],
    ['9F10', issuerData],
    ['9F26', cryptogram],
    ['5F34', fromHex(application.panSequence)],
    ['9F6C', qualifiers],
  ]
  if (authenticates(session, contactless, kind)) {
    objects.push(['94', fromHex(contactless.fileLocator)], ...signature(context, session, qualifiers))
  }
  return respondOk(encodeTlv('77', encodeTlvs(objects)))
}

function says({ told }: CardSession, [byte, bit]: readonly [number, number]): boolean {
  return ((told.get('9F66')?.[byte] ?? 0) & bit) !== 0
}

/** Without the terminal's wish to go online the card may sign a sale itself, within its own limits. */
function decide(context: CardContext, session: CardSession): CryptogramKind {
  const { state, offlineCountMax, offlineAmountMaxMinor } = session.application
  const { faults } = context.image
  if (faults?.declinesFirst === true || state.blocked) return 'AAC'
  const isWithinLimits =
    state.consecutiveOffline < offlineCountMax &&
    state.cumulativeOfflineMinor + amountOf(session.told) <= offlineAmountMaxMinor
  if (says(session, TERMINAL.onlineRequired)) return faults?.raisesCryptogram === true ? 'TC' : 'ARQC'
  return isWithinLimits ? 'TC' : 'ARQC'
}

/** Tag 9F6C: which proof of its holder the card wants. */
function cardQualifiers(session: CardSession, { cvm, isDevice }: ContactlessImage): Uint8Array {
  const bytes = Uint8Array.of(CARD.switchIfNotAuthentic, 0)
  if (isDevice && says(session, TERMINAL.deviceVerification)) bytes[1] = CARD.deviceVerified
  else if (says(session, TERMINAL.verificationRequired)) {
    if (cvm === 'pin' && says(session, TERMINAL.onlinePin))
      bytes[0] = CARD.switchIfNotAuthentic | CARD.onlinePin
    else if (cvm !== 'none' && says(session, TERMINAL.signature))
      bytes[0] = CARD.switchIfNotAuthentic | CARD.signature
  }
  return bytes
}

function authenticates(
  session: CardSession,
  { fileLocator }: ContactlessImage,
  kind: CryptogramKind,
): boolean {
  if (session.application.signatureKey === undefined || fileLocator === '' || kind === 'AAC') return false
  return kind === 'TC' || says(session, TERMINAL.authenticationOnline)
}

/** fDDA, version 01: number, amount and currency of the terminal, and what the card says in tag 9F69. */
function signature(
  context: CardContext,
  session: CardSession,
  qualifiers: Uint8Array,
): readonly (readonly [string, Uint8Array])[] {
  const { told, application } = session
  const related = concatBytes([Uint8Array.of(FDDA_VERSION), context.random.bytes(4), qualifiers])
  const counter = counterBytes(application.state.atc)
  const signed = concatBytes([
    ...['9F37', '9F02', '5F2A'].map((tag) => told.get(tag) ?? new Uint8Array(0)),
    related,
  ])
  const dynamic = concatBytes([Uint8Array.of(counter.length), counter])
  return [
    ['9F69', related],
    ['9F4B', signDynamic(context, session, dynamic, signed)],
  ]
}
