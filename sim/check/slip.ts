import type { PaperPiece } from '../../hardware/emulator/paper.ts'

/** A sales slip as a person reads it. */
export interface Slip {
  readonly batch: string
  readonly stan: string
  readonly amountMinor: number
  readonly isDuplicate: boolean
  readonly isWhole: boolean
}

/** Reads the slips that are on a piece of paper, line by line; a torn one and its copy may hang together. */
export function readSlips(paper: readonly string[]): readonly Slip[] {
  const slips: Slip[] = []
  let lines: string[] = []
  for (const line of paper) {
    if (/签购单|SALES SLIP/.test(line)) {
      addSlip(slips, lines)
      lines = []
    }
    lines.push(line)
  }
  addSlip(slips, lines)
  return slips
}

/** All characters of a piece, line by line. */
export function textLines(piece: PaperPiece): readonly string[] {
  return piece.rows.flatMap((row) =>
    row.kind === 'text' ? [row.cells.map(({ text }) => text).join('')] : [],
  )
}

function addSlip(slips: Slip[], lines: readonly string[]): void {
  if (lines.length === 0 || !/签购单|SALES SLIP/.test(lines[0] ?? '')) return
  const batch = valueBehind(lines, /批次号|BATCH/, /(\d{6})\s*$/)
  const stan = valueBehind(lines, /凭证号|^TRACE/, /(\d{6})\s*$/)
  const amount = valueBehind(lines, /金额|^AMOUNT/, /(-?[\d,]+\.\d{2})\s*$/)
  slips.push({
    batch: batch ?? '',
    stan: stan ?? '',
    amountMinor: amount === undefined ? Number.NaN : Math.round(Number(amount.replaceAll(',', '')) * 100),
    isDuplicate: lines.some((line) => /重打印|DUPLICATE/.test(line)),
    isWhole: batch !== undefined && stan !== undefined && amount !== undefined,
  })
}

/** The value at the end of the first line with `label`, or of the line after it when the pair took two. */
function valueBehind(lines: readonly string[], label: RegExp, value: RegExp): string | undefined {
  const index = lines.findIndex((line) => label.test(line) && !/原凭证号|ORIG/.test(line))
  if (index < 0) return undefined
  return value.exec(lines[index] ?? '')?.[1] ?? value.exec(lines[index + 1] ?? '')?.[1]
}
