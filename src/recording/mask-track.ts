import { isPan, type TestCards } from './test-cards.ts'

/** Track 2 with `D` or `=`: number, expiry and service code as of the test card, all else zeros. Source: ISO/IEC 7813. */
export function maskTrack2(cards: TestCards, track: string): string {
  const match = /^(\d{12,19})([D=])(\d{4})?(\d{3})?(.*)$/s.exec(track)
  if (match === null) return '0'.repeat(track.length)
  const [, pan = '', separator = '', expiry, service = '', rest = ''] = match
  const date = expiry === undefined ? '' : cards.expiryFor(expiry)
  return cards.panFor(pan) + separator + date + service + '0'.repeat(rest.length)
}

/** Track 1: number, a name of X, expiry and service code; all else zeros. Source: ISO/IEC 7813. */
export function maskTrack1(cards: TestCards, track: string): string {
  const match = /^B(\d{12,19})\^([^^]*)\^(\d{4})?(\d{3})?(.*)$/s.exec(track)
  if (match === null) return '0'.repeat(track.length)
  const [, pan = '', name = '', expiry, service = '', rest = ''] = match
  const date = expiry === undefined ? '' : cards.expiryFor(expiry)
  return `B${cards.panFor(pan)}^${'X'.repeat(name.length)}^${date}${service}${'0'.repeat(rest.length)}`
}

/** Track 3: format code and number; separators stay, all else zeros. Source: ISO/IEC 4909. */
export function maskTrack3(cards: TestCards, track: string): string {
  const match = /^(\d{2})(\d{12,19})([D=])(.*)$/s.exec(track)
  if (match === null) return '0'.repeat(track.length)
  const [, format = '', pan = '', separator = '', rest = ''] = match
  return format + cards.panFor(pan) + separator + rest.replace(/[^D=]/g, '0')
}

/** What a PIN pad protects for the journal: number, `=`, expiry. Undefined for anything else. */
export function maskStoredCard(cards: TestCards, text: string): string | undefined {
  const match = /^(\d{0,19})=(\d{4})?$/.exec(text)
  if (match === null) return undefined
  const [, pan = '', expiry] = match
  if (pan !== '' && !isPan(pan)) return undefined
  return `${pan === '' ? '' : cards.panFor(pan)}=${expiry === undefined ? '' : cards.expiryFor(expiry)}`
}
