import type { BatchRow, ClassTotals } from '../../src/host/core/records.ts'
import type { HostStore } from '../../src/host/core/store-port.ts'
import type { Transaction } from '../../src/terminal/flows/terminal-model.ts'
import type { Finding } from './finding.ts'
import type { PaperCheck } from './paper-check.ts'
import type { ClosedBatch, TerminalBooks } from './terminal-books.ts'
import { SIGN } from './transaction-sign.ts'

/**
 * Each batch that a terminal closed: closed and balanced on both sides; its totals at the terminal, at the host, on the
 * settlement slip and as the sum of its sales slips are those of its transactions. `lost`: batches of which nobody can
 * say what is in them.
 */
export function checkSettlements(
  tid: string,
  books: TerminalBooks,
  paper: PaperCheck,
  store: HostStore,
  lost: ReadonlySet<string>,
): readonly Finding[] {
  const rows = new Map(store.listBatches(tid).map((row) => [row.batchNumber, row]))
  return books.closed.flatMap((closed) => {
    const { batch } = closed.summary
    if (lost.has(batch) || closed.transactions.some(({ request }) => lost.has(request.batch))) return []
    const name = `${tid} batch ${batch}`
    const complaint = complaintOf(closed, rows.get(Number(batch)))
    if (complaint !== undefined) return [{ check: complaint[0], detail: `${name}: ${complaint[1]}` }]
    return [
      ...totalsFindings(name, closed, rows.get(Number(batch)), paper),
      ...uploadFindings(name, tid, closed, store),
    ]
  })
}

function complaintOf(
  { summary }: ClosedBatch,
  row: BatchRow | undefined,
): readonly [check: string, detail: string] | undefined {
  const { domesticFlag, foreignFlag } = summary
  if (domesticFlag !== '1' || foreignFlag !== '1')
    return ['settlement does not balance', `flags ${domesticFlag} ${foreignFlag} at the terminal`]
  if (row?.state === 'closed' && row.domesticFlag === '1' && row.foreignFlag === '1') return undefined
  return [
    'settlement not closed at the host',
    `${row?.state ?? 'no record'} ${row?.domesticFlag ?? ''} ${row?.foreignFlag ?? ''}`,
  ]
}

function totalsFindings(
  name: string,
  { summary, transactions }: ClosedBatch,
  row: BatchRow | undefined,
  paper: PaperCheck,
): readonly Finding[] {
  const wanted = {
    domestic: totalsOf(transactions.filter((each) => !isForeign(each))),
    foreign: totalsOf(transactions.filter(isForeign)),
  }
  const { domestic, foreign } = wanted
  const own = {
    domestic: renamed(summary.totals.domestic),
    foreign: renamed(summary.totals.foreign),
  }
  const sums = {
    debitMinor: domestic.debitMinor + foreign.debitMinor,
    creditMinor: domestic.creditMinor + foreign.creditMinor,
  }
  const onSlip = paper.settlements.findLast(({ batch }) => batch === summary.batch)
  const places: readonly (readonly [where: string, value: unknown, wanted: unknown])[] = [
    ['the terminal', own, wanted],
    ['the host', row?.hostTotals, wanted],
    ['the message', row?.terminalTotals, wanted],
    ['the sales slips', paper.sums(transactions), sums],
    ['the settlement slip', onSlip, { batch: summary.batch, ...sums }],
  ]
  return places.flatMap(([where, value, should]) => {
    const [is, shouldBe] = [text(value), text(should)]
    return is === shouldBe
      ? []
      : [
          {
            check: 'settlement totals',
            detail: `${name}: by ${where} ${is}, by its transactions ${shouldBe}`,
          },
        ]
  })
}

/** Every chip certificate went up and fits; what only one side has is in no balanced batch. */
function uploadFindings(
  name: string,
  tid: string,
  { summary, transactions }: ClosedBatch,
  store: HostStore,
): readonly Finding[] {
  const batchNumber = Number(summary.batch)
  const uploads = store.listUploads({ tid, batchNumber })
  const told = new Set(uploads.filter(({ result }) => result === 'matched').map(({ stan }) => stan))
  const untold = transactions.filter(
    (each) => sideOf(each) !== 0 && each.uploadField55 !== undefined && !isNotice(each),
  )
  return [
    ...untold
      .filter(({ request }) => !told.has(Number(request.stan)))
      .map(({ request }) => ({
        check: 'chip certificate not uploaded',
        detail: `${name}: ${request.stan} ${request.type}`,
      })),
    ...uploads
      .filter(({ result }) => result === 'differs' || result === 'missing')
      .map(({ stan, result }) => ({ check: 'upload differs', detail: `${name}: ${stan} ${result}` })),
  ]
}

function isNotice({ request }: Transaction): boolean {
  return request.mti === '0220'
}

/** Side in the totals by the checkers' own table; 0: it does not count. */
function sideOf({ status, request }: Transaction): -1 | 0 | 1 {
  return status === 'approved' || status === 'voided' ? SIGN[request.type] : 0
}

function totalsOf(transactions: readonly Transaction[]): ClassTotals {
  const totals = { debitMinor: 0, debitCount: 0, creditMinor: 0, creditCount: 0 }
  for (const transaction of transactions) {
    const side = sideOf(transaction)
    if (side > 0) {
      totals.debitMinor += transaction.amountMinor
      totals.debitCount++
    } else if (side < 0) {
      totals.creditMinor += transaction.amountMinor
      totals.creditCount++
    }
  }
  return totals
}

function renamed(totals: {
  readonly debitAmountMinor: number
  readonly debitCount: number
  readonly creditAmountMinor: number
  readonly creditCount: number
}): ClassTotals {
  const { debitAmountMinor, debitCount, creditAmountMinor, creditCount } = totals
  return { debitMinor: debitAmountMinor, debitCount, creditMinor: creditAmountMinor, creditCount }
}

/** By what the host said of the card's organisation. */
function isForeign({ reply }: Transaction): boolean {
  const organisation = reply?.organisation?.trim() ?? ''
  return organisation !== '' && organisation !== 'CUP'
}

/** Names in a fixed order, so that two values can be compared and shown. */
function text(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'object' && each !== null
      ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1)))
      : each,
  )
}
