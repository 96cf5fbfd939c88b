import { asciiToBytes, concatBytes } from '../../src/base/bytes.ts'
import { invariant } from '../../src/base/invariant.ts'

/** Big-endian unsigned integer of `size` bytes. */
export function uint(value: number, size: 1 | 2 | 4): Uint8Array {
  invariant(Number.isInteger(value) && value >= 0 && value < 256 ** size, `integer beyond ${size} bytes`)
  const bytes = new Uint8Array(size)
  let rest = value
  for (let index = size - 1; index >= 0; index--) {
    bytes[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return bytes
}

/** One size byte, then the bytes; at most 255. */
export function sized(bytes: Uint8Array): Uint8Array {
  return concatBytes([uint(bytes.length, 1), bytes])
}

/** As `sized`, one byte a character. */
export function sizedText(text: string): Uint8Array {
  return sized(asciiToBytes(text))
}
