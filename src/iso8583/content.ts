import { HEX_OF_BYTE, HEX_OF_PAIR, IS_DIGIT_BYTE, IS_DIGIT_PAIR, NIBBLE_OF_CODE } from './content-tables.ts'

// The readers and writers that compiled codecs call. Bounds are checked by the caller before; `at` is the
// first byte, `size` counts digits or characters. A reader answers undefined when the content is not what the
// attribute allows; a writer answers the offset after what it wrote, or a negative number.

/** Packed decimal digits; an odd count has its padding nibble, which must be zero, on the left. */
export function readDigitsRight(bytes: Uint8Array, at: number, size: number): string | undefined {
  let text = ''
  let from = at
  const end = at + ((size + 1) >> 1)
  if ((size & 1) === 1) {
    const first = bytes[from++] as number
    if (first > 9) return undefined
    text = HEX_OF_BYTE[first]?.slice(1) as string
  }
  for (; from + 1 < end; from += 2) {
    const pair = ((bytes[from] as number) << 8) | (bytes[from + 1] as number)
    if (IS_DIGIT_PAIR[pair] === 0) return undefined
    text += HEX_OF_PAIR[pair]
  }
  if (from < end) {
    const byte = bytes[from] as number
    if (IS_DIGIT_BYTE[byte] === 0) return undefined
    text += HEX_OF_BYTE[byte]
  }
  return text
}

/** Packed decimal digits; an odd count has its padding nibble, zero or F, on the right. */
export function readDigitsLeft(bytes: Uint8Array, at: number, size: number): string | undefined {
  if ((size & 1) === 0) return readDigitsRight(bytes, at, size)
  const whole = readDigitsRight(bytes, at, size - 1)
  if (whole === undefined) return undefined
  const last = bytes[at + (size >> 1)] as number
  const pad = last & 15
  if (last >> 4 > 9 || (pad !== 0 && pad !== 15)) return undefined
  return whole + HEX_OF_BYTE[last]?.charAt(0)
}

/** Any nibbles, left-aligned: tracks, whose cipher text holds A to F. */
export function readNibblesLeft(bytes: Uint8Array, at: number, size: number): string {
  let text = ''
  let from = at
  const end = at + ((size + 1) >> 1)
  for (; from + 1 < end; from += 2)
    text += HEX_OF_PAIR[((bytes[from] as number) << 8) | (bytes[from + 1] as number)]
  if (from < end) text += HEX_OF_BYTE[bytes[from] as number]
  return (size & 1) === 0 ? text : text.slice(0, size)
}

/** Any nibbles, right-aligned. */
export function readNibblesRight(bytes: Uint8Array, at: number, size: number): string {
  const text = readNibblesLeft(bytes, at, size + (size & 1))
  return (size & 1) === 0 ? text : text.slice(1)
}

/** One character a byte, any byte. */
export function readText(bytes: Uint8Array, at: number, size: number): string {
  let text = ''
  const end = at + size
  for (let index = at; index < end; index++) text += String.fromCharCode(bytes[index] as number)
  return text
}

/** Decimal digits as characters. */
export function readDigitText(bytes: Uint8Array, at: number, size: number): string | undefined {
  const end = at + size
  for (let index = at; index < end; index++) {
    const code = bytes[index] as number
    if (code < 48 || code > 57) return undefined
  }
  return readText(bytes, at, size)
}

/** Letters, digits, spaces and punctuation of ASCII, as `a` and `an` fields hold them. */
export function readPrintable(bytes: Uint8Array, at: number, size: number): string | undefined {
  const end = at + size
  for (let index = at; index < end; index++) {
    const code = bytes[index] as number
    if (code < 32 || code > 126) return undefined
  }
  return readText(bytes, at, size)
}

/** Track characters: digits, `=` or `D` as separator, A to F of cipher text. */
export function readTrackText(bytes: Uint8Array, at: number, size: number): string | undefined {
  const end = at + size
  for (let index = at; index < end; index++) {
    if (NIBBLE_OF_CODE[bytes[index] as number] === 255) return undefined
  }
  return readText(bytes, at, size)
}

/** `C` or `D` and digits as characters. */
export function readSignedText(bytes: Uint8Array, at: number, size: number): string | undefined {
  const sign = bytes[at] as number
  if (sign !== 67 && sign !== 68) return undefined
  const digits = readDigitText(bytes, at + 1, size - 1)
  return digits === undefined ? undefined : String.fromCharCode(sign) + digits
}

/** `C` or `D` as a character, then packed digits. */
export function readSignedPacked(bytes: Uint8Array, at: number, size: number): string | undefined {
  const sign = bytes[at] as number
  if (sign !== 67 && sign !== 68) return undefined
  const digits = readDigitsRight(bytes, at + 1, size - 1)
  return digits === undefined ? undefined : String.fromCharCode(sign) + digits
}

/** A copy, so that it stays when the receive buffer is used again. */
export function readBytes(bytes: Uint8Array, at: number, size: number): Uint8Array {
  return new Uint8Array(bytes.subarray(at, at + size))
}

/** Bytes written as hexadecimal characters. */
export function readHexText(bytes: Uint8Array, at: number, size: number): Uint8Array | undefined {
  const value = new Uint8Array(size)
  for (let index = 0; index < size; index++) {
    const high = NIBBLE_OF_CODE[bytes[at + index * 2] as number] as number
    const low = NIBBLE_OF_CODE[bytes[at + index * 2 + 1] as number] as number
    if (high > 15 || low > 15) return undefined
    value[index] = (high << 4) | low
  }
  return value
}

const NOT_A_DIGIT = -1

export function writeDigitsRight(target: Uint8Array, at: number, text: string): number {
  let index = 0
  let to = at
  if ((text.length & 1) === 1) {
    const digit = text.charCodeAt(index++) - 48
    if (digit < 0 || digit > 9) return NOT_A_DIGIT
    target[to++] = digit
  }
  for (; index < text.length; index += 2) {
    const high = text.charCodeAt(index) - 48
    const low = text.charCodeAt(index + 1) - 48
    if (high < 0 || high > 9 || low < 0 || low > 9) return NOT_A_DIGIT
    target[to++] = (high << 4) | low
  }
  return to
}

export function writeDigitsLeft(target: Uint8Array, at: number, text: string): number {
  if ((text.length & 1) === 0) return writeDigitsRight(target, at, text)
  const to = writeDigitsRight(target, at, text.slice(0, -1))
  const digit = text.charCodeAt(text.length - 1) - 48
  if (to < 0 || digit < 0 || digit > 9) return NOT_A_DIGIT
  target[to] = digit << 4
  return to + 1
}

export function writeNibblesLeft(target: Uint8Array, at: number, text: string): number {
  let to = at
  for (let index = 0; index < text.length; index += 2) {
    const high = NIBBLE_OF_CODE[text.charCodeAt(index)] ?? 255
    const low = index + 1 < text.length ? (NIBBLE_OF_CODE[text.charCodeAt(index + 1)] ?? 255) : 0
    if (high > 15 || low > 15) return NOT_A_DIGIT
    target[to++] = (high << 4) | low
  }
  return to
}

export function writeNibblesRight(target: Uint8Array, at: number, text: string): number {
  return writeNibblesLeft(target, at, (text.length & 1) === 0 ? text : `0${text}`)
}

export function writeText(target: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 255) return NOT_A_DIGIT
    target[at + index] = code
  }
  return at + text.length
}

export function writeDigitText(target: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 48 || code > 57) return NOT_A_DIGIT
    target[at + index] = code
  }
  return at + text.length
}

export function writePrintable(target: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 32 || code > 126) return NOT_A_DIGIT
    target[at + index] = code
  }
  return at + text.length
}

export function writeTrackText(target: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if ((NIBBLE_OF_CODE[code] ?? 255) === 255) return NOT_A_DIGIT
    target[at + index] = code
  }
  return at + text.length
}

export function writeSignedText(target: Uint8Array, at: number, text: string): number {
  if (text[0] !== 'C' && text[0] !== 'D') return NOT_A_DIGIT
  target[at] = text.charCodeAt(0)
  return writeDigitText(target, at + 1, text.slice(1))
}

export function writeSignedPacked(target: Uint8Array, at: number, text: string): number {
  if (text[0] !== 'C' && text[0] !== 'D') return NOT_A_DIGIT
  target[at] = text.charCodeAt(0)
  return writeDigitsRight(target, at + 1, text.slice(1))
}

export function writeBytes(target: Uint8Array, at: number, value: Uint8Array): number {
  // Below some tens of bytes a loop is quicker than `set`.
  if (value.length > 24) target.set(value, at)
  else for (let index = 0; index < value.length; index++) target[at + index] = value[index] as number
  return at + value.length
}

export function writeHexText(target: Uint8Array, at: number, value: Uint8Array): number {
  for (let index = 0; index < value.length; index++) {
    writeText(target, at + index * 2, HEX_OF_BYTE[value[index] as number] as string)
  }
  return at + value.length * 2
}
