import { concatBytes, fromHex, toHex } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'
import type { EmvCipher } from './emv-cipher.ts'

/** How an issuer makes card keys. B differs from A only for card numbers of more than 16 digits. */
export type MasterKeyOption = 'A' | 'B'

/**
 * ICC master key, 16 bytes with odd parity, of an issuer master key of 16 bytes.
 * `pan`: 12 to 19 digits; `panSequence`: two digits, 00 when the card has none.
 *
 * Source: EMV Book 2, A1.4.1 and A1.4.2.
 */
export function deriveMasterKey(
  cipher: EmvCipher,
  issuerMasterKey: Uint8Array,
  pan: string,
  panSequence: string,
  option: MasterKeyOption,
): Uint8Array {
  invariant(issuerMasterKey.length === 16, `issuer master key of ${issuerMasterKey.length} bytes`)
  const digits = pan + panSequence
  const y =
    option === 'B' && pan.length > 16
      ? decimalise(toHex(cipher.sha1(fromHex(digits.length % 2 === 0 ? digits : `0${digits}`))))
      : digits.slice(-16).padStart(16, '0')
  const left = fromHex(y)
  return withOddParity(cipher.tdesEncrypt(issuerMasterKey, concatBytes([left, inverted(left)])))
}

/** The first 16 decimal digits of `hash`; then, if there are too few, its letters as A = 0 to F = 5. */
function decimalise(hash: string): string {
  const digits = hash.replace(/[A-F]/g, '')
  const letters = hash.replace(/\d/g, '')
  const mapped = Array.from(letters, (letter) => String(letter.charCodeAt(0) - 65)).join('')
  return (digits + mapped).slice(0, 16)
}

/** EMV common session key, 16 bytes with odd parity. `diversifier`: 8 bytes. Source: EMV Book 2, A1.3.1. */
export function deriveCommonSessionKey(
  cipher: EmvCipher,
  masterKey: Uint8Array,
  diversifier: Uint8Array,
): Uint8Array {
  invariant(diversifier.length === 8, `diversifier of ${diversifier.length} bytes`)
  const both = new Uint8Array(16)
  both.set(diversifier)
  both.set(diversifier, 8)
  both[2] = 0xf0
  both[10] = 0x0f
  return withOddParity(cipher.tdesEncrypt(masterKey, both))
}

/** Mastercard proprietary SKD: the common derivation of ATC, two zeros and the unpredictable number. */
export function deriveMastercardSessionKey(
  cipher: EmvCipher,
  masterKey: Uint8Array,
  atc: Uint8Array,
  unpredictableNumber: Uint8Array,
): Uint8Array {
  return deriveCommonSessionKey(cipher, masterKey, concatBytes([atc, new Uint8Array(2), unpredictableNumber]))
}

/**
 * PBOC session key: both halves are the encrypted counter and its complement. 16 bytes, parity as it
 * comes.
 *
 * Source: JR/T 0025.7, session key derivation.
 */
export function derivePbocSessionKey(cipher: EmvCipher, masterKey: Uint8Array, atc: Uint8Array): Uint8Array {
  const counters = new Uint8Array(16)
  counters.set(atc, 6)
  counters.set(inverted(atc), 14)
  return cipher.tdesEncrypt(masterKey, counters)
}

/** Visa secure messaging key: the counter, and its complement, XORed into the halves. Source: Visa VIS 1.5, D.7. */
export function deriveVisaScriptKey(masterKey: Uint8Array, atc: Uint8Array): Uint8Array {
  const key = Uint8Array.from(masterKey)
  for (let index = 0; index < 2; index++) {
    const byte = atc[index] ?? 0
    key[6 + index] = (key[6 + index] ?? 0) ^ byte
    key[14 + index] = (key[14 + index] ?? 0) ^ (byte ^ 0xff)
  }
  return key
}

function inverted(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length)
  for (let index = 0; index < bytes.length; index++) result[index] = (bytes[index] as number) ^ 0xff
  return result
}

/** Each value of a byte with its last bit set so that the number of ones is odd. */
const ODD_PARITY = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0
  for (let bits = byte >> 1; bits > 0; bits >>= 1) ones += bits & 1
  return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0)
})

/** Each byte with an odd number of ones, by its last bit. Changes no DES result. */
export function withOddParity(key: Uint8Array): Uint8Array {
  const odd = new Uint8Array(key.length)
  for (let index = 0; index < key.length; index++) odd[index] = ODD_PARITY[key[index] as number] as number
  return odd
}
