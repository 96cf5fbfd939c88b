import { isPrinted, type Paper, type PaperPiece, type PaperRow } from './paper.ts'

const PIECES_MAX = 500
/** Two hundred metres or so: what garbage can print before the oldest rows go. */
const ROWS_MAX = 5000

/** Paper that grows row by row and is cut into pieces. */
export class PaperRoll implements Paper {
  readonly #widthDots: number
  readonly #pieces: PaperPiece[] = []
  #rows: PaperRow[] = []

  constructor(widthDots: number) {
    this.#widthDots = widthDots
  }

  get pieces(): readonly PaperPiece[] {
    return this.#pieces
  }

  get hanging(): PaperPiece {
    return { widthDots: this.#widthDots, rows: [...this.#rows] }
  }

  add(row: PaperRow): void {
    this.#rows.push(row)
    if (this.#rows.length > ROWS_MAX) this.#rows.splice(0, ROWS_MAX / 2)
  }

  /** Takes off what hangs; undefined (and nothing is taken) when it is blank. */
  cut(): PaperPiece | undefined {
    const piece = this.hanging
    if (!isPrinted(piece)) return undefined
    this.#rows = []
    this.#pieces.push(piece)
    if (this.#pieces.length > PIECES_MAX) this.#pieces.shift()
    return piece
  }
}
