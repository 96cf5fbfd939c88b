import type { ByteStream, Clock } from '../../src/base/ports.ts'
import type { Paper, PaperPiece } from './paper.ts'

export interface PrinterDeviceOptions {
  readonly clock: Clock
  /** Printed area in dots, a multiple of 8; 384 (58 mm paper) by default. */
  readonly widthDots?: number
}

/** A thermal receipt printer with ESC/POS, GB18030 and a partial cutter. */
export class PrinterDevice {
  readonly paper: Paper = { pieces: [], hanging: { widthDots: 384, rows: [] } }

  constructor(_options: PrinterDeviceOptions) {}

  attach(_stream: ByteStream): void {}
  detach(): void {}
  setPaper(_state: 'ok' | 'nearEnd' | 'end'): void {}
  setCover(_state: 'closed' | 'open'): void {}
  setOnline(_isOnline: boolean): void {}
  endPaperAfter(_lines: number): void {}
  onPrinted(_listener: (piece: PaperPiece) => void): void {}
  onChange(_listener: () => void): void {}
}
