import { Command } from 'commander'
import { currencyCode } from '../../base/money.ts'
import type { MerchantRow } from '../../host/core/records.ts'
import { UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from './command-records.ts'
import { numberOf } from './rates-command.ts'
import { withRecords } from './with-records.ts'

interface Flags extends RecordFlags {
  readonly json?: boolean
  readonly mid?: string
  readonly set?: string
}

/** `host currencies`: which currencies a merchant takes, and is paid in. */
export function currenciesCommand(): Command {
  return new Command('currencies')
    .description(
      'Currencies that merchants take and are paid in: list them, or say those of one. 商户受理货币',
    )
    .option('--mid <mid>', '商户号 | of this merchant')
    .option('--set <list>', '例如 USD,JPY；none 表示只收本币 | further currencies such as USD,JPY, or none')
    .option('--data <dir>', '主机目录 | folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .option('--json', '输出 JSON | print JSON')
    .action((flags: Flags) =>
      withRecords(flags, async ({ store, estate }) => {
        const { mid, set } = flags
        if (set !== undefined && mid === undefined)
          throw new UsageFailure('--set needs --mid: whose currencies they are')
        if (set !== undefined) {
          const currencies = set === 'none' ? [] : set.split(',').map((word) => numberOf(word.trim()))
          await estate((each) => each.setCurrencies(mid ?? '', currencies))
        }
        const merchants = await store.listMerchants()
        print(
          merchants.filter((each) => mid === undefined || each.mid === mid),
          flags,
        )
      }),
    )
}

function print(merchants: readonly MerchantRow[], { json }: Flags): void {
  const rows = merchants.map(({ mid, name, currency, currencies = [] }) => ({
    mid,
    name,
    currency,
    currencies,
  }))
  if (json === true) process.stdout.write(`${JSON.stringify(rows)}\n`)
  else
    for (const { mid, name, currency, currencies } of rows)
      process.stdout.write(`${mid}  ${[currency, ...currencies].map(currencyCode).join(' ')}  ${name}\n`)
}
