import { fromHex, toHex, xorBytes } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'
import type { Random } from '../base/ports.ts'
import { err, ok, type Result } from '../base/result.ts'
import { type BlockCipher, createAes } from './block-cipher.ts'

export type PinBlockFormat = 0 | 1 | 2 | 3

/** Why a block holds no PIN. Nothing of the PIN is told. */
export type PinBlockError =
  | { readonly kind: 'wrongSize' }
  | { readonly kind: 'wrongFormat' }
  | { readonly kind: 'badLength' }
  | { readonly kind: 'badDigit' }
  | { readonly kind: 'badFiller' }

export interface PinBlockInput {
  readonly format: PinBlockFormat
  /** 4 to 12 decimal digits. */
  readonly pin: string
  /** Formats 0 and 3: card number with its check digit; undefined: sixteen zeros stand in its place. */
  readonly pan?: string | undefined
  /** Formats 1 and 3: hexadecimal digits that fill the block; drawn from `random` when absent. */
  readonly filler?: string | undefined
  readonly random?: Random | undefined
}

/** Clear PIN block, 8 bytes. Source: ISO 9564-1:2017, 9.3. */
export function encodePinBlock(input: PinBlockInput): Uint8Array {
  const { format, pin } = input
  invariant(/^\d{4,12}$/.test(pin), 'a PIN is 4 to 12 digits')
  const head = `${format}${pin.length.toString(16).toUpperCase()}${pin}`
  const field = fromHex(head + fillerOf(input, 16 - head.length))
  return format === 0 || format === 3 ? xorBytes(field, panField(input.pan)) : field
}

function fillerOf({ format, filler, random }: PinBlockInput, count: number): string {
  if (format === 0 || format === 2) return 'F'.repeat(count)
  if (filler !== undefined) {
    invariant(/^[0-9A-F]*$/i.test(filler) && filler.length >= count, 'filler too short or not hexadecimal')
    return filler.slice(0, count).toUpperCase()
  }
  invariant(random !== undefined, `PIN block format ${format} needs filler or random`)
  return Array.from(random.bytes(count), (byte) =>
    (format === 3 ? 10 + (byte % 6) : byte & 15).toString(16),
  ).join('')
}

/** The twelve rightmost digits without the check digit, after four zeros. */
function panField(pan: string | undefined): Uint8Array {
  const field = new Uint8Array(8)
  if (pan === undefined) return field
  invariant(/^\d{1,19}$/.test(pan), 'a card number is 1 to 19 digits')
  // From the right, digit by digit: texts put together and taken apart took longer than the cipher.
  let nibble = 15
  for (let at = pan.length - 2; at >= 0 && nibble > 3; at--) {
    const digit = pan.charCodeAt(at) - 48
    const byteAt = nibble >> 1
    field[byteAt] = (field[byteAt] as number) | ((nibble & 1) === 0 ? digit << 4 : digit)
    nibble--
  }
  return field
}

/** The PIN of a clear block; `pan` as in `encodePinBlock`. */
export function decodePinBlock(input: {
  readonly format: PinBlockFormat
  readonly block: Uint8Array
  readonly pan?: string | undefined
}): Result<string, PinBlockError> {
  const { format, block, pan } = input
  if (block.length !== 8) return err({ kind: 'wrongSize' })
  const field = format === 0 || format === 3 ? panField(pan) : new Uint8Array(8)
  // Into the array that is there: a small one is two hundred bytes of the engine's.
  for (let index = 0; index < 8; index++) field[index] = (field[index] as number) ^ (block[index] as number)
  if (nibbleAt(field, 0) !== format) return err({ kind: 'wrongFormat' })
  return readPin(field, FILLERS[format])
}

/** Lowest and highest nibble that may fill a block. */
type Filler = readonly [lowest: number, highest: number]

const FILLERS: Readonly<Record<PinBlockFormat, Filler>> = {
  0: [15, 15],
  1: [0, 15],
  2: [15, 15],
  3: [10, 15],
}
const FILLER_4: Filler = [10, 10]
/** Nibbles that hold control, length, PIN and filler. */
const FIELD_NIBBLES = 16

function nibbleAt(bytes: Uint8Array, index: number): number {
  const byte = bytes[index >> 1] ?? 0
  return (index & 1) === 0 ? byte >> 4 : byte & 15
}

function readPin(field: Uint8Array, [lowest, highest]: Filler): Result<string, PinBlockError> {
  const length = nibbleAt(field, 1)
  if (length < 4 || length > 12) return err({ kind: 'badLength' })
  let pin = ''
  for (let index = 2; index < 2 + length; index++) {
    const digit = nibbleAt(field, index)
    if (digit > 9) return err({ kind: 'badDigit' })
    pin += String.fromCharCode(48 + digit)
  }
  for (let index = 2 + length; index < FIELD_NIBBLES; index++) {
    const nibble = nibbleAt(field, index)
    if (nibble < lowest || nibble > highest) return err({ kind: 'badFiller' })
  }
  return ok(pin)
}

/**
 * Clear PIN field of format 4, 16 bytes: 4, length, PIN, A…, then 8 random bytes.
 * Source: ISO 9564-1:2017, 9.4.2.
 */
export function encodePinField4(pin: string, tail: Uint8Array): Uint8Array {
  invariant(/^\d{4,12}$/.test(pin), 'a PIN is 4 to 12 digits')
  invariant(tail.length === 8, `random tail of ${tail.length} bytes`)
  const head = `4${pin.length.toString(16).toUpperCase()}${pin}`.padEnd(16, 'A')
  return fromHex(head + toHex(tail))
}

/** Clear PAN field of format 4, 16 bytes. Source: ISO 9564-1:2017, 9.4.3. */
export function encodePanField4(pan: string): Uint8Array {
  invariant(/^\d{1,19}$/.test(pan), 'a card number is 1 to 19 digits')
  const padded = pan.padStart(12, '0')
  return fromHex(`${padded.length - 12}${padded}`.padEnd(32, '0'))
}

/** Enciphered format 4 block. `key`: AES key of 16, 24 or 32 bytes. Source: ISO 9564-1:2017, 9.4.4. */
export function encipherPinBlock4(key: Uint8Array, pinField: Uint8Array, pan: string): Uint8Array {
  const cipher = createAes(key)
  return cipher.encrypt(xorBytes(cipher.encrypt(pinField), encodePanField4(pan)))
}

/** Clear PIN field of an enciphered format 4 block; `decodePinField4` reads it. */
export function decipherPinField4(key: Uint8Array, block: Uint8Array, pan: string): Uint8Array {
  const cipher: BlockCipher = createAes(key)
  return cipher.decrypt(xorBytes(cipher.decrypt(block), encodePanField4(pan)))
}

export function decodePinField4(field: Uint8Array): Result<string, PinBlockError> {
  if (field.length !== 16) return err({ kind: 'wrongSize' })
  if (nibbleAt(field, 0) !== 4) return err({ kind: 'wrongFormat' })
  return readPin(field, FILLER_4)
}

/** PIN of an enciphered format 4 block. A wrong key or card number shows as one of the errors. */
export function decipherPinBlock4(
  key: Uint8Array,
  block: Uint8Array,
  pan: string,
): Result<string, PinBlockError> {
  if (block.length !== 16) return err({ kind: 'wrongSize' })
  return decodePinField4(decipherPinField4(key, block, pan))
}
