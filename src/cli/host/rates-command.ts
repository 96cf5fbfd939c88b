import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { isRate, markupText, rateWithMarkup } from '../../base/conversion.ts'
import { currencyCode, currencyNumber } from '../../base/money.ts'
import { EstateRefusal } from '../../host/estate/estate-refusal.ts'
import { RateBook } from '../../host/estate/rate-book.ts'
import { type SavedRates, saveRates } from '../../host/estate/rate-desk.ts'
import { readRateFile } from '../../host/estate/rate-file.ts'
import { type Office, openOffice } from '../../host/office/open-office.ts'
import type { ConsoleHost } from '../../host/service/console-host.ts'
import { readSharedOffice } from '../../host/service/read-shared-office.ts'
import type { RateTable } from '../../iso8583/subfields/rate-table.ts'
import { withSharedConsole } from '../console/with-office.ts'
import { COMMAND_LINE } from '../estate/with-field-estate.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from './command-records.ts'
import { guarded, withFileRecords } from './with-records.ts'

const DATA = ['--data <dir>', '主机目录 | folder of the host', 'tillwire-data/host'] as const
const JSON_OPTION = ['--json', '输出 JSON | print JSON'] as const

interface Flags extends RecordFlags {
  readonly json?: boolean
}

/** `host rates`: rates of foreign currencies. Changing them needs a host, or a shared console, that stands still: either does the same. */
export function ratesCommand(): Command {
  return new Command('rates')
    .description('Rates of foreign currencies that cardholders may choose to pay in. 外币汇率')
    .addCommand(listCommand())
    .addCommand(setCommand())
    .addCommand(importCommand())
}

function listCommand(): Command {
  return new Command('list')
    .description('The rates in force, their markup and time, and which cards are billed in them.')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((flags: Flags) =>
      guarded(async () => {
        const printRates = (directory: string): void => {
          const table = new RateBook(directory).current()
          process.stdout.write(
            flags.json === true ? `${JSON.stringify(table, undefined, 2)}\n` : textOf(table),
          )
        }
        if (flags.store === undefined) printRates(flags.data)
        else await readSharedOffice(flags.data, flags.store, ({ directory }) => printRates(directory))
      }),
    )
}

interface SetFlags extends Flags {
  readonly markup?: string
  readonly from?: string
  readonly until?: string
  readonly remove?: boolean
}

function setCommand(): Command {
  return new Command('set')
    .description('Change the rate of one currency, add it, or remove it; the rest stays.')
    .argument('<currency>', 'such as USD or 840')
    .argument('[rate]', 'what one unit of the base costs in it, such as 0.140625')
    .option('--markup <basis points>', 'hundredths of a per cent, such as 300 for 3 %')
    .option('--from <time>', 'YYYYMMDDhhmmss, first second')
    .option('--until <time>', 'YYYYMMDDhhmmss, last second')
    .option('--remove', 'offer this currency no more')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((word: string, rate: string | undefined, flags: SetFlags) =>
      changeRates(flags, (table) => changed(table, numberOf(word), rate, flags)),
    )
}

function importCommand(): Command {
  return new Command('import')
    .description(
      'Put the rates of a CSV or JSON file in the place of all others. docs/currencies.md has both forms.',
    )
    .argument('<file>', 'such as rates.csv')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((path: string, flags: Flags) => {
      const file = readRateFile(readText(path))
      if (!file.ok)
        throw new Finding(
          `${path} is not taken, nothing was changed 未导入，什么都没有改变:\n${file.faults.map((fault) => `  ${fault}`).join('\n')}`,
        )
      return changeRates(flags, () => file.content)
    })
}

/** Puts what `make` makes of the rates in force, and says so: of a host that stands still, or of a shared database. */
function changeRates(flags: Flags, make: (table: RateTable) => unknown): Promise<void> {
  const change = (
    { catalogue, estate }: Pick<ConsoleHost, 'catalogue' | 'estate'>,
    { audit }: Office,
  ): string => {
    const book = catalogue.rateBook
    const table = book.current()
    try {
      return textOfSaved(saveRates({ book, estate, audit }, COMMAND_LINE, table.version, make(table)), flags)
    } catch (error) {
      if (error instanceof EstateRefusal) throw new Finding(`${error.en} ${error.zh}`)
      throw error
    }
  }
  if (flags.store !== undefined)
    return withSharedConsole(flags.data, flags.store, 'rates', ({ host, office }) => change(host, office))
  return withFileRecords(flags.data, (host) => {
    const office = openOffice({ directory: flags.data, security: host.security })
    try {
      process.stdout.write(change(host, office))
    } finally {
      office.close()
    }
  })
}

function textOfSaved({ table, count }: SavedRates, { json }: Flags): string {
  const line = `version ${table.version} is in force; ${count} terminals are asked to load it 已生效，通知 ${count} 台终端下载\n`
  return json === true ? `${JSON.stringify({ version: table.version, count })}\n` : textOf(table) + line
}

/** A new currency holds for ever and without a markup, unless it is said. */
const NEW_RATE = { markupBasisPoints: 0, validFrom: '20200101000000', validUntil: '20991231235959' }

function changed(table: RateTable, currency: string, rate: string | undefined, flags: SetFlags): unknown {
  const { version: _, ...content } = table
  const before = content.rates.find((each) => each.currency === currency)
  const others = content.rates.filter((each) => each.currency !== currency)
  if (flags.remove === true) {
    if (before === undefined)
      throw new UsageFailure(`there is no rate of ${currencyCode(currency)} to remove`)
    const ranges = content.ranges.filter((each) => each.currency !== currency)
    return { ...content, rates: others, ranges }
  }
  const value = rate ?? before?.rate
  if (value === undefined || !isRate(value))
    throw new UsageFailure(
      'the rate is no decimal number above zero of at most 12 characters, such as 0.140625',
    )
  if (flags.markup !== undefined && !/^\d{1,4}$/.test(flags.markup))
    throw new UsageFailure('--markup is a number of basis points from 0 to 9999, such as 300 for 3 %')
  const row = {
    ...NEW_RATE,
    ...before,
    currency,
    rate: value,
    ...(flags.markup === undefined ? {} : { markupBasisPoints: Number(flags.markup) }),
    ...(flags.from === undefined ? {} : { validFrom: flags.from }),
    ...(flags.until === undefined ? {} : { validUntil: flags.until }),
  }
  const rates =
    before === undefined ? [...others, row] : content.rates.map((each) => (each === before ? row : each))
  return { ...content, rates }
}

/** ISO 4217 number of a word of the command line. */
export function numberOf(word: string): string {
  const currency = currencyNumber(word)
  if (currency === undefined)
    throw new UsageFailure(
      `${word} is no currency that is known here: give its letters or its ISO 4217 number`,
    )
  return currency
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageFailure(
      `${path} can't be read: ${error instanceof Error ? error.message : 'unknown reason'}`,
    )
  }
}

function textOf({ version, base, source, rates, ranges }: RateTable): string {
  const lines = rates.map((each) => {
    const { currency, rate, markupBasisPoints, validFrom, validUntil } = each
    const cards = ranges.filter((range) => range.currency === currency).map(({ prefix }) => `${prefix}…`)
    return [
      `1 ${currencyCode(base)} = ${rate} ${currencyCode(currency)}`,
      `markup ${markupText(markupBasisPoints)}`,
      `offered at ${rateWithMarkup(each)}`,
      `${validFrom}-${validUntil}`,
      `cards ${cards.join(' ') || 'by their chip only'}`,
    ].join('  ')
  })
  return `${[`rates ${version} by ${source}`, ...lines].join('\n')}\n`
}
