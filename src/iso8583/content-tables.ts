/** Two bytes as four hexadecimal digits, by their 16-bit number. */
export const HEX_OF_PAIR: readonly string[] = Array.from({ length: 65_536 }, (_, pair) =>
  pair.toString(16).toUpperCase().padStart(4, '0'),
)

/** One byte as two hexadecimal digits. */
export const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
)

/** 1 for each byte whose two nibbles are decimal digits. */
export const IS_DIGIT_BYTE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >> 4 <= 9 && (byte & 15) <= 9 ? 1 : 0,
)

/** 1 for each pair of bytes whose four nibbles are decimal digits. */
export const IS_DIGIT_PAIR: Uint8Array = Uint8Array.from({ length: 65_536 }, (_, pair) =>
  IS_DIGIT_BYTE[pair >> 8] === 1 && IS_DIGIT_BYTE[pair & 255] === 1 ? 1 : 0,
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
