import { z } from 'zod'
import type { TransactionRow } from '../core/records.ts'

const RAW = z.object({
  batch: z.string().regex(/^\d{6}$/),
  transactions: z
    .array(z.object({ stan: z.string().regex(/^\d{6}$/), status: z.string(), amountMinor: z.int() }))
    .max(1000),
})

interface Finding {
  readonly zh: string
  readonly en: string
}

/** States in which the money of a transaction has moved, at either end. */
const MOVED: readonly string[] = ['approved', 'voided']

/** Holds what the terminal recorded in its function test against the host's own records: what is lost, and what differs. */
export function compareFunctionTest(
  raw: unknown,
  rowsOf: (batchNumber: number) => readonly TransactionRow[],
): readonly Finding[] {
  const parsed = RAW.safeParse(raw)
  if (!parsed.success || parsed.data.transactions.length === 0)
    return [{ zh: '功能测试没有交易记录', en: 'the function test tells of no transactions' }]
  const { batch, transactions } = parsed.data
  const rows = new Map(rowsOf(Number(batch)).map((row) => [row.stan, row]))
  const findings: Finding[] = []
  for (const { stan, status, amountMinor } of transactions) {
    const row = rows.get(Number(stan))
    rows.delete(Number(stan))
    const here = row !== undefined && MOVED.includes(row.state) ? row.approvedMinor : 0
    const there = MOVED.includes(status) ? amountMinor : 0
    if (here !== there)
      findings.push({
        zh: `凭证号 ${stan}：终端 ${status} ${there}，主机 ${row?.state ?? '无记录'} ${here}`,
        en: `trace ${stan}: the terminal has ${status} ${there}, the host ${row?.state ?? 'nothing'} ${here}`,
      })
  }
  for (const row of rows.values())
    if (MOVED.includes(row.state))
      findings.push({
        zh: `凭证号 ${row.stan}：主机有此交易，终端没有`,
        en: `trace ${row.stan}: the host has it, the terminal does not`,
      })
  return findings
}
