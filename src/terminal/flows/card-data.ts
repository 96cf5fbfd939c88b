import { isLuhnValid } from '../../base/exposure.ts'
import type { EntryMethod } from './terminal-model.ts'

/** A card as it was read. Lives only while the transaction runs; the journal gets ciphertext. */
export interface CardData {
  readonly entry: EntryMethod
  readonly pan: string
  /** YYMM. */
  readonly expiry?: string
  /** Three digits; stripe only. */
  readonly serviceCode?: string
  /** Three digits, field 23. */
  readonly panSequence?: string
  /** Digits with `D` as the separator, not encrypted. */
  readonly track2?: string
  readonly track3?: string
}

const TRACK_2 = /^(\d{12,19})[=D](\d{4})(\d{3})(\d*)$/
/** Format code, PAN, separator: what UnionPay cards carry. Source: ISO/IEC 4909. */
const TRACK_3 = /^(\d{2})(\d{12,19})[=D]/
const TRACK_2_SIZE_MAX = 37
const TRACK_3_SIZE_MAX = 104

/** Card data of a swipe, or undefined when neither track 2 nor track 3 holds a card number. */
export function stripeCard(track2: string | undefined, track3: string | undefined): CardData | undefined {
  const third = usableTrack3(track3)
  if (track2 !== undefined && track2.length <= TRACK_2_SIZE_MAX) {
    const match = TRACK_2.exec(track2)
    if (match !== null) {
      const [, pan = '', expiry = '', serviceCode = ''] = match
      return { entry: 'stripe', pan, expiry, serviceCode, track2: asSent(track2), ...third }
    }
  }
  const pan = track3 === undefined ? undefined : TRACK_3.exec(track3)?.[2]
  return pan === undefined || third.track3 === undefined ? undefined : { entry: 'stripe', pan, ...third }
}

function usableTrack3(track3: string | undefined): { readonly track3?: string } {
  const usable = track3 !== undefined && track3.length <= TRACK_3_SIZE_MAX && /^[\d=D]+$/.test(track3)
  return usable ? { track3: asSent(track3) } : {}
}

function asSent(track: string): string {
  return track.replaceAll('=', 'D')
}

/** Whether the stripe says that the card has a chip: service code 2xx or 6xx. Source: ISO/IEC 7813. */
export function hasChip(card: CardData): boolean {
  return /^[26]/.test(card.serviceCode ?? '')
}

/** A card number as it may be keyed: 13 to 19 digits with a right check digit. */
export function isKeyedPan(text: string): boolean {
  return /^\d{13,19}$/.test(text) && isLuhnValid(text)
}

/** `MMYY` as printed on the card to YYMM, or undefined when it is no month. */
export function keyedExpiry(text: string): string | undefined {
  const match = /^(0[1-9]|1[0-2])(\d{2})$/.exec(text)
  return match === null ? undefined : `${match[2]}${match[1]}`
}

/** Whether the last day of `expiry` (YYMM) lies before the given month; years count as 2000 to 2099. */
export function isExpired(expiry: string, today: { readonly year: number; readonly month: number }): boolean {
  const year = 2000 + Number(expiry.slice(0, 2))
  return year < today.year || (year === today.year && Number(expiry.slice(2)) < today.month)
}

/** What the PIN pad protects for the journal. */
export function cardPlaintext(card: { readonly pan: string; readonly expiry?: string }): string {
  return `${card.pan}=${card.expiry ?? ''}`
}

/** Undoes `cardPlaintext`; undefined when the text is something else. */
export function parseCardPlaintext(
  text: string,
): { readonly pan: string; readonly expiry?: string } | undefined {
  const match = /^(\d{0,19})=(\d{4})?$/.exec(text)
  if (match === null) return undefined
  const [, pan = '', expiry] = match
  return expiry === undefined ? { pan } : { pan, expiry }
}
