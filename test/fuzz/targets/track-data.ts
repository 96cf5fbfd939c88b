import { asciiToBytes, bytesToAscii } from '../../../src/base/bytes.ts'
import { truncatePan } from '../../../src/base/exposure.ts'
import { decryptTrack, encryptTrack } from '../../../src/crypto/track-cipher.ts'
import {
  cardPlaintext,
  hasChip,
  isExpired,
  isKeyedPan,
  keyedExpiry,
  parseCardPlaintext,
  stripeCard,
} from '../../../src/terminal/flows/card-data.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'

const KEY = Uint8Array.from({ length: 16 }, (_, index) => index * 3)

/** Two tracks with a zero byte between them, as a head reads them: a card with a number, or none. */
export const target: FuzzTarget = {
  sizeMax: 260,
  seeds: () =>
    [
      '6210948000000029=30122011234567890\0',
      '6210948000000029D30122011234567890\x00996210948000000029=156156',
      '\x00996210948000000029D1561560000000000',
      '4111111111111111=\0',
      '6210948000000029=3012',
    ].map(asciiToBytes),
  run(input) {
    const [track2 = '', track3] = bytesToAscii(input).split('\0')
    const card = stripeCard(track2 === '' ? undefined : track2, track3)
    parseCardPlaintext(track2)
    keyedExpiry(track2)
    isKeyedPan(track2)
    if (card === undefined) return
    must(/^\d{12,19}$/.test(card.pan), 'a card number that is none')
    must(card.track2 === undefined || /^[\dD]{1,37}$/.test(card.track2), 'a track 2 that can not be sent')
    must(card.track3 === undefined || /^[\dD]{1,104}$/.test(card.track3), 'a track 3 that can not be sent')
    must(!truncatePan(card.pan).includes(card.pan), 'a truncated number is whole')
    hasChip(card)
    if (card.expiry !== undefined) isExpired(card.expiry, { year: 2026, month: 11 })
    const again = parseCardPlaintext(cardPlaintext(card))
    must(again?.pan === card.pan && again.expiry === card.expiry, 'the journal changes a card')
    for (const digits of [card.track2, card.track3]) {
      if (digits === undefined) continue
      const sealed = encryptTrack(KEY, digits)
      must(
        sealed.length === Math.max(17, digits.length) && /^[\dA-F]+$/.test(sealed),
        'a sealed track of another form',
      )
      must(decryptTrack(KEY, sealed) === digits, 'a track changes')
    }
  },
}
