import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OFFICE_FILE, type Office, openOffice } from '../../host/office/open-office.ts'
import { LOCAL_MASTER_KEY_FILE } from '../../host/security-module/local-master-key.ts'
import { openSecurityModule } from '../../host/security-module/software-security-module.ts'
import { UsageFailure } from '../failure.ts'
import { guarded } from '../host/with-records.ts'

/** Opens the back office of a host, which may run meanwhile, and closes it whatever happens. */
export function withOffice(directory: string, use: (office: Office) => void | Promise<void>): Promise<void> {
  return guarded(async () => {
    for (const name of [OFFICE_FILE, LOCAL_MASTER_KEY_FILE]) {
      if (!existsSync(join(directory, name)))
        throw new UsageFailure(
          `there is no host with a console in ${directory}: start it once, or give --data`,
        )
    }
    const office = openOffice({
      directory,
      security: openSecurityModule({ directory, hasWrappedKeys: true }),
    })
    try {
      await use(office)
    } finally {
      office.close()
    }
  })
}
