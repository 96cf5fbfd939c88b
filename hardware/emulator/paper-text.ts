import { type DotImage, hasDot } from './dot-image.ts'
import type { PaperCell, PaperImage, PaperPiece, PaperRow } from './paper.ts'

/** Dots of one column: font A. */
const COLUMN_DOTS = 12
/** Height of a line of font A with its default space: what one blank line of text stands for. */
const LINE_DOTS = 30

/**
 * A piece of paper for a console: one column for each twelve dots, a double-byte character two. A QR code is
 * drawn in half blocks, a module each; other images and bar codes as a shape that keeps their proportions.
 */
export function renderPaperText(piece: PaperPiece): string {
  const columns = Math.floor(piece.widthDots / COLUMN_DOTS)
  const lines = piece.rows.flatMap((row) => rowLines(row, columns))
  return `${[edge('┌', '┐', columns), ...lines.map((line) => framed(line, columns)), edge('└', '┘', columns)].join('\n')}\n`
}

interface TextLine {
  readonly text: string
  readonly columns: number
}

function edge(left: string, right: string, columns: number): string {
  return `${left}${'─'.repeat(columns + 2)}${right}`
}

function framed({ text, columns: used }: TextLine, columns: number): string {
  return `│ ${text}${' '.repeat(Math.max(0, columns - used))} │`
}

function rowLines(row: PaperRow, columns: number): readonly TextLine[] {
  switch (row.kind) {
    case 'text':
      return [textLine(row.cells)]
    case 'feed':
      return Array.from({ length: Math.round(row.heightDots / LINE_DOTS) }, () => ({ text: '', columns: 0 }))
    case 'qr':
      return imageLines(row, qrModuleDots(row.image))
    case 'image':
    case 'barcode':
      return imageLines(row, Math.max(COLUMN_DOTS / 2, Math.ceil(row.image.widthDots / columns)))
  }
}

/** Each character at its column; enlarged ones with the space they take. */
function textLine(cells: readonly PaperCell[]): TextLine {
  let text = ''
  let columns = 0
  for (const cell of cells) {
    const at = Math.round(cell.x / COLUMN_DOTS)
    text += ' '.repeat(Math.max(0, at - columns))
    columns = Math.max(at, columns)
    const width = Math.max(1, Math.round(cell.widthDots / COLUMN_DOTS))
    const own = consoleColumns(cell)
    text += cell.text + ' '.repeat(Math.max(0, width - own))
    columns += Math.max(width, own)
  }
  return { text, columns }
}

/** A cell of a double-byte character is as wide as high. */
function consoleColumns(cell: PaperCell): number {
  const wide =
    /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u
  return wide.test(cell.text) ? 2 : 1
}

/** Half blocks: one character is `stepDots` wide and twice as high. */
function imageLines({ x, image }: PaperImage, stepDots: number): readonly TextLine[] {
  const columns = Math.ceil(image.widthDots / stepDots)
  const rows = Math.ceil(image.heightDots / stepDots)
  const indent = Math.round(x / COLUMN_DOTS) + indentOf(image, stepDots, x)
  const lines: TextLine[] = []
  for (let row = 0; row < rows; row += 2) {
    let text = ' '.repeat(indent)
    for (let column = 0; column < columns; column++) {
      const upper = isDark(image, column, row, stepDots)
      const lower = isDark(image, column, row + 1, stepDots)
      text += HALF_BLOCKS[(upper ? 2 : 0) + (lower ? 1 : 0)]
    }
    lines.push({ text, columns: indent + columns })
  }
  return lines
}

const HALF_BLOCKS = [' ', '▄', '▀', '█']

/** A QR code takes a column a module, more than its share of the paper: its middle stays where it was. */
function indentOf(image: DotImage, stepDots: number, x: number): number {
  const columns = Math.ceil(image.widthDots / stepDots)
  const ownColumns = image.widthDots / COLUMN_DOTS
  const shift = Math.round((ownColumns - columns) / 2)
  return Math.max(shift, -Math.round(x / COLUMN_DOTS))
}

function isDark(image: DotImage, column: number, row: number, stepDots: number): boolean {
  let dark = 0
  for (let y = 0; y < stepDots; y++) {
    for (let x = 0; x < stepDots; x++) {
      if (hasDot(image, column * stepDots + x, row * stepDots + y)) dark++
    }
  }
  return dark * 2 >= stepDots * stepDots
}

/** The finder pattern in the upper left corner begins with seven dark modules. */
function qrModuleDots(image: DotImage): number {
  let dark = 0
  while (hasDot(image, dark, 0)) dark++
  return Math.max(1, Math.round(dark / 7))
}
