import { isPrinted, type PaperPiece } from '../../../hardware/emulator/paper.ts'
import { renderPaperText } from '../../../hardware/emulator/paper-text.ts'
import { PrinterDevice } from '../../../hardware/emulator/printer-device.ts'
import type { StreamListener } from '../../base/ports.ts'
import { hostClock } from '../../host/service/host-clock.ts'

/** What a printer that never stops would make of a stream of bytes, as lines of text, piece by piece. */
export class PaperWatch {
  readonly #printer: PrinterDevice
  readonly #pieces: PaperPiece[] = []
  #listener: StreamListener | undefined

  constructor(widthDots: number) {
    this.#printer = new PrinterDevice({ clock: hostClock, widthDots })
    this.#printer.onPrinted((piece) => this.#pieces.push(piece))
    this.#plug()
  }

  /** The pieces that `bytes` cut off. */
  push(bytes: Uint8Array): readonly (readonly string[])[] {
    this.#listener?.received(bytes)
    return this.#pieces.splice(0).map(textOf)
  }

  /** The line has ended: what was not printed is lost, the paper stays. */
  unplug(): void {
    this.#printer.detach()
    this.#plug()
  }

  /** What hangs from the printer, if anything is on it. */
  hanging(): readonly string[] | undefined {
    const { hanging } = this.#printer.paper
    return isPrinted(hanging) ? textOf(hanging) : undefined
  }

  #plug(): void {
    this.#printer.attach({
      write() {},
      close() {},
      listen: (listener) => {
        this.#listener = listener
      },
    })
  }
}

function textOf(piece: PaperPiece): readonly string[] {
  return renderPaperText(piece).trimEnd().split('\n')
}
