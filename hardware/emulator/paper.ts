import type { DotImage } from './dot-image.ts'

/** How a character stands on paper. */
export interface TextStyle {
  readonly bold: boolean
  readonly underline: boolean
  /** White on black. */
  readonly reverse: boolean
}

/** One character in its cell. */
export interface PaperCell {
  /** Dots from the left edge of the printed area. */
  readonly x: number
  readonly widthDots: number
  readonly heightDots: number
  readonly text: string
  readonly style: TextStyle
  /** A character of the double-byte font: a narrow letter of it stands in the middle of its cell. */
  readonly isWide?: true
}

export interface PaperImage {
  /** `qr`: the printer drew it from the data that it got. */
  readonly kind: 'image' | 'qr' | 'barcode'
  readonly x: number
  readonly heightDots: number
  readonly image: DotImage
}

export type PaperRow =
  /** Characters stand on the lower edge; the rest of the height is the space between lines. */
  | { readonly kind: 'text'; readonly heightDots: number; readonly cells: readonly PaperCell[] }
  | { readonly kind: 'feed'; readonly heightDots: number }
  | PaperImage

/** What is between two cuts. */
export interface PaperPiece {
  /** Width of the printed area in dots. */
  readonly widthDots: number
  readonly rows: readonly PaperRow[]
}

/** All that came out of a printer: pieces that were cut or torn off, and the one that hangs from it. */
export interface Paper {
  /** The oldest go when there are more than 500. */
  readonly pieces: readonly PaperPiece[]
  readonly hanging: PaperPiece
}

/** Whether anything but blank paper is on `piece`. */
export function isPrinted(piece: PaperPiece): boolean {
  return piece.rows.some((row) => row.kind !== 'feed' && (row.kind !== 'text' || row.cells.length > 0))
}
