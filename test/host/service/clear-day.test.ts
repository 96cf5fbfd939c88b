import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clearDay } from '../../../src/host/service/clear-day.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { CLOSED_AT_MS, rowsOfDay } from '../store/clearing-days.ts'

const REQUEST = { businessDate: '2026-01-31', cutoffMs: CLOSED_AT_MS + 1000, nowMs: CLOSED_AT_MS + 2000 }

let folder: string
let store: SqliteStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillwire-clear-day-'))
  store = new SqliteStore(':memory:')
  store.leaseNumbers(10_000)
  const sale = { kind: 'sale', isForeign: false, currency: '156', dayOfMonth: 2, fate: 'stands' } as const
  store.commit(
    rowsOfDay(
      Array.from({ length: 4500 }, (_, index) => ({
        ...sale,
        till: index % 3,
        amountMinor: 100,
        refunds: [],
      })),
    ),
  )
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

function clear(file?: string) {
  return clearDay({ clearing: store.clearing, request: REQUEST, folder, file, acquirer: '48520000' })
}

describe('clearing a day into a file', () => {
  it('writes every transaction once, in order, however many there are', () => {
    const [filed] = clear()
    const lines = readFileSync(filed?.path ?? '', 'utf8')
      .trimEnd()
      .split('\n')
    const numbers = lines.filter((line) => line.startsWith('D')).map((line) => Number(line.split(',')[1]))
    expect(numbers).toEqual(Array.from({ length: 4500 }, (_, index) => index + 1))
    expect(lines.at(-1)).toMatch(/^T,4500,2,0,/)
    expect(readdirSync(folder)).toEqual([`clearing-20260131-${String(filed?.run.id).padStart(12, '0')}.csv`])
  })

  it('a run without its file gets it before anything new is cleared, and with the same bytes', () => {
    const place = join(folder, 'missing')
    expect(() => clear(join(place, 'day.csv'))).toThrow(/ENOENT/)
    expect(store.clearing.unfiledRuns()).toHaveLength(1)
    const [late] = clear()
    expect(late?.run).toMatchObject({ itemCount: 4500, state: 'filed' })
    expect(clear()).toEqual([])

    const bytes = readFileSync(late?.path ?? '')
    rmSync(late?.path ?? '')
    // As after a power cut between the file's name and the note that it is there.
    const [second] = clearDay({
      clearing: unfiled(late?.run.id ?? 0),
      request: REQUEST,
      folder,
      file: undefined,
      acquirer: '48520000',
    })
    expect(Buffer.compare(readFileSync(second?.path ?? ''), bytes)).toBe(0)
    expect(readdirSync(folder).filter((name) => name.endsWith('.unfinished'))).toEqual([])
  })

  function unfiled(runId: number) {
    const { clearing } = store
    return {
      clear: clearing.clear.bind(clearing),
      unfiledRuns: () => [clearing.run(runId)].filter((run) => run !== undefined),
      markFiled: clearing.markFiled.bind(clearing),
      run: clearing.run.bind(clearing),
      payouts: clearing.payouts.bind(clearing),
      deviceFees: clearing.deviceFees.bind(clearing),
      itemLines: clearing.itemLines.bind(clearing),
      feeSchedules: clearing.feeSchedules.bind(clearing),
      putFeeSchedule: clearing.putFeeSchedule.bind(clearing),
    }
  }
})
