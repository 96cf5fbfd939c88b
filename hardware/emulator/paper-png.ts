import type { PaperPiece } from './paper.ts'

/** A piece of paper as a PNG picture. */
export function renderPaperPng(_piece: PaperPiece): Uint8Array {
  return new Uint8Array(0)
}
