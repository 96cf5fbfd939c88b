import { toHex } from '../../../base/bytes.ts'
import type { Exposure } from '../../../base/exposure.ts'

const HIDDEN = '•'
const SHOWN_FIRST = 6
const SHOWN_LAST = 4

/** Bytes as two characters each; what may not be shown is `•`. `digitCount`: digits of a card number in them. */
export function maskBytes(exposure: Exposure, bytes: Uint8Array, digitCount: number): readonly string[] {
  const pairs = Array.from(bytes, (byte) => toHex(Uint8Array.of(byte)))
  if (exposure === 'clear') return pairs
  if (exposure === 'never') return pairs.map(() => HIDDEN + HIDDEN)
  const isPacked = bytes.length < digitCount
  return isPacked ? maskPacked(pairs.join(''), digitCount) : maskCharacters(pairs)
}

/** A byte a digit. */
function maskCharacters(pairs: readonly string[]): readonly string[] {
  const isShown = (index: number): boolean => index < SHOWN_FIRST || index >= pairs.length - SHOWN_LAST
  return pairs.map((pair, index) => (isShown(index) ? pair : HIDDEN + HIDDEN))
}

/** Two digits a byte. A filler at either end counts as a digit, so that never more is shown than may be. */
function maskPacked(digits: string, digitCount: number): readonly string[] {
  const last = SHOWN_LAST - (digits.length - digitCount)
  const shown = [...digits].map((digit, index) =>
    index < SHOWN_FIRST || index >= digits.length - last ? digit : HIDDEN,
  )
  return Array.from({ length: digits.length / 2 }, (_, index) => `${shown[2 * index]}${shown[2 * index + 1]}`)
}
