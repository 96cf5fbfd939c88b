import type { SeededRandom } from '../../sim/world/seeded-random.ts'
import { packBcd } from '../../src/base/bcd.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { type Codec, compileSpec } from '../../src/iso8583/compile.ts'
import type { Fields, FieldValue, Message } from '../../src/iso8583/message.ts'
import type { DataElementSpec } from '../../src/iso8583/spec.ts'
import { ISO1987_ASCII } from '../../src/iso8583/specs/iso1987-ascii.ts'
import { ISO1987_ASCII_BINARY_BITMAP } from '../../src/iso8583/specs/iso1987-ascii-binary-bitmap.ts'
import { ISO1987_BINARY } from '../../src/iso8583/specs/iso1987-binary.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'

/** All built-in dialects, compiled. */
export const CODECS: readonly Codec[] = [
  UNIONPAY_POS,
  ISO1987_ASCII,
  ISO1987_BINARY,
  ISO1987_ASCII_BINARY_BITMAP,
].map(compileSpec)

/** A test card number that nothing masked may show. */
export const FUZZ_PAN = '6210948000000029'

const MTIS = ['0200', '0210', '0100', '0110', '0400', '0410', '0500', '0800', '0810', '0820', '0320', '0220']

/** A message that `codec` can write, of random fields. */
export function randomMessage(codec: Codec, random: SeededRandom): Message {
  const fields: Fields = {}
  const isDense = random.chance(200)
  for (const [bit, element] of Object.entries(codec.spec.elements))
    if (random.chance(isDense ? 700 : 150)) fields[Number(bit)] = randomValue(element, random)
  return { mti: random.pick(MTIS), fields }
}

function randomValue({ attribute, length }: DataElementSpec, random: SeededRandom): FieldValue {
  const size =
    length.kind === 'fixed'
      ? length.size
      : random.chance(900)
        ? random.below(Math.min(length.sizeMax, 40) + 1)
        : length.sizeMax
  if (attribute === 'b') return random.bytes(size)
  const characters = CHARACTERS[attribute]
  const text = Array.from({ length: size }, () => characters[random.below(characters.length)]).join('')
  return attribute === 'xn' ? `${random.pick(['C', 'D'])}${text.slice(1)}` : text
}

const DIGITS = '0123456789'
const PRINTABLE = 'ABCabc 0123456789.-/'
const CHARACTERS = {
  n: DIGITS,
  xn: DIGITS,
  z: `${DIGITS}D`,
  a: 'ABCxyz ',
  an: PRINTABLE,
  ans: `${PRINTABLE}\x00\x80\xff`,
} as const

/** Field values that mean something in the UnionPay dialect, for seeds. */
export const GOOD_FIELDS: Fields = {
  2: FUZZ_PAN,
  3: '000000',
  4: '000000012345',
  11: '000123',
  14: '3012',
  22: '051',
  25: '00',
  35: `${FUZZ_PAN}D30122011234567890`,
  41: '10000001',
  42: '001290058120001',
  49: '156',
  52: fromHex('1122334455667788'),
  55: fromHex('9F2608C301926A75E775DD9F2701809F101307010103A0A802010A010000000000A1B2C3D49505008004E000'),
  60: '22000001000600',
  64: packBcd('1234567890123456'),
}
