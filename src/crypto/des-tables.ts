/**
 * The tables of DES, prepared for lookups of a whole box at a time.
 * Source: FIPS 46-3, appendix 1; the same in NIST SP 800-67 rev. 2, 2.
 */

/** S1 to S8: a digit for each of four rows of sixteen. */
const S_BOXES = [
  'E4D12FB83A6C59070F74E2D1A6CB953841E8D62BFC973A50FC8249175B3EA06D',
  'F18E6B34972DC05A3D47F28EC01A69B50E7BA4D158C6932FD8A13F42B67C05E9',
  'A09E63F51DC7B428D709346A285ECBF1D6498F30B12C5AE71AD069874FE3B52C',
  '7DE3069A1285BC4FD8B56F03472C1AE9A690CB7DF13E52843F06A1D8945BC72E',
  '2C417AB6853FD0E9EB2C47D150FA3986421BAD78F9C5630EB8C71E2D6F09A453',
  'C1AF92680D34E75BAF427C9561DE0B389EF528C3704A1DB6432C95FABE17608D',
  '4B2EF08D3C975A61D0B7491AE35C2F8614BDC37EAF6805926BD814A7950FE23C',
  'D2846FB1A93E50C71FD8A374C56B0E927B419CE206ADF35821E74A8DFC90356B',
] as const

/** Which bit of the boxes' output stands at each place; bits count from 1 at the left. */
const P = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22,
  11, 4, 25,
] as const

/** Bits of the key in the halves C (28) and D (28). */
const PERMUTED_CHOICE_1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
] as const

/** Bits of C and D in a round key. */
const PERMUTED_CHOICE_2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47,
  55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
] as const

/** How far C and D turn before each round. */
export const KEY_ROTATIONS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1] as const

/** Values of a group of seven bits. */
export const GROUP_VALUES = 128

/**
 * Box and permutation P in one: entry `box * 64 + input` is what that box adds to the round's output, turned left by
 * one bit as the halves are held.
 */
export const BOX_OUTPUTS = Int32Array.from({ length: 512 }, (_, entry) => {
  const input = entry & 63
  const row = ((input >> 4) & 2) | (input & 1)
  const digit = Number.parseInt(S_BOXES[entry >> 6]?.charAt(row * 16 + ((input >> 1) & 15)) ?? '', 16)
  const firstBit = (entry >> 6) * 4 + 1
  let word = 0
  for (const [place, bit] of P.entries()) {
    const inBox = bit - firstBit
    if (inBox >= 0 && inBox < 4 && ((digit >> (3 - inBox)) & 1) === 1) word |= 1 << (31 - place)
  }
  return (word << 1) | (word >>> 31)
})

/**
 * Bits of C and of D that byte `n` of a key sets: entries `n * 128 + (byte >> 1)`, since the last bit of each byte is
 * parity.
 */
export const KEY_LEFT = keyHalf(0)
export const KEY_RIGHT = keyHalf(28)

function keyHalf(first: number): Int32Array {
  return Int32Array.from({ length: 8 * GROUP_VALUES }, (_, entry) => {
    const byteIndex = Math.floor(entry / GROUP_VALUES)
    const value = entry % GROUP_VALUES
    let half = 0
    for (let place = 0; place < 28; place++) {
      const bit = (PERMUTED_CHOICE_1[first + place] ?? 0) - 1
      const isOfByte = bit >> 3 === byteIndex
      if (isOfByte && ((value >> (6 - (bit & 7))) & 1) === 1) half |= 1 << (27 - place)
    }
    return half
  })
}

/**
 * Bits of a round key that a group of seven bits of C and D sets: entries `group * 128 + value`, groups 0 to 3 of C and
 * 4 to 7 of D from the left. `ODD`: the six-bit parts for S1, S3, S5, S7 in the four bytes of a word; `EVEN`: for S2,
 * S4, S6, S8.
 */
export const ROUND_KEY_ODD = roundKeyHalf(0)
export const ROUND_KEY_EVEN = roundKeyHalf(1)

function roundKeyHalf(parity: 0 | 1): Int32Array {
  return Int32Array.from({ length: 8 * GROUP_VALUES }, (_, entry) => {
    const group = Math.floor(entry / GROUP_VALUES)
    const value = entry % GROUP_VALUES
    let word = 0
    for (const [place, position] of PERMUTED_CHOICE_2.entries()) {
      const box = Math.floor(place / 6)
      const bit = position - 1
      if (box % 2 !== parity || Math.floor(bit / 7) !== group) continue
      if (((value >> (6 - (bit % 7))) & 1) === 1) word |= 1 << (24 - (box >> 1) * 8 + 5 - (place % 6))
    }
    return word
  })
}
