import { formatAmount } from '../../base/money.ts'
import type { HostStore } from '../../host/core/store-port.ts'
import type { AsyncHostStore } from '../../host/store/async-store.ts'

/** Prints what the books hold and what is wrong in them; answers how many things are wrong. */
export async function printStatus(store: AsyncHostStore, json: boolean): Promise<number> {
  const findings = await store.checkBooks()
  const terminals = await store.listTerminals()
  const balances = await store.ledgerBalances()
  if (json) {
    const report = {
      booksAgree: findings.length === 0,
      findings,
      terminals: terminals.map(({ tid, mid, batchNumber, signedIn }) => ({
        tid,
        mid,
        batchNumber,
        signedIn,
      })),
      ledger: totals(balances),
    }
    process.stdout.write(`${JSON.stringify(report)}\n`)
    return findings.length
  }
  for (const { tid, mid, batchNumber, signedIn } of terminals) {
    process.stdout.write(
      `terminal ${tid} merchant ${mid} batch ${batchNumber} ${signedIn ? 'signed in' : 'signed off'}\n`,
    )
  }
  for (const { account, currency, amountMinor } of totals(balances)) {
    process.stdout.write(
      `ledger ${account.padEnd(14)} ${formatAmount(amountMinor, currency).padStart(16)} ${currency}\n`,
    )
  }
  for (const { kind, detail } of findings) process.stdout.write(`wrong: ${kind}: ${detail}\n`)
  process.stdout.write(findings.length === 0 ? 'the books agree / 账目一致\n' : '')
  return findings.length
}

interface AccountTotal {
  readonly account: string
  readonly currency: string
  readonly amountMinor: number
}

/** Sums over owners, so that no card is named. */
function totals(balances: ReturnType<HostStore['ledgerBalances']>): readonly AccountTotal[] {
  const sums = new Map<string, AccountTotal>()
  for (const { account, currency, amountMinor } of balances) {
    const key = `${account} ${currency}`
    const sum = sums.get(key)?.amountMinor ?? 0
    sums.set(key, { account, currency, amountMinor: sum + amountMinor })
  }
  return [...sums.values()]
}
