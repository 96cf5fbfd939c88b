import { TerminalTypeError } from '../../../hardware/profiles/terminal-type.ts'
import { EstateRefusal } from '../../host/estate/estate-refusal.ts'
import { type FieldEstate, openFieldEstate } from '../../host/estate/field-estate.ts'
import { openOffice } from '../../host/office/open-office.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { withFileRecords } from '../host/with-records.ts'

/** Who the audit log names for what is done at a command line. */
export const COMMAND_LINE = 'command line'

/** Opens the estate of a host that stands still, and closes it whatever happens. While the host runs, its console does the same. */
export function withFieldEstate(directory: string, use: (field: FieldEstate) => void): Promise<void> {
  return withFileRecords(directory, (host) => {
    const office = openOffice({ directory, security: host.security })
    try {
      const { database, audit, nowMs } = office
      use(openFieldEstate({ directory, office: database, audit, host, nowMs }))
    } catch (error) {
      if (error instanceof EstateRefusal) throw new Finding(`${error.en} ${error.zh}`)
      if (error instanceof TerminalTypeError) throw new UsageFailure(error.message)
      throw error
    } finally {
      office.close()
    }
  })
}
