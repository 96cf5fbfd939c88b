import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from '../host/command-records.ts'
import { withDeskRecords } from '../host/with-records.ts'
import { wholeNumberOf } from './load-options.ts'
import { growEstate, writeEstate } from './prepare-estate.ts'

const ESTATE_FILE = 'load-estate.json'
const TERMINALS_MAX = 20_000

/** The file of a host's folder that tells a load which terminals the host knows. */
export function estateFileOf(dataDirectory: string): string {
  return join(dataDirectory, ESTATE_FILE)
}

/** `tillwire load prepare`. */
export function prepareCommand(): Command {
  return new Command('prepare')
    .description(
      'Register virtual terminals and test cards at a host that does not run, or at hosts that share a database.',
    )
    .option('--data <dir>', 'folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .option('--terminals <n>', 'how many', '64')
    .action(async (flags: RecordFlags & { readonly terminals: string }) => {
      const count = wholeNumberOf('--terminals', flags.terminals, 1, TERMINALS_MAX)
      const path = estateFileOf(flags.data)
      if (existsSync(path))
        throw new UsageFailure(`${path} is there already: use it, or remove it to get further terminals`)
      await withDeskRecords(flags, (records) => {
        for (const estate of growEstate(records, undefined, count))
          if (estate.terminals.length === count) writeEstate(path, estate)
      })
      process.stdout.write(
        `${count} terminals with two test cards each are registered; ${path} holds their keys: keep it to yourself\n`,
      )
    })
}
