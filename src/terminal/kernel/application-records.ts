import { toHex } from '../../base/bytes.ts'
import { ok, type Result } from '../../base/result.ts'
import { readRecordCommand, SW } from '../../emv/apdu.ts'
import { decodeTlvs } from '../../emv/ber-tlv.ts'
import { parseDol } from '../../emv/dol.ts'
import type { Flow } from '../flows/effect.ts'
import { type FileLocation, parseFileLocator } from './application-initiation.ts'
import { soleTemplate } from './candidate-list.ts'
import { badCard, exchange } from './card-channel.ts'
import type { ContactSession } from './contact-session.ts'
import type { ContactStop } from './contact-stop.ts'
import type { ContactCard } from './contact-types.ts'

/** Files whose records are templates; those above belong to the payment system. */
const TEMPLATE_SFI_MAX = 10
/** Without these no transaction can go on. Source: EMV Book 3, 7.2. */
const MANDATORY = ['5F24', '5A', '8C', '8D'] as const

/** Reads every record of the file locator into the session. Source: EMV Book 3, 10.2. */
export function* readRecords(session: ContactSession): Flow<Result<ContactCard, ContactStop>> {
  const read = yield* readListedRecords(session)
  if (!read.ok) return read
  const card = readCard(session)
  return card === undefined ? badCard('records') : ok(card)
}

/** The records alone, whatever stands in them. */
export function* readListedRecords(session: ContactSession): Flow<Result<void, ContactStop>> {
  const locations = parseFileLocator(session.card.get('94') ?? new Uint8Array(0))
  if (locations === undefined) return badCard('records')
  const seen = new Set<string>()
  for (const location of locations) {
    for (let number = location.first; number <= location.last; number++) {
      const answer = yield* exchange(readRecordCommand(location.sfi, number), 'records')
      if (!answer.ok) return answer
      if (answer.value.status !== SW.ok) return badCard('records')
      // The reader may use its buffer again.
      const data = Uint8Array.from(answer.value.data)
      if (!takeRecord(session, location, number, data, seen)) return badCard('records')
    }
  }
  return ok(undefined)
}

/** False when the record makes the whole card unusable. */
function takeRecord(
  session: ContactSession,
  location: FileLocation,
  number: number,
  data: Uint8Array,
  seen: Set<string>,
): boolean {
  const isTemplate = location.sfi <= TEMPLATE_SFI_MAX
  const content = soleTemplate(data, '70')
  if (number - location.first < location.authenticated) {
    if (isTemplate && content === undefined) session.staticDataMalformed = true
    session.staticRecords.push(isTemplate ? (content ?? data) : data)
  }
  if (content === undefined) return !isTemplate
  const objects = decodeTlvs(content)
  if (!objects.ok) return !isTemplate
  for (const { tag, value } of objects.value) {
    if (seen.has(tag)) return false
    seen.add(tag)
    session.card.set(tag, value)
  }
  return true
}

/** Undefined when a mandatory object is missing or has a wrong form. */
function readCard(session: ContactSession): ContactCard | undefined {
  const { card, application, config } = session
  if (MANDATORY.some((tag) => !card.has(tag))) return undefined
  const pan = /^(\d{8,19})F*$/.exec(hexOf(card, '5A'))?.[1]
  const expiry = /^\d{2}(?:0[1-9]|1[0-2])\d{2}$/.exec(hexOf(card, '5F24'))?.[0]
  if (pan === undefined || expiry === undefined || !areListsRight(card)) return undefined
  const sequence = /^\d{2}$/.exec(hexOf(card, '5F34'))?.[0]
  return {
    pan,
    panSequence: sequence === undefined ? undefined : `0${sequence}`,
    expiry: expiry.slice(0, 4),
    track2: /^(\d{1,19}D\d*)F?$/.exec(hexOf(card, '57'))?.[1],
    serviceCode: /^0(\d{3})$/.exec(hexOf(card, '5F30'))?.[1],
    cardholderName: cardholderName(card.get('5F20')),
    aid: toHex(application.name),
    label: application.label,
    languages: sharedLanguages(card.get('5F2D'), config.languages),
  }
}

function hexOf(card: ReadonlyMap<string, Uint8Array>, tag: string): string {
  return toHex(card.get(tag) ?? new Uint8Array(0))
}

function areListsRight(card: ReadonlyMap<string, Uint8Array>): boolean {
  return ['8C', '8D'].every((tag) => parseDol(card.get(tag) ?? new Uint8Array(0)).ok)
}

function cardholderName(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined
  return String.fromCharCode(...value).trim() || undefined
}

/** The card's languages in its order, of those that the terminal has. Source: EMV Book 4, 11.1. */
function sharedLanguages(
  preference: Uint8Array | undefined,
  languages: readonly string[],
): readonly string[] {
  const wanted =
    String.fromCharCode(...(preference ?? []))
      .toLowerCase()
      .match(/[a-z]{2}/g) ?? []
  return wanted.filter((language) => languages.includes(language))
}
