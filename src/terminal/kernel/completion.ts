import { asciiToBytes, concatBytes } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import { externalAuthenticateCommand, SW } from '../../emv/apdu.ts'
import { decodeTlvs, type Tlv } from '../../emv/ber-tlv.ts'
import { parseDol } from '../../emv/dol.ts'
import { AIP, hasBit, setBit, TSI, TVR } from '../../emv/results.ts'
import type { Flow } from '../flows/effect.ts'
import { analyseDefault } from './action-analysis.ts'
import { exchange } from './card-channel.ts'
import { resultsOf } from './contact-results.ts'
import type { ContactSession } from './contact-session.ts'
import type { ContactStop } from './contact-stop.ts'
import type { CompletionFailure, ContactEnd, OnlineAnswer } from './contact-types.ts'
import { buildField55 } from './field-55.ts'
import { generateCryptogram } from './generate-ac.ts'
import { runScripts } from './issuer-scripts.ts'

/** What the host's field 55 held for the card. */
interface IssuerData {
  readonly authenticationData: Uint8Array | undefined
  readonly responseCode: Uint8Array | undefined
  readonly scriptsBefore: readonly Uint8Array[]
  readonly scriptsAfter: readonly Uint8Array[]
}

type Verdict = Pick<ContactEnd, 'kind' | 'failure'>

/**
 * The rest of a transaction that went online: issuer authentication, scripts, second cryptogram. Once a session.
 *
 * Source: EMV Book 3, 10.8 to 10.11.
 */
export function* completeContact(session: ContactSession, online: OnlineAnswer): Flow<ContactEnd> {
  invariant(!session.isCompleted, 'a chip transaction is completed twice')
  session.isCompleted = true
  if (online.kind === 'unable') return yield* completeWithoutAnswer(session)
  const issuer = readIssuerData(online.field55)
  const fallbackCode = asciiToBytes(online.authorisationResponseCode ?? online.responseCode)
  session.host.set('8A', issuer.responseCode ?? fallbackCode)
  if (issuer.authenticationData !== undefined) session.host.set('91', issuer.authenticationData)

  const authenticationStop = yield* authenticateIssuer(session, issuer.authenticationData)
  if (authenticationStop !== undefined) return conclude(session, online.approved, stopped(authenticationStop))
  const before = yield* runScripts(session, issuer.scriptsBefore, 'before')
  noteScripts(session, before.results)
  if (before.stop !== undefined) return conclude(session, online.approved, stopped(before.stop))
  const verdict = yield* secondCryptogram(session, online.approved)
  if (verdict.kind === 'ended') return conclude(session, online.approved, verdict)
  const after = yield* runScripts(session, issuer.scriptsAfter, 'after')
  noteScripts(session, after.results)
  return conclude(session, online.approved, verdict)
}

/** Default action codes decide. Source: EMV Book 3, 10.7; EMV Book 4, annex A6 for Y3 and Z3. */
function* completeWithoutAnswer(session: ContactSession): Flow<ContactEnd> {
  const requested = analyseDefault(session)
  session.host.set('8A', asciiToBytes(requested === 'TC' ? 'Y3' : 'Z3'))
  return conclude(session, false, yield* secondCryptogram(session, requested === 'TC'))
}

function* secondCryptogram(session: ContactSession, approve: boolean): Flow<Verdict> {
  const generated = yield* generateCryptogram(session, 'second', approve ? 'TC' : 'AAC')
  if (!generated.ok) return stopped(generated.error)
  const { cryptogram, isAuthentic } = generated.value
  if (cryptogram.kind === 'TC' && isAuthentic) return { kind: 'approved', failure: undefined }
  if (!approve) return { kind: 'declined', failure: undefined }
  const issuerFailed = hasBit(session.tvr, TVR.issuerAuthenticationFailed)
  return { kind: 'declined', failure: issuerFailed ? 'issuerAuthenticationFailed' : 'cardDeclined' }
}

const FAILURES: Readonly<Partial<Record<ContactStop['kind'], CompletionFailure>>> = {
  cardRemoved: 'cardRemoved',
  deviceTrouble: 'deviceTrouble',
}

function stopped(stop: ContactStop): Verdict {
  return { kind: 'ended', failure: FAILURES[stop.kind] ?? 'badCard' }
}

function conclude(session: ContactSession, hostApproved: boolean, verdict: Verdict): ContactEnd {
  const scriptResults = session.host.get('DF31') ?? new Uint8Array(0)
  return {
    kind: verdict.kind,
    failure: hostApproved || verdict.kind === 'ended' ? verdict.failure : undefined,
    reversalNeeded: hostApproved && verdict.kind !== 'approved',
    results: resultsOf(session),
    scriptResults,
    uploadField55: buildField55(session, 'sale'),
    reversalField55: buildField55(session, 'reversal'),
    scriptField55: scriptResults.length > 0 ? buildField55(session, 'scriptResult') : undefined,
  }
}

/** What can't be read counts as not sent. */
function readIssuerData(field55: Uint8Array | undefined): IssuerData {
  const decoded = field55 === undefined ? undefined : decodeTlvs(Uint8Array.from(field55))
  const objects: readonly Tlv[] = decoded?.ok === true ? decoded.value : []
  const all = (tag: string) => objects.filter((object) => object.tag === tag).map(({ value }) => value)
  return {
    authenticationData: all('91')[0],
    responseCode: all('8A').find((value) => value.length === 2),
    scriptsBefore: all('71'),
    scriptsAfter: all('72'),
  }
}

/** Source: EMV Book 3, 10.9. Cards whose CDOL2 asks for tag 91 check it with the second cryptogram instead. */
function* authenticateIssuer(
  session: ContactSession,
  data: Uint8Array | undefined,
): Flow<ContactStop | undefined> {
  const isWanted = hasBit(session.card.get('82') ?? new Uint8Array(2), AIP.issuerAuthentication)
  if (!isWanted || data === undefined || isPartOfSecond(session)) return undefined
  setBit(session.tsi, TSI.issuerAuthenticationPerformed)
  if (data.length < 8 || data.length > 16) {
    setBit(session.tvr, TVR.issuerAuthenticationFailed)
    return undefined
  }
  const answer = yield* exchange(externalAuthenticateCommand(data), 'issuerAuthentication')
  if (!answer.ok) return answer.error
  if (answer.value.status !== SW.ok) setBit(session.tvr, TVR.issuerAuthenticationFailed)
  return undefined
}

function isPartOfSecond({ card }: ContactSession): boolean {
  const list = parseDol(card.get('8D') ?? new Uint8Array(0))
  return list.ok && list.value.some(({ tag }) => tag === '91')
}

function noteScripts(session: ContactSession, results: Uint8Array): void {
  if (results.length === 0) return
  session.host.set('DF31', concatBytes([session.host.get('DF31') ?? new Uint8Array(0), results]))
}
