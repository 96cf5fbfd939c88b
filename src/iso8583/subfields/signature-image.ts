/** A signature as black dots. */
export interface SignatureImage {
  /** 8 to 192, a multiple of 8. */
  readonly widthDots: number
  /** 1 to 64. */
  readonly heightDots: number
  /** Rows from the top, packed: the highest bit is the leftmost dot, 1 is black. */
  readonly bits: Uint8Array
}

export const SIGNATURE_WIDTH_MAX = 192
export const SIGNATURE_HEIGHT_MAX = 64
/** Field 62 has 512 bytes at most. */
const BODY_SIZE_MAX = 512
const FORMAT = 1
const HEAD_SIZE = 4
const RUN_MAX = 128
/** A mark that stands for nothing. */
const NOTHING = 128

/** Whether the sizes are allowed and the bits are as many as they say. */
export function isSignatureImage({ widthDots, heightDots, bits }: SignatureImage): boolean {
  return (
    Number.isInteger(widthDots) &&
    Number.isInteger(heightDots) &&
    widthDots % 8 === 0 &&
    widthDots >= 8 &&
    widthDots <= SIGNATURE_WIDTH_MAX &&
    heightDots >= 1 &&
    heightDots <= SIGNATURE_HEIGHT_MAX &&
    bits.length === (widthDots / 8) * heightDots
  )
}

/**
 * Field 62 of a signature upload, at most 512 bytes: format 1, width / 8, height, 0, and the rows, each after the first as
 * its difference from the one above, in PackBits. One that does not fit is halved until it does. The field sends JBIG here;
 * this form is of this project: docs/signatures.md. Source: docs of the UnionPay dialect, 4 (e-signature upload).
 */
export function formatSignature(image: SignatureImage): Uint8Array {
  let fitting = image
  for (;;) {
    const packed = packBits(differences(fitting))
    if (HEAD_SIZE + packed.length <= BODY_SIZE_MAX) {
      return Uint8Array.of(FORMAT, fitting.widthDots / 8, fitting.heightDots, 0, ...packed)
    }
    fitting = halved(fitting)
  }
}

/** The image of such a field; undefined when it is none. */
export function parseSignature(body: Uint8Array): SignatureImage | undefined {
  const [format, widthBytes = 0, heightDots = 0, reserved] = body
  if (format !== FORMAT || reserved !== 0 || body.length > BODY_SIZE_MAX) return undefined
  const isSize = widthBytes >= 1 && widthBytes * 8 <= SIGNATURE_WIDTH_MAX
  if (!isSize || heightDots < 1 || heightDots > SIGNATURE_HEIGHT_MAX) return undefined
  const bits = unpackBits(body.subarray(HEAD_SIZE), widthBytes * heightDots)
  if (bits === undefined) return undefined
  for (let index = widthBytes; index < bits.length; index++) {
    bits[index] = (bits[index] ?? 0) ^ (bits[index - widthBytes] ?? 0)
  }
  return { widthDots: widthBytes * 8, heightDots, bits }
}

function differences({ widthDots, bits }: SignatureImage): Uint8Array {
  const widthBytes = widthDots / 8
  return bits.map((byte, index) => byte ^ (bits[index - widthBytes] ?? 0))
}

/** Half as wide and high; a dot is black when one of its four was. */
function halved({ widthDots, heightDots, bits }: SignatureImage): SignatureImage {
  const width = Math.max(8, Math.ceil(widthDots / 16) * 8)
  const height = Math.max(1, Math.ceil(heightDots / 2))
  const half = new Uint8Array((width / 8) * height)
  for (let y = 0; y < heightDots; y++) {
    for (let x = 0; x < widthDots; x++) {
      const isBlack = ((bits[(y * widthDots + x) >> 3] ?? 0) >> (7 - (x & 7))) & 1
      const place = (y >> 1) * width + (x >> 1)
      if (isBlack === 1) half[place >> 3] = (half[place >> 3] ?? 0) | (0x80 >> (place & 7))
    }
  }
  return { widthDots: width, heightDots: height, bits: half }
}

/** Source: TIFF 6.0, section 9 (PackBits). */
function packBits(bytes: Uint8Array): Uint8Array {
  const packed: number[] = []
  let at = 0
  while (at < bytes.length) {
    const run = runAt(bytes, at)
    if (run > 1) {
      packed.push(257 - run, bytes[at] ?? 0)
      at += run
      continue
    }
    let end = at + 1
    while (end < bytes.length && end - at < RUN_MAX && runAt(bytes, end) < 3) end++
    packed.push(end - at - 1, ...bytes.subarray(at, end))
    at = end
  }
  return Uint8Array.from(packed)
}

function runAt(bytes: Uint8Array, at: number): number {
  let end = at + 1
  while (end < bytes.length && end - at < RUN_MAX && bytes[end] === bytes[at]) end++
  return end - at
}

function unpackBits(packed: Uint8Array, size: number): Uint8Array | undefined {
  const bytes = new Uint8Array(size)
  let filled = 0
  let at = 0
  while (at < packed.length) {
    const mark = packed[at++] ?? 0
    if (mark === NOTHING) continue
    const run = mark > NOTHING ? repeated(packed, at, 257 - mark) : packed.subarray(at, at + mark + 1)
    if (mark < NOTHING && run.length !== mark + 1) return undefined
    if (run.length === 0 || filled + run.length > size) return undefined
    bytes.set(run, filled)
    filled += run.length
    at += mark > NOTHING ? 1 : run.length
  }
  return filled === size ? bytes : undefined
}

/** Empty when the byte is missing. */
function repeated(packed: Uint8Array, at: number, count: number): Uint8Array {
  const byte = packed[at]
  return byte === undefined ? new Uint8Array(0) : new Uint8Array(count).fill(byte)
}
