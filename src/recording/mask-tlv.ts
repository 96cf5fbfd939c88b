import { fromHex, toHex } from '../base/bytes.ts'
import { decodeTlvs, isConstructed } from '../emv/ber-tlv.ts'
import { type DolItem, dolSize } from '../emv/dol.ts'
import { tagInfo } from '../emv/tags.ts'
import { maskTrack2 } from './mask-track.ts'
import { isPan, type TestCards, testIin } from './test-cards.ts'

/** Same size, and digits of the test card. */
type TagMask = (cards: TestCards, digits: string) => string

/** Objects that name the card, by tag. */
const NAMING: Readonly<Record<string, TagMask>> = {
  '42': (_cards, iin) => testIin(iin),
  '57': maskTrack2,
  '5A': (cards, pan) => (isPan(pan) ? cards.panFor(pan) : '0'.repeat(pan.length)),
  '5F24': (cards, date) => (/^\d{6}$/.test(date) ? cards.expiryFor(date) : '0'.repeat(date.length)),
}

/**
 * Objects that may be shown, but that are a MAC, a signature or a certificate, or are of one card alone. A recording
 * leaves the room where they are shown, so here is zero.
 */
const FILLED: ReadonlySet<string> = new Set([
  ...['9F26', '91', '90', '93', '9F45', '9F46', '9F48', '9F4B', '9F2D', '9F2F', 'DF32'],
  // Track 2 in one scheme, a limit in another.
  '9F6B',
])

/** Masks BER-TLV objects where they stand; sizes stay. False when the bytes are none: they may hold anything. */
export function maskTlvs(cards: TestCards, bytes: Uint8Array, masked: (tag: string) => void): boolean {
  const decoded = decodeTlvs(bytes)
  if (!decoded.ok) return false
  for (const { tag, value } of decoded.value) {
    const isTemplate = isConstructed(tag) && tagInfo(tag)?.format === 'var'
    if (isTemplate && maskTlvs(cards, value, masked)) continue
    maskValue(cards, tag, value, masked, isTemplate)
  }
  return true
}

/** Masks the values that a data object list asks for. False when the sizes do not agree. */
export function maskDolValues(cards: TestCards, items: readonly DolItem[], data: Uint8Array): boolean {
  if (dolSize(items) !== data.length) return false
  let at = 0
  for (const { tag, size } of items) {
    maskValue(cards, tag, data.subarray(at, at + size), () => {}, isConstructed(tag))
    at += size
  }
  return true
}

function maskValue(
  cards: TestCards,
  tag: string,
  value: Uint8Array,
  masked: (tag: string) => void,
  isUnreadable: boolean,
): void {
  if (value.length === 0) return
  const naming = NAMING[tag]
  const mayStay = tagInfo(tag)?.exposure === 'clear' && !FILLED.has(tag) && !isUnreadable
  if (naming === undefined && mayStay) return
  masked(tag)
  if (naming === undefined) value.fill(0)
  else value.set(fromHex(maskDigits(cards, naming, toHex(value))))
}

/** Packed digits with F behind them. */
function maskDigits(cards: TestCards, mask: TagMask, hex: string): string {
  const digits = hex.replace(/F+$/, '')
  return mask(cards, digits).padEnd(hex.length, 'F').slice(0, hex.length)
}
