/** One byte as two hexadecimal digits. */
export const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
)

/** Character code of the left hexadecimal digit of each byte. */
export const LEFT_CODE: Uint8Array = Uint8Array.from(HEX_OF_BYTE, (hex) => hex.charCodeAt(0))

/** Character code of the right hexadecimal digit of each byte. */
export const RIGHT_CODE: Uint8Array = Uint8Array.from(HEX_OF_BYTE, (hex) => hex.charCodeAt(1))

/** 1 for each byte whose two nibbles are decimal digits. */
export const IS_DIGIT_BYTE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >> 4 <= 9 && (byte & 15) <= 9 ? 1 : 0,
)

/** 1 for each byte of a decimal digit and its padding, zero or F. */
export const IS_LAST_DIGIT: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >> 4 <= 9 && ((byte & 15) === 0 || (byte & 15) === 15) ? 1 : 0,
)

/** Nibble of each character code: 0–9, A–F, a–f, and `=` as D; 255 for every other. */
export const NIBBLE_OF_CODE: Uint8Array = (() => {
  const table = new Uint8Array(256).fill(255)
  for (const [index, digit] of [...'0123456789ABCDEF'].entries()) {
    table[digit.charCodeAt(0)] = index
    table[digit.toLowerCase().charCodeAt(0)] = index
  }
  table['='.charCodeAt(0)] = 13
  return table
})()

/** A number from 0 to 99 as two packed digits: a table is quicker than dividing. */
export const PACKED_OF_NUMBER: Uint8Array = Uint8Array.from(
  { length: 100 },
  (_, number) => (Math.floor(number / 10) << 4) | (number % 10),
)
