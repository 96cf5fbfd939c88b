import { TerminalTypeError } from '../../../hardware/profiles/terminal-type.ts'
import { EstateRefusal } from '../../host/estate/estate-refusal.ts'
import { type FieldEstate, openFieldEstate } from '../../host/estate/field-estate.ts'
import { openOffice } from '../../host/office/open-office.ts'
import { readSharedOffice } from '../../host/service/read-shared-office.ts'
import { withSharedConsole } from '../console/with-office.ts'
import { Finding, UsageFailure } from '../failure.ts'
import type { RecordFlags } from '../host/command-records.ts'
import { guarded, withFileRecords } from '../host/with-records.ts'

/** Who the audit log names for what is done at a command line. */
export const COMMAND_LINE = 'command line'

/** What a command does with the estate; answers what is printed. */
type Use = (field: FieldEstate) => string

/**
 * Opens the estate of a host that stands still, or of hosts that share a database while no console runs, and closes it whatever
 * happens. What `use` answers is printed once it is kept. While a host or a shared console runs, that does the same.
 */
export function withFieldEstate({ data, store }: RecordFlags, use: Use): Promise<void> {
  if (store === undefined) return withFieldEstateOf(data, use)
  return withSharedConsole(data, store, 'the estate', ({ host, office }) => {
    const { database, audit, nowMs } = office
    return told(() => use(openFieldEstate({ directory: data, office: database, audit, host, nowMs })))
  })
}

/** The same for who only reads: no shared console is in the way. */
export function withFieldEstateToRead({ data, store }: RecordFlags, use: Use): Promise<void> {
  if (store === undefined) return withFieldEstateOf(data, use)
  return guarded(() =>
    readSharedOffice(data, store, ({ office, directory, host }) => {
      const { database, audit, nowMs } = office
      process.stdout.write(
        told(() => use(openFieldEstate({ directory, office: database, audit, host, nowMs }))),
      )
    }),
  )
}

function withFieldEstateOf(directory: string, use: Use): Promise<void> {
  return withFileRecords(directory, (host) => {
    const office = openOffice({ directory, security: host.security })
    try {
      const { database, audit, nowMs } = office
      process.stdout.write(
        told(() => use(openFieldEstate({ directory, office: database, audit, host, nowMs }))),
      )
    } finally {
      office.close()
    }
  })
}

/** What was refused becomes a line and an exit code. */
function told(work: () => string): string {
  try {
    return work()
  } catch (error) {
    if (error instanceof EstateRefusal) throw new Finding(`${error.en} ${error.zh}`)
    if (error instanceof TerminalTypeError) throw new UsageFailure(error.message)
    throw error
  }
}
