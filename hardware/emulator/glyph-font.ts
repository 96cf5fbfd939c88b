import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Outline, OutlineFont, readWoffTables } from './woff-font.ts'

/** Dots of a glyph, 16 high, row by row; 8 wide, or 16 for full-width characters. */
export interface Glyph {
  readonly width: number
  readonly height: number
  readonly dots: Uint8Array
}

const HEIGHT = 16
const FONT_FILE = '@fontsource/unifontex/files/unifontex-latin-400-normal.woff'

let font: OutlineFont | undefined
const glyphs = new Map<string, Glyph>()

/** The glyph of `character`; a box when the font has none. Loads the font at the first call. */
export function glyphOf(character: string): Glyph {
  const cached = glyphs.get(character)
  if (cached !== undefined) return cached
  font ??= new OutlineFont(readWoffTables(readFileSync(createRequire(import.meta.url).resolve(FONT_FILE))))
  const glyph = sample(font, font.glyphOf(character))
  glyphs.set(character, glyph)
  return glyph
}

/** The outlines of the font are dots of 1/16 em: the middle of each tells whether it is black. */
function sample(source: OutlineFont, glyph: number): Glyph {
  const unit = source.unitsPerEm / HEIGHT
  const width = Math.max(1, Math.min(HEIGHT, Math.round(source.advanceOf(glyph) / unit)))
  const outline = source.outlineOf(glyph)
  const dots = new Uint8Array(width * HEIGHT)
  for (let row = 0; row < HEIGHT; row++) {
    const y = source.descender + (HEIGHT - row - 0.5) * unit
    for (let column = 0; column < width; column++) {
      if (windingAt(outline, (column + 0.5) * unit, y) !== 0) dots[row * width + column] = 1
    }
  }
  return { width, height: HEIGHT, dots }
}

/** Turns of the outline around a point: 0 is outside. */
function windingAt(outline: Outline, x: number, y: number): number {
  let winding = 0
  for (const [x1, y1, x2, y2] of outline) {
    if (y1 > y === y2 > y) continue
    const crossing = x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)
    if (crossing > x) winding += y2 > y1 ? 1 : -1
  }
  return winding
}
