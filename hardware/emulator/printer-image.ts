import { blankImage, type DotImage, hasDot, setDot } from './dot-image.ts'
import type { EscposCommand } from './escpos-tokeniser.ts'

/** The image of GS v 0; whole rows only. Undefined when the command is none. */
export function rasterRows({ parameters, data }: EscposCommand): DotImage | undefined {
  const [digit, mode = 0, xl = 0, xh = 0] = parameters
  const widthBytes = xl + xh * 256
  if (digit !== 0x30 || widthBytes === 0) return undefined
  const heightDots = Math.floor(data.length / widthBytes)
  const image = { widthDots: widthBytes * 8, heightDots, bits: data.slice(0, widthBytes * heightDots) }
  return enlarge(image, (mode & 1) + 1, ((mode >> 1) & 1) + 1)
}

/** The columns of ESC *: 8 or 24 dots high. */
export function columnImage({ parameters, data }: EscposCommand): DotImage | undefined {
  const [mode = 0] = parameters
  const columnBytes = mode >= 32 ? 3 : 1
  const columns = Math.floor(data.length / columnBytes)
  if (columns === 0) return undefined
  const image = blankImage(columns, columnBytes * 8)
  for (let x = 0; x < columns; x++) {
    for (let y = 0; y < image.heightDots; y++) {
      const byte = data[x * columnBytes + (y >> 3)] ?? 0
      if ((byte & (0x80 >> (y & 7))) !== 0) setDot(image, x, y)
    }
  }
  // Modes 0 and 32 are of single density: each column is two dots wide; 8-dot columns are three dots high.
  return enlarge(image, (mode & 1) === 0 ? 2 : 1, columnBytes === 1 ? 3 : 1)
}

function enlarge(image: DotImage, width: number, height: number): DotImage {
  if (width === 1 && height === 1) return image
  const large = blankImage(image.widthDots * width, image.heightDots * height)
  for (let y = 0; y < large.heightDots; y++) {
    for (let x = 0; x < large.widthDots; x++) {
      if (hasDot(image, Math.floor(x / width), Math.floor(y / height))) setDot(large, x, y)
    }
  }
  return large
}
