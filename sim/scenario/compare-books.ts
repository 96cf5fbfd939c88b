import { formatAmount } from '../../src/base/money.ts'
import type { TransactionRow } from '../../src/host/core/records.ts'
import type { HostStore } from '../../src/host/core/store-port.ts'
import { walletAccountNumber } from '../../src/host/wallet/payment-code.ts'
import { type CardCase, cardCurrency } from './card-names.ts'
import type { Difference } from './expectations.ts'
import { type ExpectedBooks, PHONE } from './scenario.ts'

const CURRENCY = '156'

/** Holds the host's books after the scenario against what it expects. `opening`: balances before it, by card. */
export function compareExpectedBooks(
  expected: ExpectedBooks,
  tid: string,
  store: HostStore,
  cardOf: CardCase,
  opening: ReadonlyMap<string, number>,
): readonly Difference[] {
  const rows = [...store.listTransactions({ tid, limit: 1e6 })].sort(byTrace)
  const lines = rows.map(lineOf)
  const owed = rows.reduce((sum, row) => sum + merchantMinor(store, row), 0)
  const { transactions, merchantMinor: merchant, accounts } = expected
  const wanted = transactions?.join('; ')
  return [
    ...differ('transactions', wanted, lines.join('; '), lines),
    ...differ('merchant', merchant === undefined ? undefined : money(merchant), money(owed)),
    ...[...(accounts ?? [])].flatMap(([name, change]) =>
      differ(
        `account of ${name}`,
        money(change, name === PHONE ? CURRENCY : cardCurrency(name)),
        changeOf(name === PHONE ? walletAccountNumber(1) : cardOf(name).pan, store, opening),
      ),
    ),
  ]
}

/** As the terminal made them; each host numbers its own records. */
function byTrace(left: TransactionRow, right: TransactionRow): number {
  return left.batchNumber - right.batchNumber || left.stan - right.stan
}

function differ(
  what: string,
  expected: string | undefined,
  came: string,
  lines = [came],
): readonly Difference[] {
  return expected === undefined || expected === came ? [] : [{ where: 'books', what, expected, came: lines }]
}

/** What the balance of a card's account changed by. */
function changeOf(pan: string, store: HostStore, opening: ReadonlyMap<string, number>): string {
  const account = store.listAccounts().find((each) => isOf(pan, each.pan.truncated))
  const before = account === undefined ? undefined : opening.get(account.pan.lookup)
  return account === undefined || before === undefined
    ? 'it has no account'
    : money(account.state.balanceMinor - before, account.currency)
}

function lineOf({ kind, state, approvedMinor, requestedMinor }: TransactionRow): string {
  const amount = state === 'declined' ? requestedMinor : approvedMinor
  return `${kind} ${money(amount)} ${state}`
}

/** What the merchant has of a transaction and its reversal. */
function merchantMinor(store: HostStore, { id, reversalId }: TransactionRow): number {
  return [id, ...(reversalId === undefined ? [] : [reversalId])]
    .flatMap((each) => store.ledgerEntries(each))
    .filter(({ account }) => account === 'merchant')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0)
}

function isOf(pan: string, truncated: string): boolean {
  return pan.slice(0, 6) === truncated.slice(0, 6) && pan.slice(-4) === truncated.slice(-4)
}

function money(amountMinor: number, currency = CURRENCY): string {
  return formatAmount(amountMinor, currency)
}
