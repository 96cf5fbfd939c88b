import type { PaperCell, PaperRow, TextStyle } from './paper.ts'

export type LineAlignment = 'left' | 'centre' | 'right'

interface CellSize {
  readonly width: number
  readonly height: number
}

/** Fonts A and B and the double-byte font: cells in dots. */
const FONT_A: CellSize = { width: 12, height: 24 }
const FONT_B: CellSize = { width: 9, height: 17 }
const KANJI: CellSize = { width: 24, height: 24 }
const TAB_COLUMNS = 8

/** Everything that ESC @ puts back. */
export interface LineSettings {
  readonly style: TextStyle
  readonly isFontB: boolean
  /** Enlargement, 1 to 8. */
  readonly width: number
  readonly height: number
  readonly alignment: LineAlignment
  readonly spacingDots: number
  readonly leftMargin: number
  /** Undefined: up to the right edge. */
  readonly printWidth: number | undefined
}

export const DEFAULT_LINE: LineSettings = {
  style: { bold: false, underline: false, reverse: false },
  isFontB: false,
  width: 1,
  height: 1,
  alignment: 'left',
  spacingDots: 30,
  leftMargin: 0,
  printWidth: undefined,
}

/** Collects the characters of one line until something prints it. */
export class LineComposer {
  readonly #widthDots: number
  #cells: PaperCell[] = []
  #x = 0
  #settings: LineSettings = DEFAULT_LINE
  /** What follows from the settings: asked for each character. */
  #narrow = FONT_A
  #wide = KANJI
  #leftMargin = 0
  #areaWidth: number

  constructor(widthDots: number) {
    this.#widthDots = widthDots
    this.#areaWidth = widthDots
  }

  get settings(): LineSettings {
    return this.#settings
  }

  set settings(settings: LineSettings) {
    this.#settings = settings
    const { isFontB, width, height, leftMargin, printWidth } = settings
    this.#narrow = enlarged(isFontB ? FONT_B : FONT_A, width, height)
    this.#wide = enlarged(KANJI, width, height)
    this.#leftMargin = Math.min(leftMargin, this.#widthDots - FONT_A.width)
    const rest = this.#widthDots - this.#leftMargin
    this.#areaWidth = Math.max(FONT_A.width, Math.min(printWidth ?? rest, rest))
  }

  get isEmpty(): boolean {
    return this.#cells.length === 0
  }

  /** Forgets the line; the settings stay. */
  clear(): void {
    this.#cells = []
    this.#x = 0
  }

  /** Whether one more character goes to the next line. */
  overflows(isWide: boolean): boolean {
    return this.#x > 0 && this.#x + this.#cellSize(isWide).width > this.#areaWidth
  }

  add(text: string, isWide: boolean): void {
    const { width, height } = this.#cellSize(isWide)
    const cell = { x: this.#x, widthDots: width, heightDots: height, text, style: this.#settings.style }
    this.#cells.push(isWide ? { ...cell, isWide } : cell)
    this.#x += width
  }

  /** Moves to the next tab stop, every eight columns. */
  tab(): void {
    const stop = TAB_COLUMNS * this.#cellSize(false).width
    this.#x = Math.min((Math.floor(this.#x / stop) + 1) * stop, this.#areaWidth)
  }

  /** Moves to `x` dots from the left margin. */
  moveTo(x: number): void {
    this.#x = Math.min(Math.max(0, x), this.#areaWidth)
  }

  moveBy(dots: number): void {
    this.moveTo(this.#x + dots)
  }

  /** The line as it is printed, `feedDots` high at least; the composer is empty afterwards. */
  take(feedDots: number): PaperRow {
    const cells = this.#cells
    const shift = this.offsetOf(this.#x)
    this.clear()
    let heightDots = feedDots
    for (const cell of cells) if (cell.heightDots > heightDots) heightDots = cell.heightDots
    if (cells.length === 0) return { kind: 'feed', heightDots }
    if (shift === 0) return { kind: 'text', heightDots, cells }
    return { kind: 'text', heightDots, cells: cells.map((cell) => ({ ...cell, x: cell.x + shift })) }
  }

  /** Where something of `contentDots` begins under the margin and alignment in force. */
  offsetOf(contentDots: number): number {
    const free = Math.max(0, this.#areaWidth - contentDots)
    const shares = { left: 0, centre: 0.5, right: 1 }
    return this.#leftMargin + Math.floor(free * shares[this.settings.alignment])
  }

  #cellSize(isWide: boolean): CellSize {
    return isWide ? this.#wide : this.#narrow
  }
}

function enlarged(font: CellSize, width: number, height: number): CellSize {
  return width === 1 && height === 1 ? font : { width: font.width * width, height: font.height * height }
}
