import qrcode from 'qrcode-generator'

export interface DotImage {
  readonly widthDots: number
  readonly heightDots: number
  readonly bits: Uint8Array
}

export type QrSymbolLevel = 'L' | 'M' | 'Q' | 'H'

/** A QR code of `data` without a quiet zone; undefined when the data do not fit the largest version. */
export function drawQrSymbol(
  data: Uint8Array,
  level: QrSymbolLevel,
  moduleDots: number,
): DotImage | undefined {
  const symbol = qrcode(0, level)
  // One character for each byte: the byte mode of the package takes the low eight bits of each.
  symbol.addData(Buffer.from(data).toString('latin1'), 'Byte')
  try {
    symbol.make()
  } catch {
    // The package throws when no version is large enough.
    return undefined
  }
  const modules = symbol.getModuleCount()
  const image = blankImage(modules * moduleDots, modules * moduleDots)
  for (let y = 0; y < image.heightDots; y++) {
    for (let x = 0; x < image.widthDots; x++) {
      if (symbol.isDark(Math.floor(y / moduleDots), Math.floor(x / moduleDots))) setDot(image, x, y)
    }
  }
  return image
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
