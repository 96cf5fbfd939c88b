import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { z } from 'zod'
import { UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from './command-records.ts'
import { requestDownloadCommand } from './request-download-command.ts'
import { terminalProfile } from './terminal-profile.ts'
import { withRecords } from './with-records.ts'

/** `host terminal …`: registers terminals, hands out their master keys and profiles. */
export function terminalCommand(): Command {
  const add = new Command('add')
    .description('Register a terminal and print the TR-31 key block of its master key for a PIN pad.')
    .requiredOption('--tid <tid>', 'terminal number, 8 characters')
    .requiredOption('--mid <mid>', 'merchant number, 15 characters')
    .option('--pad-file <file>', "the PIN pad's provisioning file, from its manufacturer")
    .option('--data <dir>', 'folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .action(async (flags: RecordFlags & { tid: string; mid: string; padFile?: string }) => {
      const padKey = flags.padFile === undefined ? undefined : await readPadKey(flags.padFile)
      await withRecords(flags, async ({ estate }) => {
        const terminal = await estate((each) => each.addTerminal(flags.tid, flags.mid))
        process.stdout.write(
          `terminal ${terminal.tid}, master key KCV ${terminal.masterKey?.checkValue ?? '-'}\n`,
        )
        if (padKey === undefined) return
        process.stdout.write(`${await estate((each) => each.keyBlockFor(terminal.tid, padKey))}\n`)
      })
    })
  const key = new Command('key')
    .description('Print the TR-31 key block of a registered terminal for a PIN pad.')
    .requiredOption('--tid <tid>', 'terminal number')
    .requiredOption('--pad-file <file>', "the PIN pad's provisioning file")
    .option('--data <dir>', 'folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .action(async (flags: RecordFlags & { tid: string; padFile: string }) => {
      const padKey = await readPadKey(flags.padFile)
      await withRecords(flags, async ({ estate }) => {
        process.stdout.write(`${await estate((each) => each.keyBlockFor(flags.tid, padKey))}\n`)
      })
    })
  const profile = new Command('profile')
    .description('Print the profile file of a registered terminal, with the CA keys of the test cards.')
    .requiredOption('--tid <tid>', 'terminal number')
    .option('--data <dir>', 'folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .action((flags: RecordFlags & { tid: string }) =>
      withRecords(flags, async ({ store, personalisation }) => {
        const terminals = await store.listTerminals()
        const merchants = await store.listMerchants()
        process.stdout.write(terminalProfile({ terminals, merchants, personalisation }, flags.tid))
      }),
    )
  return new Command('terminal')
    .description('Terminals of the host.')
    .addCommand(add)
    .addCommand(key)
    .addCommand(profile)
    .addCommand(requestDownloadCommand())
}

const provisioning = z.object({ serialNumber: z.string(), keyBlockProtectionKey: z.string() })

async function readPadKey(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageFailure(`cannot read ${path}`)
  })
  try {
    return provisioning.parse(JSON.parse(text)).keyBlockProtectionKey
  } catch {
    throw new UsageFailure(`${path} is no provisioning file of a PIN pad`)
  }
}
