import qrcode from 'qrcode-generator'
import { blankImage, type DotImage, setDot } from './dot-image.ts'

type QRCode = ReturnType<typeof qrcode>

export type QrSymbolLevel = 'L' | 'M' | 'Q' | 'H'

/**
 * A QR code of `data` without a quiet zone; undefined when the data do not fit the largest version. Its dots are drawn
 * when somebody looks at them: most paper of a long run is never looked at.
 */
export function drawQrSymbol(
  data: Uint8Array,
  level: QrSymbolLevel,
  moduleDots: number,
): DotImage | undefined {
  const modules = moduleCount(data.length, level)
  if (modules === undefined) return undefined
  return new QrSymbol(data.slice(), level, moduleDots, modules)
}

class QrSymbol implements DotImage {
  readonly widthDots: number
  readonly heightDots: number
  readonly #data: Uint8Array
  readonly #level: QrSymbolLevel
  readonly #moduleDots: number
  #bits: Uint8Array | undefined

  constructor(data: Uint8Array, level: QrSymbolLevel, moduleDots: number, modules: number) {
    this.#data = data
    this.#level = level
    this.#moduleDots = moduleDots
    this.widthDots = modules * moduleDots
    this.heightDots = modules * moduleDots
  }

  get bits(): Uint8Array {
    this.#bits ??= this.#draw()
    return this.#bits
  }

  #draw(): Uint8Array {
    const symbol = makeSymbol(this.#data, this.#level)
    const image = blankImage(this.widthDots, this.heightDots)
    for (let y = 0; y < image.heightDots; y++) {
      for (let x = 0; x < image.widthDots; x++) {
        if (symbol.isDark(Math.floor(y / this.#moduleDots), Math.floor(x / this.#moduleDots)))
          setDot(image, x, y)
      }
    }
    return image.bits
  }
}

const moduleCounts = new Map<string, number | undefined>()

/** Modules of a side: in byte mode they depend on the size of the data alone. */
function moduleCount(size: number, level: QrSymbolLevel): number | undefined {
  const key = `${level} ${size}`
  if (!moduleCounts.has(key)) {
    let modules: number | undefined
    try {
      modules = makeSymbol(new Uint8Array(size), level).getModuleCount()
    } catch {
      // The package throws when no version is large enough.
    }
    moduleCounts.set(key, modules)
  }
  return moduleCounts.get(key)
}

function makeSymbol(data: Uint8Array, level: QrSymbolLevel): QRCode {
  const symbol = qrcode(0, level)
  // One character for each byte: the byte mode of the package takes the low eight bits of each.
  symbol.addData(Buffer.from(data).toString('latin1'), 'Byte')
  symbol.make()
  return symbol
}
