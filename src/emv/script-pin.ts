import { concatBytes, fromHex, toHex, xorBytes } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'

/**
 * Clear PIN block of a PIN change script without the current PIN, 8 bytes: length and PIN, padded with F, XORed with
 * four bytes of the card's own cryptogram key. `masterKey`: ICC master key for cryptograms.
 *
 * Source: Visa VIS 1.5, PIN change; JR/T 0025.5, PIN CHANGE/UNBLOCK with P2 = 02.
 */
export function scriptPinBlock(masterKey: Uint8Array, pin: string): Uint8Array {
  invariant(/^\d{4,12}$/.test(pin), 'a PIN is 4 to 12 digits')
  const field = fromHex(`0${pin.length.toString(16)}${pin}`.padEnd(16, 'F'))
  return xorBytes(field, keyPart(masterKey))
}

/** The PIN of such a block; undefined when it holds none. */
export function readScriptPin(masterKey: Uint8Array, block: Uint8Array): string | undefined {
  if (block.length !== 8) return undefined
  const field = toHex(xorBytes(block, keyPart(masterKey)))
  const size = Number.parseInt(field.slice(0, 2), 16)
  const pin = field.slice(2, 2 + size)
  const isRight = size >= 4 && size <= 12 && /^\d+$/.test(pin) && /^F*$/.test(field.slice(2 + size))
  return isRight ? pin : undefined
}

/** Four zeros, then bytes 5 to 8 of the key. */
function keyPart(masterKey: Uint8Array): Uint8Array {
  return concatBytes([new Uint8Array(4), masterKey.subarray(4, 8)])
}
