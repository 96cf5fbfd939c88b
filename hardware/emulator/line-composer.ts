import type { PaperCell, PaperRow, TextStyle } from './paper.ts'

export type LineAlignment = 'left' | 'centre' | 'right'

/** Fonts A and B and the double-byte font: cells in dots. */
const FONT_A = { width: 12, height: 24 }
const FONT_B = { width: 9, height: 17 }
const KANJI = { width: 24, height: 24 }
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
  settings: LineSettings = DEFAULT_LINE

  constructor(widthDots: number) {
    this.#widthDots = widthDots
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
    const cell = { x: this.#x, widthDots: width, heightDots: height, text, style: this.settings.style }
    this.#cells.push(cell)
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
    const tallest = Math.max(0, ...cells.map((cell) => cell.heightDots))
    const heightDots = Math.max(feedDots, tallest)
    if (cells.length === 0) return { kind: 'feed', heightDots }
    return { kind: 'text', heightDots, cells: cells.map((cell) => ({ ...cell, x: cell.x + shift })) }
  }

  /** Where something of `contentDots` begins under the margin and alignment in force. */
  offsetOf(contentDots: number): number {
    const free = Math.max(0, this.#areaWidth - contentDots)
    const shares = { left: 0, centre: 0.5, right: 1 }
    return this.#leftMargin + Math.floor(free * shares[this.settings.alignment])
  }

  get #leftMargin(): number {
    return Math.min(this.settings.leftMargin, this.#widthDots - FONT_A.width)
  }

  get #areaWidth(): number {
    const rest = this.#widthDots - this.#leftMargin
    return Math.max(FONT_A.width, Math.min(this.settings.printWidth ?? rest, rest))
  }

  #cellSize(isWide: boolean): { readonly width: number; readonly height: number } {
    const { isFontB, width, height } = this.settings
    const narrow = isFontB ? FONT_B : FONT_A
    const font = isWide ? KANJI : narrow
    return { width: font.width * width, height: font.height * height }
  }
}
