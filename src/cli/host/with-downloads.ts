import type { CatalogueDesk } from '../../host/estate/catalogue-desk.ts'
import type { Estate } from '../../host/estate/estate.ts'
import { EstateRefusal } from '../../host/estate/estate-refusal.ts'
import type { AuditDeed } from '../../host/office/audit-log.ts'
import { openOffice } from '../../host/office/open-office.ts'
import { COMMAND_LINE } from '../estate/with-field-estate.ts'
import { Finding } from '../failure.ts'
import type { RecordFlags } from './command-records.ts'
import { withRecords } from './with-records.ts'

export interface DownloadsAtHand {
  /** `work` may be called more than once. */
  downloads<T>(work: (desk: CatalogueDesk) => T): Promise<T>
  estate<T>(work: (estate: Estate) => T): Promise<T>
  /** Hosts on a shared store have no audit log of their own: the history names the author. */
  audit(deed: Omit<AuditDeed, 'actor'>): void
}

/** Opens what terminals download, of a host that stands still or of a shared store, and closes it whatever happens. */
export function withDownloads(
  flags: RecordFlags,
  use: (downloads: DownloadsAtHand) => Promise<void>,
): Promise<void> {
  return withRecords(flags, async ({ downloads, estate, security }) => {
    const office = flags.store === undefined ? openOffice({ directory: flags.data, security }) : undefined
    try {
      await use({
        downloads,
        estate,
        audit: (deed) => office?.audit.append({ actor: COMMAND_LINE, ...deed }),
      })
    } catch (error) {
      if (error instanceof EstateRefusal) throw new Finding(`${error.en} ${error.zh}`)
      throw error
    } finally {
      office?.close()
    }
  })
}
