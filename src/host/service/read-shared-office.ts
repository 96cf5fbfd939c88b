import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RetainedRecords } from '../core/retention-port.ts'
import { StoreError } from '../core/store-port.ts'
import { Estate } from '../estate/estate.ts'
import type { FieldEstateParts } from '../estate/field-estate.ts'
import { KeptOfficeFile } from '../office/kept-office-file.ts'
import { OFFICE_FILE, type Office, openOffice } from '../office/open-office.ts'
import { writePrivateFile } from '../security-module/private-file.ts'
import { openSecurityModule } from '../security-module/software-security-module.ts'
import { SharedRecordsStore } from '../store/shared-records-store.ts'
import { sharedRetention } from '../store/shared-retention.ts'
import { StoreDesk } from '../store/store-desk.ts'

/** The back office at one moment, and the records beside it. */
export interface ReadOffice {
  readonly office: Office
  /** Folder with a copy of the files that belong to it. */
  readonly directory: string
  readonly host: FieldEstateParts['host']
  readonly retained: RetainedRecords
}

/**
 * Lets `read` look at the back office of hosts that share a database as it is at this moment, whoever holds it. What it writes is
 * written nowhere. Rejects with `StoreError` or `SecurityModuleError`.
 */
export async function readSharedOffice(
  dataDirectory: string,
  address: string,
  read: (shared: ReadOffice) => void | Promise<void>,
): Promise<void> {
  const security = openSecurityModule({ directory: dataDirectory, hasWrappedKeys: true })
  const desk = await StoreDesk.open(address, dataDirectory)
  const directory = mkdtempSync(join(tmpdir(), 'tillwire-office-'))
  try {
    const pages = desk.part('office').pages()
    if (pages.length === 0) throw new StoreError('there is no back office yet: start tillwire console once')
    const copy = new KeptOfficeFile(join(directory, OFFICE_FILE), { pages: () => pages, keep: () => {} })
    copy.fetch()
    for (const { name } of desk.part('office').files()) {
      // Packages are large, and no list needs them.
      const body = name.includes('/') ? undefined : desk.part('office').file(name)
      if (body !== undefined) writePrivateFile(join(directory, name), body)
    }
    const office = openOffice({ directory, security })
    const store = new SharedRecordsStore(desk)
    const estate = new Estate(store, security)
    const retained = sharedRetention(desk.part('retention'), desk.part('records'), store)
    try {
      // Who only reads sends no keys of cards.
      await read({
        office,
        directory,
        host: { security, estate, store, personalisation: { caKeys: [] } },
        retained,
      })
    } finally {
      office.close()
    }
  } finally {
    rmSync(directory, { recursive: true })
    await desk.close()
  }
}
