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

type Colour = readonly [red: number, green: number, blue: number, alpha: number]
const PAPER: Colour = [252, 251, 247, 255]
const INK: Colour = [38, 38, 44, 255]
const NOTHING: Colour = [0, 0, 0, 0]

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
  readonly #widthDots: number
  readonly #heightDots: number

  constructor(widthDots: number, heightDots: number) {
    this.#widthDots = widthDots
    this.#heightDots = heightDots
    this.#png = new PNG({ width: widthDots * SCALE, height: heightDots * SCALE })
    for (let y = 0; y < heightDots; y++) {
      for (let x = 0; x < widthDots; x++) this.#dot(x, y, this.#isPaper(x, y) ? PAPER : NOTHING)
    }
  }

  /** Blackens (or, `isWhite`, bleaches) a rectangle given in pixels. */
  fill(x: number, y: number, width: number, height: number, isWhite = false): void {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) this.#pixel(column, row, isWhite ? PAPER : INK)
    }
  }

  encode(): Uint8Array {
    return PNG.sync.write(this.#png)
  }

  /** The cutter leaves teeth at both ends. */
  #isPaper(x: number, y: number): boolean {
    const tooth = Math.abs((x % (2 * TOOTH_DOTS)) - TOOTH_DOTS)
    return y >= tooth && y < this.#heightDots - tooth
  }

  #dot(x: number, y: number, colour: Colour): void {
    for (let row = 0; row < SCALE; row++) {
      for (let column = 0; column < SCALE; column++) this.#pixel(x * SCALE + column, y * SCALE + row, colour)
    }
  }

  #pixel(x: number, y: number, colour: Colour): void {
    if (x < 0 || y < 0 || x >= this.#widthDots * SCALE || y >= this.#heightDots * SCALE) return
    const at = (y * this.#png.width + x) * 4
    for (const [index, value] of colour.entries()) this.#png.data[at + index] = value
  }
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
  const edge = (index: number, count: number, size: number): number => Math.round((index * size) / count)
  for (let row = 0; row < glyph.height; row++) {
    const y = edge(row, glyph.height, height)
    const dotHeight = edge(row + 1, glyph.height, height) - y
    for (let column = 0; column < glyph.width; column++) {
      if (glyph.dots[row * glyph.width + column] !== 1) continue
      const x = edge(column, glyph.width, width)
      const dotWidth = edge(column + 1, glyph.width, width) - x
      // Emphasis is the same character again, a little to the right.
      const extra = bold ? Math.max(1, Math.round(dotWidth / 2)) : 0
      sheet.fill(left + x, top * SCALE + y, dotWidth + extra, dotHeight, reverse)
    }
  }
  if (underline) sheet.fill(left, top * SCALE + height - SCALE, width, SCALE, reverse)
}
