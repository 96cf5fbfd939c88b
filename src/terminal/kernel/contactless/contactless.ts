import { toHex } from '../../../base/bytes.ts'
import { ok, type Result } from '../../../base/result.ts'
import { encodeTlvs } from '../../../emv/ber-tlv.ts'
import { hasBit } from '../../../emv/results.ts'
import { REVERSAL_TAGS, SALE_TAGS } from '../../../iso8583/subfields/field-55.ts'
import { type Flow, random } from '../../flows/effect.ts'
import { resultsOf } from '../contact-results.ts'
import { ContactSession } from '../contact-session.ts'
import type { ContactStop } from '../contact-stop.ts'
import type { ContactCard } from '../contact-types.ts'
import type { EmvTransaction } from '../emv-transaction.ts'
import type { KernelConfig } from '../kernel-config.ts'
import { initiateContactless } from './contactless-initiation.ts'
import { readContactlessRecords } from './contactless-records.ts'
import { listContactless, selectContactless } from './contactless-selection.ts'
import type { ContactlessOutcome, ContactlessTerms, OtherWayReason } from './contactless-types.ts'
import { authenticateFast } from './fast-authentication.ts'
import { CTQ, proofOf } from './holder-proof.ts'
import { type EntryPoint, preProcess } from './pre-processing.ts'

interface Begun {
  readonly session: ContactSession
  readonly point: EntryPoint
  readonly card: ContactCard
}

/** Tag 9F39: contactless chip. */
const ENTRY_MODE = 0x07

/**
 * One tap, from the card's directory to what the terminal does next. The card is done with when this returns: there is no
 * second cryptogram and no script. Source: EMV Contactless Books A and B; Visa VCPS 2.1 (qVSDC); JR/T 0025.12 (qPBOC).
 */
export function* startContactless(
  config: KernelConfig,
  transaction: EmvTransaction,
  terms: ContactlessTerms,
): Flow<ContactlessOutcome> {
  const points = preProcess(config, transaction, terms)
  if (points.length === 0) return otherWay('limit')
  const begun = yield* begin(config, transaction, points)
  if (!begun.ok) return outcomeOfStop(begun.error)
  return begun.value === undefined ? otherWay('application') : decide(begun.value, terms)
}

function* begin(
  config: KernelConfig,
  transaction: EmvTransaction,
  points: readonly EntryPoint[],
): Flow<Result<Begun | undefined, ContactStop>> {
  const listed = yield* listContactless(config, points)
  if (!listed.ok) return listed
  const unpredictableNumber = yield* random(4)
  for (const each of listed.value) {
    const application = yield* selectContactless(config, each)
    if (!application.ok) return application
    if (application.value === undefined) continue
    const session = new ContactSession(config, transaction, application.value, unpredictableNumber)
    session.entryMode = ENTRY_MODE
    session.host.set('9F66', each.point.qualifiers)
    const initiated = yield* initiateContactless(session)
    if (!initiated.ok) return initiated
    if (initiated.value === 'refused') continue
    const card = yield* readContactlessRecords(session)
    return card.ok ? ok({ session, point: each.point, card: card.value }) : card
  }
  return ok(undefined)
}

function otherWay(reason: OtherWayReason): ContactlessOutcome {
  return { kind: 'otherWay', reason }
}

function outcomeOfStop(stop: ContactStop): ContactlessOutcome {
  if (stop.kind === 'cardRemoved') return { kind: 'presentAgain' }
  return stop.kind === 'badCard' ? otherWay('badCard') : { kind: 'ended', reason: stop }
}

function decide(begun: Begun, terms: ContactlessTerms): ContactlessOutcome {
  const { session, point, card } = begun
  const barred = objectionTo(begun)
  if (barred !== undefined) return barred
  return {
    kind: session.cryptogram?.kind === 'TC' ? 'approved' : 'online',
    card,
    field55: field55(session, SALE_TAGS),
    reversalField55: field55(session, REVERSAL_TAGS),
    results: resultsOf(session),
    proof: proofOf(session, point, terms),
    money: { applicationCurrency: digits(session, '9F42'), issuerCountry: digits(session, '5F28') },
  }
}

/** Three digits of a packed number of two bytes. */
function digits({ card }: ContactSession, tag: string): string | undefined {
  const value = card.get(tag)
  return value?.length === 2 ? toHex(value).slice(-3) : undefined
}

/** Source: VCPS 2.1, terminal decision; a card that approves what had to go online has broken the rules. */
function objectionTo({ session, point, card }: Begun): ContactlessOutcome | undefined {
  const declined: ContactlessOutcome = { kind: 'declined' }
  const authentication = authenticateFast(session)
  switch (session.cryptogram?.kind) {
    case 'ARQC':
      return authentication === 'failed' ? notAuthentic(session, true) : undefined
    case 'TC':
      // Whether an expired card may pay is the issuer's to say; offline nobody would ask it.
      if (point.onlineRequired || isExpired(session, card)) return declined
      return authentication === 'authentic' ? undefined : notAuthentic(session, false)
    default:
      return declined
  }
}

/** The card says beforehand what is to become of it when its signature is wrong. */
function notAuthentic(session: ContactSession, mayGoOnline: boolean): ContactlessOutcome | undefined {
  const asked = session.card.get('9F6C') ?? new Uint8Array(2)
  if (mayGoOnline && hasBit(asked, CTQ.onlineIfNotAuthentic)) return undefined
  return hasBit(asked, CTQ.switchIfNotAuthentic) ? otherWay('authentication') : { kind: 'declined' }
}

function isExpired({ card, transaction }: ContactSession, { expiry }: ContactCard): boolean {
  const { year, month, day } = transaction.localTime
  const today = (year % 100) * 10_000 + month * 100 + day
  const last = /^\d{6}$/.exec(toHex(card.get('5F24') ?? new Uint8Array(0)))?.[0] ?? `${expiry}31`
  return Number(last) < today
}

/** No results of a verification method: this kernel has none to tell. */
function field55(session: ContactSession, tags: readonly string[]): Uint8Array {
  const items: (readonly [string, Uint8Array])[] = []
  for (const tag of tags) {
    const value = tag === '84' ? session.application.name : session.lookup(tag)
    if (value !== undefined && tag !== '9F34') items.push([tag, value])
  }
  return encodeTlvs(items)
}
