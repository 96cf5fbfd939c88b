import { align, bold, cut, feedLines, qrCode, rasterImage, size } from '../../../hardware/protocol/escpos.ts'
import { utf8ToBytes } from '../../../hardware/protocol/utf8.ts'
import { concatBytes } from '../../base/bytes.ts'
import type { PrintDocument, PrintLine } from '../flows/print-document.ts'
import { printableText, type TextMeasure, wrapText } from './print-text.ts'

/** Bytes that the printer takes in one go. */
export interface PrintStep {
  readonly bytes: Uint8Array
  /** Lines of the document that are on paper when this step is done. */
  readonly linesDone: number
}

export interface PrintLayoutOptions {
  readonly measure: TextMeasure
  readonly columns: number
}

type ImageLine = PrintLine & { readonly kind: 'image' }

/** Dots of one column of font A. */
const COLUMN_DOTS = 12
/** Rows of one step: at 48 bytes a row well below the smallest printer buffers (4 KiB). */
const BAND_ROWS = 48
const FEED_LINES_MAX = 255
/** Dots from the print head to the cutter are fed by the printer itself. */
const CUT_FEED = 0

/** The printer's bytes for each line of `document`, in steps. */
export function layOut(document: PrintDocument, options: PrintLayoutOptions): readonly PrintStep[] {
  const steps: PrintStep[] = []
  document.lines.forEach((line, index) => {
    const parts = lineBytes(line, options)
    parts.forEach((bytes, part) => {
      steps.push({ bytes, linesDone: part === parts.length - 1 ? index + 1 : index })
    })
  })
  if (document.cut) steps.push({ bytes: cut('partial', CUT_FEED), linesDone: document.lines.length })
  return steps
}

/** One part or more; never none, so that each line is counted. */
function lineBytes(line: PrintLine, options: PrintLayoutOptions): readonly Uint8Array[] {
  switch (line.kind) {
    case 'text':
      return [textBytes(line, options)]
    case 'pair':
      return [pairBytes(line, options)]
    case 'rule':
      return [printed(['-'.repeat(options.columns)], options)]
    case 'feed':
      return [feedBytes(line.lines)]
    case 'qr':
      return [qrBytes(line.data, options)]
    case 'image':
      return imageParts(line, options)
  }
}

/** Rows, each with its line feed, which is the same byte in every code. */
function printed(rows: readonly string[], { measure }: PrintLayoutOptions): Uint8Array {
  return measure.encode(`${rows.join('\n')}\n`)
}

/** `content` between the commands that set a style and those that take it back. */
function styled(
  content: Uint8Array,
  style: { readonly align?: 'left' | 'centre' | 'right'; readonly bold?: boolean; readonly size?: 1 | 2 },
): Uint8Array {
  const aligned = style.align !== undefined && style.align !== 'left'
  if (!aligned && style.bold !== true && style.size !== 2) return content
  const before: Uint8Array[] = []
  const after: Uint8Array[] = []
  if (aligned && style.align !== undefined) {
    before.push(align(style.align))
    after.push(align('left'))
  }
  if (style.bold === true) {
    before.push(bold(true))
    after.push(bold(false))
  }
  if (style.size === 2) {
    before.push(size(2, 2))
    after.push(size(1, 1))
  }
  return concatBytes([...before, content, ...after])
}

function textBytes(line: PrintLine & { readonly kind: 'text' }, options: PrintLayoutOptions): Uint8Array {
  const columns = Math.floor(options.columns / (line.size ?? 1))
  const rows = wrapText(printableText(line.text), columns, options.measure)
  return styled(printed(rows, options), line)
}

/** Both on one line when a space fits between them; else the left, and below it the right at its margin. */
function pairBytes(line: PrintLine & { readonly kind: 'pair' }, options: PrintLayoutOptions): Uint8Array {
  const { columns, measure } = options
  const [left, right] = [printableText(line.left), printableText(line.right)]
  const gap = columns - measure.columns(left) - measure.columns(right)
  const rows =
    gap >= 1
      ? [`${left}${' '.repeat(gap)}${right}`]
      : [
          ...wrapText(left, columns, measure),
          ...wrapText(right, columns, measure).map(
            (row) => ' '.repeat(Math.max(0, columns - measure.columns(row))) + row,
          ),
        ]
  return styled(printed(rows, options), line)
}

function feedBytes(lines: number): Uint8Array {
  const parts: Uint8Array[] = []
  for (let left = Math.max(0, Math.trunc(lines)); left > 0; left -= FEED_LINES_MAX) {
    parts.push(feedLines(Math.min(left, FEED_LINES_MAX)))
  }
  return concatBytes(parts)
}

/** Module sizes by the length of the data, so that the symbol stays inside 384 dots at level M. */
const QR_MODULE_DOTS: readonly (readonly [bytesMax: number, dots: number])[] = [
  [62, 6],
  [180, 5],
  [360, 4],
  [1000, 3],
]
const QR_BYTES_MAX = 2331

/** UTF-8, since readers of QR codes expect it. Too long for a symbol: the text itself. */
function qrBytes(text: string, options: PrintLayoutOptions): Uint8Array {
  const data = utf8ToBytes(printableText(text))
  if (data.length === 0) return new Uint8Array(0)
  if (data.length > QR_BYTES_MAX) return textBytes({ kind: 'text', text }, options)
  const moduleDots = QR_MODULE_DOTS.find(([bytesMax]) => data.length <= bytesMax)?.[1] ?? 2
  return styled(qrCode({ data, moduleDots, level: 'M' }), { align: 'centre' })
}

function imageParts(line: ImageLine, options: PrintLayoutOptions): readonly Uint8Array[] {
  const sourceBytes = Math.ceil(line.widthDots / 8)
  const widthBytes = Math.min(sourceBytes, Math.floor((options.columns * COLUMN_DOTS) / 8))
  const heightDots =
    sourceBytes === 0 ? 0 : Math.min(line.heightDots, Math.floor(line.bits.length / sourceBytes))
  const parts: Uint8Array[] = []
  for (let top = 0; top < heightDots && widthBytes > 0; top += BAND_ROWS) {
    const rows = Math.min(BAND_ROWS, heightDots - top)
    const bits = new Uint8Array(widthBytes * rows)
    for (let row = 0; row < rows; row++) {
      const start = (top + row) * sourceBytes
      bits.set(line.bits.subarray(start, start + widthBytes), row * widthBytes)
    }
    hideRealTimeCommands(bits)
    parts.push(styled(rasterImage({ widthBytes, heightDots: rows, bits }), { align: 'centre' }))
  }
  return parts.length === 0 ? [new Uint8Array(0)] : parts
}

/**
 * A printer obeys DLE EOT, DLE ENQ and DLE DC4 wherever they stand, image data included; DLE ENQ 2 would
 * clear its buffer. One more black dot in the second byte (08, which none of the three has) hides them.
 */
function hideRealTimeCommands(bits: Uint8Array): void {
  for (let index = 1; index < bits.length; index++) {
    const byte = bits[index] ?? 0
    if (bits[index - 1] === 0x10 && (byte === 0x04 || byte === 0x05 || byte === 0x14))
      bits[index] = byte | 0x08
  }
}
