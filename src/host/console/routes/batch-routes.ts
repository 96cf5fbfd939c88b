import { z } from 'zod'
import type { BatchRow } from '../../core/records.ts'
import { BATCH_DETAIL, BATCH_LINE } from '../api-types/transactions.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { notFound } from '../console-problem.ts'
import { lineOf } from './transaction-routes.ts'

const READERS = ['support', 'technician', 'finance', 'administrator', 'auditor'] as const

/** Batches and how their settlement went. */
export function batchRoutes(app: ConsoleApp, { records }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/batches',
    config: { access: READERS },
    schema: {
      summary: 'Open batches, then those closed last',
      tags: ['batches'],
      querystring: z.object({
        tid: z.string().max(8).optional(),
        state: z.enum(['open', 'settling', 'closed']).optional(),
      }),
      response: { 200: z.object({ batches: z.array(BATCH_LINE) }) },
    },
    handler: ({ query }) => ({ batches: records.batches(query).map(show) }),
  })
  app.route({
    method: 'GET',
    url: '/api/batches/:tid/:batchNumber',
    config: { access: READERS },
    schema: {
      summary: 'One batch with its transactions and what the terminal uploaded',
      tags: ['batches'],
      params: z.object({ tid: z.string().max(8), batchNumber: z.coerce.number().int().positive() }),
      response: { 200: BATCH_DETAIL },
    },
    handler({ params: { tid, batchNumber } }) {
      const row = records.batch(tid, batchNumber)
      if (row === undefined)
        throw notFound({
          zh: `终端 ${tid} 的批次 ${batchNumber}`,
          en: `batch ${batchNumber} of terminal ${tid}`,
        })
      return {
        ...show(row),
        transactions: records.batchTransactions(tid, batchNumber).map(lineOf),
        uploads: records
          .batchUploads(tid, batchNumber)
          .map(({ stan, kind, amountMinor, panTruncated, result }) => ({
            stan,
            kind,
            amountMinor,
            panTruncated,
            result,
          })),
      }
    },
  })
}

function show(row: BatchRow) {
  return {
    tid: row.tid,
    batchNumber: row.batchNumber,
    mid: row.mid,
    state: row.state,
    domesticFlag: row.domesticFlag,
    foreignFlag: row.foreignFlag,
    terminalTotals: row.terminalTotals ?? null,
    hostTotals: row.hostTotals ?? null,
    recordCount: row.recordCount ?? null,
    closedAtMs: row.closedAtMs ?? null,
  }
}
