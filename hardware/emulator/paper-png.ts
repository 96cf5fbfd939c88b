import { PNG } from 'pngjs'
import { hasDot } from './dot-image.ts'
import { glyphOf } from './glyph-font.ts'
import type { PaperCell, PaperImage, PaperPiece, PaperRow } from './paper.ts'

/** Pixels of one printer dot: with two, a dot of the font (8 × 16) is exactly three pixels in a cell of 12 × 24. */
const SCALE = 2
/** Paper around the printed area, in dots. */
const MARGIN_DOTS = 24
/** Teeth of the torn edges, in dots. */
const TOOTH_DOTS = 6

/** Pixels as they stand in memory: red, green, blue, alpha. */
const PAPER = pixel(252, 251, 247, 255)
const INK = pixel(38, 38, 44, 255)
const NOTHING = pixel(0, 0, 0, 0)

function pixel(...bytes: readonly number[]): number {
  return new Uint32Array(Uint8Array.from(bytes).buffer)[0] ?? 0
}

/** A piece of paper as a PNG picture, two pixels a dot; transparent behind the teeth of its two edges. */
export function renderPaperPng(piece: PaperPiece): Uint8Array {
  const heightDots = piece.rows.reduce((sum, row) => sum + row.heightDots, 0)
  const sheet = new Sheet(piece.widthDots + 2 * MARGIN_DOTS, heightDots + 2 * MARGIN_DOTS)
  let top = MARGIN_DOTS
  for (const row of piece.rows) {
    drawRow(sheet, row, top)
    top += row.heightDots
  }
  return sheet.encode()
}

class Sheet {
  readonly #png: PNG
  readonly #width: number
  readonly #height: number
  /** The picture's own memory, a number for each pixel. */
  readonly #pixels: Uint32Array

  constructor(widthDots: number, heightDots: number) {
    this.#width = widthDots * SCALE
    this.#height = heightDots * SCALE
    this.#png = new PNG({ width: this.#width, height: this.#height })
    const { buffer, byteOffset, byteLength } = this.#png.data
    this.#pixels = new Uint32Array(buffer, byteOffset, byteLength / 4)
    this.#pixels.fill(PAPER)
    for (let depth = 0; depth < TOOTH_DOTS; depth++) {
      for (let x = 0; x < widthDots; x++) {
        if (depth >= toothAt(x)) continue
        this.#paint(x * SCALE, depth * SCALE, SCALE, SCALE, NOTHING)
        this.#paint(x * SCALE, (heightDots - 1 - depth) * SCALE, SCALE, SCALE, NOTHING)
      }
    }
  }

  /** Blackens (or, `isWhite`, bleaches) a rectangle given in pixels. */
  fill(x: number, y: number, width: number, height: number, isWhite = false): void {
    this.#paint(x, y, width, height, isWhite ? PAPER : INK)
  }

  encode(): Uint8Array {
    // Paper is two colours in runs: trying all filters on each line costs most of the time and gains nothing.
    return PNG.sync.write(this.#png, { filterType: 0, deflateStrategy: 0, deflateLevel: 6 })
  }

  /** What lies outside is cut off. */
  #paint(x: number, y: number, width: number, height: number, colour: number): void {
    const right = Math.min(this.#width, x + width)
    for (let row = Math.max(0, y); row < Math.min(this.#height, y + height); row++) {
      const start = row * this.#width
      if (right > x) this.#pixels.fill(colour, start + Math.max(0, x), start + right)
    }
  }
}

/** The cutter leaves teeth at both ends: dots without paper at `x`. */
function toothAt(x: number): number {
  return Math.abs((x % (2 * TOOTH_DOTS)) - TOOTH_DOTS)
}

function drawRow(sheet: Sheet, row: PaperRow, top: number): void {
  switch (row.kind) {
    case 'text':
      for (const cell of row.cells) drawCell(sheet, cell, top + row.heightDots - cell.heightDots)
      return
    case 'image':
    case 'qr':
    case 'barcode':
      drawImage(sheet, row, top)
      return
    case 'feed':
  }
}

function drawImage(sheet: Sheet, { x: left, image }: PaperImage, top: number): void {
  for (let y = 0; y < image.heightDots; y++) {
    for (let x = 0; x < image.widthDots; x++) {
      if (!hasDot(image, x, y)) continue
      sheet.fill((MARGIN_DOTS + left + x) * SCALE, (top + y) * SCALE, SCALE, SCALE)
    }
  }
}

/** The glyph fills its cell, so that enlarged characters are enlarged dots, as on a printer. */
function drawCell(sheet: Sheet, cell: PaperCell, top: number): void {
  const left = (MARGIN_DOTS + cell.x) * SCALE
  const [width, height] = [cell.widthDots * SCALE, cell.heightDots * SCALE]
  const { bold, reverse, underline } = cell.style
  if (reverse) sheet.fill(left, top * SCALE, width, height)
  const glyph = glyphOf(cell.text)
  const columns = cell.isWide === true ? glyph.height : glyph.width
  const indent = Math.max(0, Math.floor((columns - glyph.width) / 2))
  const edge = (index: number, count: number, size: number): number => Math.round((index * size) / count)
  for (let row = 0; row < glyph.height; row++) {
    const y = edge(row, glyph.height, height)
    const dotHeight = edge(row + 1, glyph.height, height) - y
    for (let column = 0; column < glyph.width; column++) {
      if (glyph.dots[row * glyph.width + column] !== 1) continue
      const x = edge(indent + column, columns, width)
      const dotWidth = edge(indent + column + 1, columns, width) - x
      // Emphasis is the same character again, a little to the right.
      const extra = bold ? Math.max(1, Math.round(dotWidth / 2)) : 0
      sheet.fill(left + x, top * SCALE + y, dotWidth + extra, dotHeight, reverse)
    }
  }
  if (underline) sheet.fill(left, top * SCALE + height - SCALE, width, SCALE, reverse)
}
