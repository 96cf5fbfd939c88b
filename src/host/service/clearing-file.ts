import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ClearingRun, PayoutRow } from '../core/clearing.ts'
import type { ClearingStore } from '../core/clearing-port.ts'

const FORMAT = 'TILLWIRE-CLEARING'
const VERSION = 2

/** `clearing-20260131-000000000042.csv`. */
export function clearingFileName({ businessDate, id }: ClearingRun): string {
  return `clearing-${businessDate.replaceAll('-', '')}-${String(id).padStart(12, '0')}.csv`
}

/**
 * Writes the file of `run` under another name, makes it durable, and gives it its name: whoever finds it has all of
 * it. The same run always gives the same bytes. Throws what the system says when it can't be written.
 */
export function writeClearingFile(
  store: ClearingStore,
  run: ClearingRun,
  acquirer: string,
  path: string,
): void {
  const unfinished = `${path}.unfinished`
  try {
    const file = openSync(unfinished, 'w', 0o600)
    try {
      writeAll(file, store, run, acquirer)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
  // The name is part of the folder, which has to reach the disk as well.
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function writeAll(file: number, store: ClearingStore, run: ClearingRun, acquirer: string): void {
  const hash = createHash('sha256')
  const write = (text: string): void => {
    const bytes = Buffer.from(text, 'latin1')
    hash.update(bytes)
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
  }
  write(`${headLine(run, acquirer)}\n`)
  for (const lines of store.itemLines(run.id)) write(lines)
  const deviceFees = store.deviceFees(run.id)
  for (const { payoutId, tid, month, feeMinor } of deviceFees) {
    write(`F,${payoutId},${tid},${month.replace('-', '')},${feeMinor}\n`)
  }
  const payouts = [...store.payouts({ runId: run.id, limit: -1 })].reverse()
  for (const payout of payouts) write(`${payoutLine(payout)}\n`)
  for (const total of totalsOf(payouts)) write(`${total}\n`)
  write(
    `T,${run.itemCount},${payouts.length},${deviceFees.length},${hash.copy().digest('hex').toUpperCase()}\n`,
  )
}

function headLine({ id, businessDate, clearedAtMs, batchCount }: ClearingRun, acquirer: string): string {
  const clearedAt = new Date(clearedAtMs).toISOString()
  return ['H', FORMAT, VERSION, id, businessDate, acquirer, clearedAt, batchCount].join(',')
}

function payoutLine(payout: PayoutRow): string {
  const { id, mid, currency, payoutDate } = payout
  return ['P', id, mid, currency, payoutDate, ...figuresOf(payout)].join(',')
}

type Figures = Pick<
  PayoutRow,
  'itemCount' | 'debitMinor' | 'creditMinor' | 'feeMinor' | 'interchangeMinor' | 'deviceFeeMinor' | 'netMinor'
>

function figuresOf(row: Figures): readonly number[] {
  return [
    row.itemCount,
    row.debitMinor,
    row.creditMinor,
    row.feeMinor,
    row.interchangeMinor,
    row.deviceFeeMinor,
    row.netMinor,
  ]
}

/** One line for each currency. */
function totalsOf(payouts: readonly PayoutRow[]): readonly string[] {
  const currencies = [...new Set(payouts.map(({ currency }) => currency))].sort()
  return currencies.map((currency) => {
    const own = payouts.filter((payout) => payout.currency === currency).map(figuresOf)
    const sums = own.reduce((total, figures) => total.map((sum, index) => sum + (figures[index] ?? 0)))
    return ['C', currency, ...sums].join(',')
  })
}
