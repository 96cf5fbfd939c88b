import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { formatAmount, parseAmount } from '../../base/money.ts'
import { LOCAL_MASTER_KEY_FILE } from '../../host/security-module/local-master-key.ts'
import { openSecurityModule } from '../../host/security-module/software-security-module.ts'
import { openWalletBook } from '../../host/wallet/open-payments.ts'
import type { WalletFault } from '../../host/wallet/wallet-book.ts'
import type { OrderRow } from '../../host/wallet/wallet-rows.ts'
import type { WalletDesk, Wallets, WalletView } from '../../host/wallet/wallets.ts'
import { UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from './command-records.ts'
import { guarded, withDeskRecords } from './with-records.ts'

const CURRENCY = '156'
const DATA = ['--data <dir>', 'folder of the host', 'tillwire-data/host'] as const
const JSON_OPTION = ['--json', 'print JSON'] as const

interface Flags extends RecordFlags {
  readonly json?: boolean
}

/** `host wallet`: customers of the wallet emulator. Money needs a host that is stopped; codes and answers do not. */
export function walletCommand(): Command {
  const command = new Command('wallet').description(
    'Wallets of customers who pay by code. add, list, fund and freeze need a stopped host, unless it shares a database (--store).',
  )
  for (const each of [...moneyCommands(), ...phoneCommands()]) command.addCommand(each)
  return command
}

function moneyCommands(): readonly Command[] {
  const add = new Command('add')
    .description('Open a wallet.')
    .argument('<name>', 'who owns it')
    .option('--balance <amount>', 'first money', '1000.00')
    .option('--confirm-above <amount>', 'larger payments wait for the customer', '500.00')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((name: string, flags: Flags & { balance: string; confirmAbove: string }) =>
      withWallets(flags, (wallets) => {
        const balanceMinor = amountOf('--balance', flags.balance)
        const confirmAboveMinor = amountOf('--confirm-above', flags.confirmAbove)
        printWallets([wallets.add({ name, balanceMinor, confirmAboveMinor })], flags)
      }),
    )
  const list = new Command('list')
    .description('All wallets with their balances.')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((flags: Flags) => withWallets(flags, (wallets) => printWallets(wallets.list(), flags)))
  const fund = new Command('fund')
    .description('Put money into a wallet.')
    .argument('<wallet>', 'its number')
    .argument('<amount>', 'such as 100.00')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((wallet: string, amount: string, flags: Flags) =>
      withWallets(flags, (wallets) =>
        printWallets([wallets.fund(numberOf(wallet), amountOf('the amount', amount))], flags),
      ),
    )
  const freeze = new Command('freeze')
    .description('Freeze a wallet: it pays nothing until it is freed.')
    .argument('<wallet>', 'its number')
    .option('--off', 'free it again')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((wallet: string, flags: Flags & { off?: boolean }) =>
      withWallets(flags, (wallets) =>
        printWallets([wallets.setFrozen(numberOf(wallet), flags.off !== true)], flags),
      ),
    )
  return [add, list, fund, freeze]
}

function phoneCommands(): readonly Command[] {
  const code = new Command('code')
    .description('The payment code that the phone shows now.')
    .argument('<wallet>', 'its number')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((wallet: string, flags: Flags) =>
      withBook(flags, (book, nowMs) => {
        const shown = done(book.showCode(numberOf(wallet), nowMs))
        process.stdout.write(`${flags.json === true ? JSON.stringify(shown) : shown.code}\n`)
      }),
    )
  const scan = new Command('scan')
    .description('Scan the code of a merchant and say yes to it.')
    .argument('<wallet>', 'its number')
    .argument('<payload>', 'text of the code, TW1:…')
    .option('--look', 'only show what it asks for')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((wallet: string, payload: string, flags: Flags & { look?: boolean }) =>
      withBook(flags, (book, nowMs) => {
        const order = done(book.scan(payload, nowMs))
        const looked = flags.look === true
        printOrders([looked ? order : done(book.confirm(numberOf(wallet), order.number, nowMs))], flags)
      }),
    )
  const orders = new Command('orders')
    .description('What the customer was asked to confirm, newest first.')
    .argument('<wallet>', 'its number')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((wallet: string, flags: Flags) =>
      withBook(flags, (book, nowMs) => printOrders(book.ordersOf(numberOf(wallet), nowMs), flags)),
    )
  return [code, scan, orders, answerCommand('confirm', 'yes'), answerCommand('refuse', 'no')]
}

function answerCommand(deed: 'confirm' | 'refuse', word: string): Command {
  return new Command(deed)
    .description(`The customer says ${word} to an order.`)
    .argument('<wallet>', 'its number')
    .argument('<order>', 'number of the order')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((wallet: string, order: string, flags: Flags) =>
      withBook(flags, (book, nowMs) =>
        printOrders([done(book[deed](numberOf(wallet), numberOf(order), nowMs))], flags),
      ),
    )
}

/** Wallets with their money: of a host that stands still, or of hosts that share a database and may run. */
function withWallets(
  flags: Flags,
  use: (wallets: Pick<Wallets, 'add' | 'list' | 'fund' | 'setFrozen'>) => void,
): Promise<void> {
  return withDeskRecords(flags, ({ wallets }) => use(wallets))
}

/** The book of wallets alone, which may be used beside a host that runs. */
function withBook(flags: Flags, use: (book: WalletDesk, nowMs: number) => void): Promise<void> {
  if (flags.store !== undefined) return withDeskRecords(flags, ({ wallets }) => use(wallets.book, Date.now()))
  const directory = flags.data
  return guarded(async () => {
    if (!existsSync(join(directory, LOCAL_MASTER_KEY_FILE))) {
      throw new UsageFailure(`there is no host in ${directory}: start it once, or give --data`)
    }
    const opened = openWalletBook(directory, openSecurityModule({ directory, hasWrappedKeys: true }))
    try {
      use(opened.book, Date.now())
    } finally {
      opened.close()
    }
  })
}

const FAULTS: Readonly<Record<WalletFault, string>> = {
  noWallet: "there is no such wallet: 'tillwire host wallet list' shows them",
  noOrder: 'there is no such order: scan the code again',
  notOpen: 'the order is closed, too old or decided already: nothing was paid',
  otherWallet: "the order is another customer's",
  codesUsedUp: 'the wallet has used all its codes: add another wallet',
}

function done<T extends object>(result: T | WalletFault): T {
  if (typeof result === 'object') return result
  throw new UsageFailure(FAULTS[result])
}

function numberOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageFailure('a number from 1 is expected')
  return Number(text)
}

function amountOf(name: string, text: string): number {
  const amountMinor = parseAmount(text, CURRENCY)
  if (amountMinor === undefined) throw new UsageFailure(`${name} is no amount like 100.00`)
  return amountMinor
}

function printWallets(rows: readonly WalletView[], { json }: Flags): void {
  for (const row of rows) {
    const { number, name, balanceMinor, confirmAboveMinor, isFrozen } = row
    const text = `${number}  ${name}  CNY ${formatAmount(balanceMinor, CURRENCY)}  asks above ${formatAmount(confirmAboveMinor, CURRENCY)}${isFrozen ? '  frozen' : ''}`
    process.stdout.write(`${json === true ? JSON.stringify(row) : text}\n`)
  }
}

function printOrders(rows: readonly OrderRow[], { json }: Flags): void {
  for (const { number, state, amountMinor, currency, tid } of rows) {
    const text = `${number}  ${state}  ${formatAmount(amountMinor, currency)}  terminal ${tid}`
    const said = { number, state, amountMinor, currency, tid }
    process.stdout.write(`${json === true ? JSON.stringify(said) : text}\n`)
  }
}
