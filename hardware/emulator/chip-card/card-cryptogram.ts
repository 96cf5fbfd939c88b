import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { invariant } from '../../../src/base/invariant.ts'
import { SW } from '../../../src/emv/apdu.ts'
import { encodeTlv, encodeTlvs } from '../../../src/emv/ber-tlv.ts'
import { dolSize, splitDol } from '../../../src/emv/dol.ts'
import type { CryptogramKind } from '../../../src/emv/results.ts'
import { type CryptogramContext, cryptogramData, schemeCryptogram } from '../../../src/emv/schemes.ts'
import { noteIssuerAuthentication, signDynamic } from './card-authentication.ts'
import type { CardContext } from './card-context.ts'
import { issuerApplicationData, isUnableToGoOnline } from './card-issuer-data.ts'
import { counterBytes, recordList } from './card-objects.ts'
import { respond, respondOk } from './card-response.ts'
import type { CardSession } from './card-session.ts'

const REQUESTS: Readonly<Record<number, CryptogramKind>> = { 0: 'AAC', 64: 'TC', 128: 'ARQC' }
const INFORMATION: Readonly<Record<CryptogramKind, number>> = { AAC: 0x00, TC: 0x40, ARQC: 0x80, AAR: 0xc0 }
const CDA_REQUEST = 0x10

/** GENERATE AC, first or second by the card's state. Source: EMV Book 3, 6.5.5 and 9. */
export function generateAc(
  context: CardContext,
  session: CardSession,
  p1: number,
  data: Uint8Array,
): Uint8Array {
  const requested = REQUESTS[p1 & ~CDA_REQUEST]
  if (requested === undefined) return respond(SW.wrongParameters)
  if (session.phase !== 'initiated' && session.phase !== 'online') return respond(SW.conditionsNotSatisfied)
  const isFirst = session.phase === 'initiated'
  const list = recordList(session.application, isFirst ? '8C' : '8D')
  const values = splitDol(list, data)
  if (values === undefined || dolSize(list) === 0) return respond(SW.wrongLength)
  for (const [tag, value] of values) session.told.set(tag, Uint8Array.from(value))
  const wantsCda = (p1 & CDA_REQUEST) !== 0
  if (isFirst) {
    session.cdol1Data = Uint8Array.from(data)
    return answerFirst(context, session, requested, wantsCda)
  }
  return answerSecond(context, session, requested, wantsCda, data)
}

function answerFirst(
  context: CardContext,
  session: CardSession,
  requested: CryptogramKind,
  wantsCda: boolean,
): Uint8Array {
  const kind = decideFirst(context, session, requested)
  const issuerData = issuerApplicationData(session, kind, undefined)
  const cryptogram = computeCryptogram(context, session, issuerData)
  session.phase = kind === 'ARQC' ? 'online' : 'done'
  if (kind === 'ARQC') session.request = { cryptogram, context: keyContext(session) }
  else noteOffline(session, kind)
  if (context.image.faults?.wrongCryptogram === true) cryptogram[7] = (cryptogram[7] ?? 0) ^ 1
  context.changed()
  return answer(context, session, { kind, cryptogram, issuerData, wantsCda, hashedTail: new Uint8Array(0) })
}

function decideFirst(context: CardContext, session: CardSession, requested: CryptogramKind): CryptogramKind {
  const { faults } = context.image
  if (faults?.declinesFirst === true || session.application.state.blocked) return 'AAC'
  if (requested === 'TC' && !mayStayOffline(session)) return 'ARQC'
  if (requested === 'ARQC' && faults?.raisesCryptogram === true) return 'TC'
  return requested
}

/** The card's own limits. Source: JR/T 0025.5, card risk management. */
function mayStayOffline({ application, told }: CardSession): boolean {
  const { state, offlineCountMax, offlineAmountMaxMinor } = application
  return (
    state.lastOnlineAtc !== 0 &&
    !state.issuerAuthenticationFailed &&
    state.consecutiveOffline < offlineCountMax &&
    state.cumulativeOfflineMinor + amountOf(told) <= offlineAmountMaxMinor
  )
}

/** Tag 9F02 in minor units. */
export function amountOf(told: ReadonlyMap<string, Uint8Array>): number {
  let amount = 0
  for (const byte of told.get('9F02') ?? []) amount = amount * 100 + (byte >> 4) * 10 + (byte & 15)
  return amount
}

/** Counts what the issuer did not decide. */
export function noteOffline({ application, told }: CardSession, kind: CryptogramKind): void {
  const { state } = application
  if (kind === 'TC') {
    state.consecutiveOffline = Math.min(state.consecutiveOffline + 1, 255)
    state.cumulativeOfflineMinor = Math.min(state.cumulativeOfflineMinor + amountOf(told), 999_999_999_999)
  } else {
    state.declinedOffline = true
  }
}

function answerSecond(
  context: CardContext,
  session: CardSession,
  requested: CryptogramKind,
  wantsCda: boolean,
  data: Uint8Array,
): Uint8Array {
  const embedded = session.told.get('91')
  // All zeros: the terminal had nothing to put there.
  if (embedded?.some((byte) => byte !== 0) && session.issuerAuthentication === 'notDone') {
    noteIssuerAuthentication(context, session, trimAuthenticationData(session, embedded))
  }
  const kind = decideSecond(context, session, requested)
  const issuerData = issuerApplicationData(session, 'ARQC', kind)
  const cryptogram = computeCryptogram(context, session, issuerData)
  session.phase = 'done'
  if (isUnableToGoOnline(session)) noteOffline(session, kind)
  else noteOnline(session, kind)
  context.changed()
  return answer(context, session, { kind, cryptogram, issuerData, wantsCda, hashedTail: data })
}

/** A list asks for a fixed size; the scheme's own size counts. */
function trimAuthenticationData({ application }: CardSession, data: Uint8Array): Uint8Array {
  return data.subarray(0, application.scheme === 'visa-cvn18' ? 8 : 10)
}

function decideSecond(context: CardContext, session: CardSession, requested: CryptogramKind): CryptogramKind {
  const { faults } = context.image
  const { needsIssuerAuthentication, state } = session.application
  if (requested !== 'TC' || faults?.declinesSecond === true || state.blocked) return 'AAC'
  if (session.issuerAuthentication === 'wrong') return 'AAC'
  if (isUnableToGoOnline(session)) return mayStayOffline(session) ? 'TC' : 'AAC'
  return session.issuerAuthentication === 'notDone' && needsIssuerAuthentication ? 'AAC' : 'TC'
}

function noteOnline({ application, issuerAuthentication }: CardSession, kind: CryptogramKind): void {
  if (issuerAuthentication !== 'right' && kind !== 'TC') return
  const { state } = application
  state.lastOnlineAtc = state.atc
  state.consecutiveOffline = 0
  state.cumulativeOfflineMinor = 0
  state.declinedOffline = false
  state.scriptCount = 0
  state.scriptFailed = false
}

function keyContext({ application, told }: CardSession): CryptogramContext {
  return {
    applicationTransactionCounter: counterBytes(application.state.atc),
    unpredictableNumber: told.get('9F37') ?? new Uint8Array(4),
  }
}

/** Tag 9F26, 8 bytes. `issuerData`: tag 9F10. */
export function computeCryptogram(
  context: CardContext,
  session: CardSession,
  issuerData: Uint8Array,
): Uint8Array {
  const { application, told } = session
  const own: Readonly<Record<string, Uint8Array>> = {
    '82': fromHex((session.contactless ?? application).interchangeProfile),
    '9F36': counterBytes(application.state.atc),
    '9F10': issuerData,
  }
  const data = cryptogramData(application.scheme, (tag) => own[tag] ?? told.get(tag))
  invariant(data.ok, 'the card lists do not ask for what the scheme signs')
  return schemeCryptogram(
    context.cipher,
    application.scheme,
    fromHex(application.keys.ac),
    keyContext(session),
    data.value,
  )
}

interface Answer {
  readonly kind: CryptogramKind
  readonly cryptogram: Uint8Array
  readonly issuerData: Uint8Array
  readonly wantsCda: boolean
  /** Data of the second command; empty for the first. */
  readonly hashedTail: Uint8Array
}

function answer(context: CardContext, session: CardSession, content: Answer): Uint8Array {
  const { kind, cryptogram, issuerData } = content
  const { application } = session
  const information = Uint8Array.of(INFORMATION[kind])
  const counter = counterBytes(application.state.atc)
  const isCombined = content.wantsCda && kind !== 'AAC' && application.signatureKey !== undefined
  if (isCombined) return respondOk(combinedAnswer(context, session, content, information, counter))
  if (application.responseFormat === '80') {
    return respondOk(encodeTlv('80', concatBytes([information, counter, cryptogram, issuerData])))
  }
  const objects = encodeTlvs([
    ['9F27', information],
    ['9F36', counter],
    ['9F26', cryptogram],
    ['9F10', issuerData],
  ])
  return respondOk(encodeTlv('77', objects))
}

/** CDA: the cryptogram travels inside the signature. Source: EMV Book 2, 6.6.1. */
function combinedAnswer(
  context: CardContext,
  session: CardSession,
  { cryptogram, issuerData, hashedTail }: Answer,
  information: Uint8Array,
  counter: Uint8Array,
): Uint8Array {
  const before = encodeTlvs([
    ['9F27', information],
    ['9F36', counter],
  ])
  const after = encodeTlv('9F10', issuerData)
  const hash = context.cipher.sha1(
    concatBytes([session.pdolData, session.cdol1Data, hashedTail, before, after]),
  )
  const number = context.random.bytes(8)
  const dynamic = concatBytes([Uint8Array.of(number.length), number, information, cryptogram, hash])
  const unpredictable = session.told.get('9F37') ?? new Uint8Array(4)
  const signature = signDynamic(context, session, dynamic, unpredictable)
  return encodeTlv('77', concatBytes([before, encodeTlv('9F4B', signature), after]))
}
