import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import { textLines } from '../../sim/check/slip.ts'
import type { CommandOutcome } from '../../src/terminal/flows/terminal-command.ts'
import type { BatchTotals, ClassTotals } from '../../src/terminal/flows/terminal-model.ts'
import { totalsText } from './day-books.ts'

/** An outcome in the words of the model. */
export function outcomeText(outcome: CommandOutcome | undefined): string {
  if (outcome === undefined) return 'power cut'
  switch (outcome.kind) {
    case 'approved': {
      const { type, stan, amountMinor } = outcome.transaction
      return `approved ${type} ${stan} ${amountMinor}`
    }
    case 'declined':
      return `declined ${outcome.responseCode} ${outcome.transaction.stan}`
    case 'reversed':
      return `reversed ${outcome.stan} ${outcome.reason} ${outcome.reversal}`
    case 'queued':
      return `queued ${outcome.stan}`
    case 'balance':
      return `balance ${outcome.amountMinor}`
    case 'settled': {
      const { batch, transactionCount, domesticFlag, foreignFlag, totals } = outcome.summary
      return `settled ${batch} ${transactionCount} ${domesticFlag}${foreignFlag} ${bothTexts(totals)}`
    }
    case 'report':
      return `report ${outcome.batch} ${outcome.count} ${bothTexts(outcome.totals)}`
    case 'devices': {
      const printer = outcome.devices.find(({ device }) => device === 'printer')
      return `devices ${printer?.state ?? 'unknown'}`
    }
    case 'refused':
    case 'failed':
      return `${outcome.kind} ${outcome.reason}`
    default:
      return outcome.kind
  }
}

function bothTexts({ domestic, foreign }: BatchTotals): string {
  return `${classText(domestic)} / ${classText(foreign)}`
}

export function classText(totals: ClassTotals): string {
  return totalsText({
    debit: totals.debitAmountMinor,
    debitCount: totals.debitCount,
    credit: totals.creditAmountMinor,
    creditCount: totals.creditCount,
  })
}

const TITLES: readonly (readonly [RegExp, string])[] = [
  [/SALES SLIP/, 'slip'],
  [/SETTLEMENT SLIP/, 'settlement'],
  [/BATCH REPORT/, 'report'],
  [/DEVICE REPORT/, 'devices'],
  [/REVERSAL/, 'reversal'],
]

/** What is on pieces of paper, document by document, in the words of the model. */
export function paperTexts(pieces: readonly PaperPiece[]): readonly string[] {
  const documents: { readonly title: string; readonly lines: string[] }[] = []
  for (const line of pieces.flatMap(textLines)) {
    const title = TITLES.find(([pattern]) => pattern.test(line))?.[1]
    if (title !== undefined) documents.push({ title, lines: [] })
    documents.at(-1)?.lines.push(line)
  }
  return documents.map(({ title, lines }) => documentText(title, lines))
}

function documentText(title: string, lines: readonly string[]): string {
  const mark = lines.some((line) => /重打印|DUPLICATE/.test(line)) ? ' duplicate' : ''
  const batch = valueBehind(lines, /BATCH/, /(\d{6})\s*$/)
  if (title === 'devices') return title
  if (title !== 'slip') return `${title} ${batch}${mark}`
  const stan = valueBehind(lines, /TRACE/, /(\d{6})\s*$/)
  const amount = valueBehind(lines, /AMOUNT/, /(-?[\d,]+\.\d{2})\s*$/)
  return `slip ${batch}/${stan} ${Math.round(Number(amount.replaceAll(',', '')) * 100)}${mark}`
}

/** The value at the end of the first line with `label`, or of the line after it when the pair took two. */
function valueBehind(lines: readonly string[], label: RegExp, value: RegExp): string {
  const index = lines.findIndex((line) => label.test(line) && !/ORIG|BATCH REPORT/.test(line))
  return value.exec(lines[index] ?? '')?.[1] ?? value.exec(lines[index + 1] ?? '')?.[1] ?? '?'
}
