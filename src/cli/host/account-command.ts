import { Command } from 'commander'
import { isLuhnValid } from '../../base/exposure.ts'
import { parseAmount } from '../../base/money.ts'
import { UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from './command-records.ts'
import { withRecords } from './with-records.ts'

/** `host account add`: test accounts. */
export function accountCommand(): Command {
  const add = new Command('add')
    .description('Open an account for a test card.')
    .requiredOption('--pan <digits>', 'card number of a known test range')
    .requiredOption('--pin <digits>', 'PIN, 4 to 12 digits; a one-way reference is kept')
    .option('--expiry <YYMM>', 'expiry date', '3012')
    .option('--balance <amount>', 'opening balance', '10000.00')
    .option('--chip', 'the card has a chip: its stripe is refused where chips are read')
    .option('--data <dir>', 'folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .action(
      (
        flags: RecordFlags & {
          pan: string
          pin: string
          expiry: string
          balance: string
          chip?: boolean
        },
      ) => {
        const balanceMinor = parseAmount(flags.balance, '156')
        if (balanceMinor === undefined) throw new UsageFailure('--balance is no amount like 100.00')
        if (!/^\d{13,19}$/.test(flags.pan) || !isLuhnValid(flags.pan)) {
          throw new UsageFailure('--pan is no card number with a right check digit')
        }
        if (!/^\d{4,12}$/.test(flags.pin)) throw new UsageFailure('--pin takes 4 to 12 digits')
        if (!/^\d\d(0[1-9]|1[0-2])$/.test(flags.expiry)) throw new UsageFailure('--expiry is no YYMM')
        return withRecords(flags, async ({ estate }) => {
          const account = await estate((each) =>
            each.addAccount({
              pan: flags.pan,
              pin: flags.pin,
              expiry: flags.expiry,
              balanceMinor,
              status: 'active',
              hasChip: flags.chip === true,
              limits: { singleMinor: undefined, dailyMinor: undefined, dailyCount: undefined },
              testBehaviour: undefined,
              en: '',
              zh: '',
            }),
          )
          process.stdout.write(`account opened: ${account.pan.truncated}\n`)
        })
      },
    )
  return new Command('account').description('Test accounts of the host.').addCommand(add)
}
