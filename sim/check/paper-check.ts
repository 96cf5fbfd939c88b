import type { Finding } from './finding.ts'
import { readSlips } from './slip.ts'
import type { TerminalBooks } from './terminal-books.ts'

/** What slips say is what the journal says, and none shows a card number. `pieces`: their lines. */
export function checkPaper(
  tid: string,
  books: TerminalBooks,
  pieces: readonly (readonly string[])[],
): readonly Finding[] {
  const byKey = new Map(
    books.transactions().map((each) => [`${each.request.batch}/${each.request.stan}`, each]),
  )
  const findings: Finding[] = []
  for (const lines of pieces) {
    for (const { batch, stan, amountMinor, isWhole } of readSlips(lines)) {
      if (!isWhole) continue
      const key = `${batch}/${stan}`
      const transaction = byKey.get(key)
      const isTrue =
        transaction !== undefined &&
        (transaction.status === 'approved' || transaction.status === 'voided') &&
        transaction.amountMinor === amountMinor
      if (!isTrue) {
        const detail = `${tid} ${key}: ${amountMinor}, ${transaction?.status ?? 'no record'}`
        findings.push({ check: 'slip is not true', detail })
      }
    }
    const text = lines.join('\n')
    if (/(?<!\d)\d{16}(?!\d)/.test(text.replaceAll(/AID.*|TC.*|AAC.*|ARQC.*/g, ''))) {
      findings.push({ check: 'card data on paper', detail: tid })
    }
  }
  return findings
}
