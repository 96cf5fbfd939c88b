/** Dots of a picture. */
export interface DotImage {
  readonly widthDots: number
  readonly heightDots: number
  /** Rows of `ceil(widthDots / 8)` bytes, most significant bit left, 1 is black. */
  readonly bits: Uint8Array
}

export function blankImage(widthDots: number, heightDots: number): DotImage {
  return { widthDots, heightDots, bits: new Uint8Array(Math.ceil(widthDots / 8) * heightDots) }
}

export function setDot(image: DotImage, x: number, y: number): void {
  const index = y * Math.ceil(image.widthDots / 8) + (x >> 3)
  image.bits[index] = (image.bits[index] ?? 0) | (0x80 >> (x & 7))
}

export function hasDot(image: DotImage, x: number, y: number): boolean {
  if (x < 0 || x >= image.widthDots || y < 0 || y >= image.heightDots) return false
  return ((image.bits[y * Math.ceil(image.widthDots / 8) + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0
}
