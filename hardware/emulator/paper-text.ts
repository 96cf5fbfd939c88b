import type { PaperPiece } from './paper.ts'

/** A piece of paper for a console: one column for each twelve dots. */
export function renderPaperText(_piece: PaperPiece): string {
  return ''
}
