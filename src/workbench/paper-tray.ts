import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import { renderPaperPng } from '../../hardware/emulator/paper-png.ts'

/** Width and height stand at these bytes of a PNG file. Source: PNG 1.2, 11.2.2. */
const PNG_WIDTH_AT = 16
const PNG_HEIGHT_AT = 20
/** The oldest slips fall off the table. */
const KEPT_MAX = 20

export interface Slip {
  readonly id: number
  readonly widthPx: number
  readonly heightPx: number
}

/** Slips that came out of the printer, as pictures of the dots that its bytes made. */
export class PaperTray {
  readonly #pictures = new Map<number, Uint8Array>()
  #slips: readonly Slip[] = []
  #lastId = 0

  get slips(): readonly Slip[] {
    return this.#slips
  }

  add(piece: PaperPiece): void {
    const picture = renderPaperPng(piece)
    const view = new DataView(picture.buffer, picture.byteOffset)
    const id = ++this.#lastId
    this.#pictures.set(id, picture)
    this.#slips = [
      ...this.#slips,
      { id, widthPx: view.getUint32(PNG_WIDTH_AT), heightPx: view.getUint32(PNG_HEIGHT_AT) },
    ]
    if (this.#slips.length > KEPT_MAX) this.#forget(this.#slips[0]?.id ?? 0)
  }

  /** PNG; undefined when the slip is not here any more. */
  picture(id: number): Uint8Array | undefined {
    return this.#pictures.get(id)
  }

  /** Everything is torn off and taken away. */
  clear(): void {
    this.#pictures.clear()
    this.#slips = []
  }

  #forget(id: number): void {
    this.#pictures.delete(id)
    this.#slips = this.#slips.filter((slip) => slip.id !== id)
  }
}
