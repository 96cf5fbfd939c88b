import { fromHex, toHex } from '../../../base/bytes.ts'
import { ok, type Result } from '../../../base/result.ts'
import type { Flow } from '../../flows/effect.ts'
import { readListedRecords } from '../application-records.ts'
import { badCard } from '../card-channel.ts'
import type { ContactSession } from '../contact-session.ts'
import type { ContactStop } from '../contact-stop.ts'
import type { ContactCard } from '../contact-types.ts'
import { trackParts } from './contactless-initiation.ts'

/** Reads what the card lists, if anything, and tells the card by track 2 and records. Source: EMV Book 3, 10.2; VCPS 2.1. */
export function* readContactlessRecords(session: ContactSession): Flow<Result<ContactCard, ContactStop>> {
  const { card, application } = session
  if ((card.get('94')?.length ?? 0) > 0) {
    const read = yield* readListedRecords(session)
    if (!read.ok) return read
  }
  const track = trackParts(session)
  if (track === undefined) return badCard('records')
  const number = /^(\d+)F*$/.exec(hexOf(card, '5A'))?.[1]
  // A record of another card than the one that signed.
  if (number !== undefined && number !== track.pan) return badCard('records')
  if (number === undefined) card.set('5A', fromHex(track.pan.length % 2 === 0 ? track.pan : `${track.pan}F`))
  const sequence = /^\d{2}$/.exec(hexOf(card, '5F34'))?.[0]
  return ok({
    pan: track.pan,
    panSequence: sequence === undefined ? undefined : `0${sequence}`,
    expiry: track.expiry,
    track2: track.track2,
    serviceCode: track.serviceCode,
    cardholderName: undefined,
    aid: toHex(application.name),
    label: application.label,
    languages: [],
  })
}

function hexOf(card: ReadonlyMap<string, Uint8Array>, tag: string): string {
  return toHex(card.get(tag) ?? new Uint8Array(0))
}
