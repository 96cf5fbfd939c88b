import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import type { TransactionType } from '../../src/terminal/flows/transaction-type.ts'

/** A sales slip as a person reads it. */
export interface Slip {
  readonly batch: string
  readonly stan: string
  readonly amountMinor: number
  /** What it says was done; undefined when its words are none that a person knows. */
  readonly type: TransactionType | undefined
  readonly copy: 'merchant' | 'cardholder' | undefined
  readonly isDuplicate: boolean
  /** It says what it is about. */
  readonly isWhole: boolean
  /** It was printed as far as the sentence at its end. */
  readonly isComplete: boolean
}

/** A settlement slip: sums of both card classes together. */
export interface SettlementSlip {
  readonly batch: string
  readonly debitMinor: number
  readonly creditMinor: number
}

const SLIP_TITLE = /签购单|SALES SLIP/
const SETTLEMENT_TITLE = /结算单|SETTLEMENT SLIP/
const TITLE = /签购单|SALES SLIP|结算单|SETTLEMENT SLIP/
const MONEY = /(-?[\d,]+\.\d{2})\s*$/
/** What a slip may end with; the cardholder's copy of one that was signed ends with what it is about. */
const END = /重打印|DUPLICATE|无需签名|免密免签|NO\s*SIGNATURE\s*REQUIRED|本人确认以上交易|I\s*ACKNOWLEDGE/

const WORDS: Readonly<Record<string, TransactionType>> = {
  消费: 'sale',
  SALE: 'sale',
  消费撤销: 'saleVoid',
  VOID: 'saleVoid',
  退货: 'refund',
  REFUND: 'refund',
  预授权: 'preAuthorisation',
  'PRE-AUTH': 'preAuthorisation',
  预授权撤销: 'preAuthorisationCancel',
  'PRE-AUTH CANCEL': 'preAuthorisationCancel',
  预授权完成: 'completion',
  'AUTH COMPLETE': 'completion',
  预授权完成通知: 'completionAdvice',
  'AUTH SETTLEMENT': 'completionAdvice',
  预授权完成撤销: 'completionVoid',
  'COMPLETE VOID': 'completionVoid',
}

/** Reads the slips that are on a piece of paper, line by line; a torn one and its copy may hang together. */
export function readSlips(paper: readonly string[]): readonly Slip[] {
  return partsOf(paper).flatMap((lines) => (SLIP_TITLE.test(lines[0] ?? '') ? [slipOf(lines)] : []))
}

/** Reads the settlement slip that ends a piece, when it is whole. */
export function readSettlementSlips(paper: readonly string[]): readonly SettlementSlip[] {
  const last = partsOf(paper).at(-1) ?? []
  if (!SETTLEMENT_TITLE.test(last[0] ?? '')) return []
  const batch = valueBehind(last, /批次号|^BATCH/, /(\d{6})\s*$/) ?? ''
  const debitMinor = sumOf(last, /借记|DEBIT/)
  const creditMinor = sumOf(last, /贷记|CREDIT/)
  // One that was torn off does not say what it is about.
  return debitMinor === undefined || creditMinor === undefined ? [] : [{ batch, debitMinor, creditMinor }]
}

/** All characters of a piece, line by line. */
export function textLines(piece: PaperPiece): readonly string[] {
  return piece.rows.flatMap((row) =>
    row.kind === 'text' ? [row.cells.map(({ text }) => text).join('')] : [],
  )
}

/** The lines from one title to the next. */
function partsOf(paper: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = []
  for (const line of paper) {
    if (TITLE.test(line)) parts.push([])
    parts.at(-1)?.push(line)
  }
  return parts
}

function slipOf(lines: readonly string[]): Slip {
  const batch = valueBehind(lines, /批次号|BATCH/, /(\d{6})\s*$/)
  const stan = valueBehind(lines, /凭证号|^TRACE/, /(\d{6})\s*$/)
  const amount = valueBehind(lines, /金额|^AMOUNT/, MONEY)
  const copy = lines.some((line) => /商户存根|MERCHANT COPY/.test(line))
    ? 'merchant'
    : lines.some((line) => /持卡人存根|CARDHOLDER COPY/.test(line))
      ? 'cardholder'
      : undefined
  return {
    batch: batch ?? '',
    stan: stan ?? '',
    amountMinor: amount === undefined ? Number.NaN : minorOf(amount),
    type: lines.map(typeIn).find((type) => type !== undefined),
    copy,
    isDuplicate: lines.some((line) => /重打印|DUPLICATE/.test(line)),
    isWhole: batch !== undefined && stan !== undefined && amount !== undefined,
    isComplete: amount !== undefined && (copy === 'cardholder' || END.test(lines.join(' '))),
  }
}

/** What a line says that holds nothing but the name of a transaction, in one language or both. */
function typeIn(line: string): TransactionType | undefined {
  const words = line.trim()
  const [first = '', ...rest] = words.split(' ')
  const type = WORDS[words] ?? WORDS[first]
  return type !== undefined && (WORDS[words] === type || WORDS[rest.join(' ')] === type) ? type : undefined
}

/** Of both card classes; undefined when one is not there. */
function sumOf(lines: readonly string[], label: RegExp): number | undefined {
  const sums = lines.filter((line) => label.test(line))
  if (sums.length < 2) return undefined
  return sums.reduce((sum, line) => sum + minorOf(MONEY.exec(line)?.[1] ?? 'none'), 0)
}

function minorOf(amount: string): number {
  return Math.round(Number(amount.replaceAll(',', '')) * 100)
}

/** The value at the end of the first line with `label`, or of the line after it when the pair took two. */
function valueBehind(lines: readonly string[], label: RegExp, value: RegExp): string | undefined {
  const index = lines.findIndex((line) => label.test(line) && !/原凭证号|ORIG/.test(line))
  if (index < 0) return undefined
  return value.exec(lines[index] ?? '')?.[1] ?? value.exec(lines[index + 1] ?? '')?.[1]
}
