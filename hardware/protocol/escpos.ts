import { concatBytes } from '../../src/base/bytes.ts'
import { invariant } from '../../src/base/invariant.ts'

/** Builders of printer commands: each returns the exact bytes. Source: ESC/POS command reference of the maker. */

const DLE = 0x10
const ESC = 0x1b
const FS = 0x1c
const GS = 0x1d

/** Clears the line buffer and restores the defaults, kanji mode and automatic status included. Source: ESC @. */
export function initialise(): Uint8Array {
  return Uint8Array.of(ESC, 0x40)
}

/** Emphasised print on or off. Source: ESC E n. */
export function bold(on: boolean): Uint8Array {
  return Uint8Array.of(ESC, 0x45, on ? 1 : 0)
}

export type Alignment = 'left' | 'centre' | 'right'
const ALIGNMENTS: { readonly [alignment in Alignment]: number } = { left: 0, centre: 1, right: 2 }

/** Position of whole lines; works at the start of a line only. Source: ESC a n. */
export function align(alignment: Alignment): Uint8Array {
  return Uint8Array.of(ESC, 0x61, ALIGNMENTS[alignment])
}

/** Enlarges characters 1 to 8 times in each direction. Source: GS ! n. */
export function size(width: number, height: number): Uint8Array {
  return Uint8Array.of(GS, 0x21, (within(width, 1, 8) - 1) * 16 + within(height, 1, 8) - 1)
}

/** Prints the line buffer and feeds 0 to 255 lines. Source: ESC d n. */
export function feedLines(lines: number): Uint8Array {
  return Uint8Array.of(ESC, 0x64, within(lines, 0, 255))
}

/** Cuts where the paper stands, or, with `feed` (0 to 255 dots), behind the cutter. Source: GS V m, GS V m n. */
export function cut(kind: 'full' | 'partial', feed?: number): Uint8Array {
  const partial = kind === 'partial' ? 1 : 0
  if (feed === undefined) return Uint8Array.of(GS, 0x56, partial)
  return Uint8Array.of(GS, 0x56, 0x41 + partial, within(feed, 0, 255))
}

/** Opens the drawer at connector pin 2 or 5; both times are 0 to 510 ms in steps of 2. Source: ESC p m t1 t2. */
export function drawerPulse(pin: 2 | 5, onMs: number, offMs: number): Uint8Array {
  return Uint8Array.of(
    ESC,
    0x70,
    pin === 2 ? 0 : 1,
    within(Math.round(onMs / 2), 0, 255),
    within(Math.round(offMs / 2), 0, 255),
  )
}

/** Bytes above 7F start characters of two or four bytes, or are single ones. Source: FS & and FS . */
export function kanjiMode(on: boolean): Uint8Array {
  return Uint8Array.of(FS, on ? 0x26 : 0x2e)
}

export type QrLevel = 'L' | 'M' | 'Q' | 'H'
const QR_LEVELS: { readonly [level in QrLevel]: number } = { L: 0x30, M: 0x31, Q: 0x32, H: 0x33 }
/** Most bytes of a QR code, version 40 at level L. */
const QR_DATA_MAX = 2953

export interface QrCode {
  /** 1 to 2953 bytes. */
  readonly data: Uint8Array
  /** Dots of one module, 1 to 16. */
  readonly moduleDots: number
  readonly level: QrLevel
}

/** Chooses model 2, module size and level, stores the data and prints. Source: GS ( k, functions 165, 167, 169, 180, 181. */
export function qrCode({ data, moduleDots, level }: QrCode): Uint8Array {
  within(data.length, 1, QR_DATA_MAX)
  return concatBytes([
    qrFunction(0x41, [0x32, 0]),
    qrFunction(0x43, [within(moduleDots, 1, 16)]),
    qrFunction(0x45, [QR_LEVELS[level]]),
    qrFunction(0x50, [0x30, ...data]),
    qrFunction(0x51, [0x30]),
  ])
}

/** The length counts from the symbol type (31 for QR). */
function qrFunction(code: number, parameters: readonly number[]): Uint8Array {
  const length = parameters.length + 2
  return Uint8Array.of(GS, 0x28, 0x6b, length & 0xff, length >> 8, 0x31, code, ...parameters)
}

export interface RasterImage {
  /** Bytes of one row, 1 to 65535; eight dots each, most significant bit left, 1 is black. */
  readonly widthBytes: number
  /** Rows, 1 to 65535. */
  readonly heightDots: number
  readonly bits: Uint8Array
}

/** Prints an image at normal size. Source: GS v 0 m xL xH yL yH. */
export function rasterImage({ widthBytes, heightDots, bits }: RasterImage): Uint8Array {
  invariant(bits.length === widthBytes * heightDots, 'image data is not width times height')
  const [width, height] = [within(widthBytes, 1, 65535), within(heightDots, 1, 65535)]
  const head = Uint8Array.of(GS, 0x76, 0x30, 0, width & 0xff, width >> 8, height & 0xff, height >> 8)
  return concatBytes([head, bits])
}

/** Asked and answered at once, past the buffer: 1 printer, 2 cause of offline, 3 error, 4 paper. Source: DLE EOT n. */
export type RealTimeStatusKind = 1 | 2 | 3 | 4

/** One byte answers. Source: DLE EOT n. */
export function realTimeStatusRequest(kind: RealTimeStatusKind): Uint8Array {
  return Uint8Array.of(DLE, 0x04, kind)
}

/** One byte answers when all bytes before have been processed: 1 paper, 2 drawer. Source: GS r n. */
export function bufferedStatusRequest(kind: 1 | 2): Uint8Array {
  return Uint8Array.of(GS, 0x72, kind)
}

/** Groups of the automatic status: drawer 1, online 2, error 4, paper 8; 0 turns it off. Four bytes answer now and at each change. Source: GS a n. */
export function automaticStatus(groups: number): Uint8Array {
  return Uint8Array.of(GS, 0x61, within(groups, 0, 255))
}

/** Ends an error at once: 1 prints on from the line of the error, 2 clears both buffers first. Source: DLE ENQ n. */
export function recover(mode: 1 | 2): Uint8Array {
  return Uint8Array.of(DLE, 0x05, mode)
}

function within(value: number, min: number, max: number): number {
  invariant(Number.isInteger(value) && value >= min && value <= max, `${value} is not ${min} to ${max}`)
  return value
}
