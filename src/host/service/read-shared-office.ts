import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StoreError } from '../core/store-port.ts'
import { KeptOfficeFile } from '../office/kept-office-file.ts'
import { OFFICE_FILE, type Office, openOffice } from '../office/open-office.ts'
import { openSecurityModule } from '../security-module/software-security-module.ts'
import { StoreDesk } from '../store/store-desk.ts'

/**
 * Lets `read` look at the back office of hosts that share a database as it is at this moment, whoever holds it. What it writes is
 * written nowhere. Rejects with `StoreError` or `SecurityModuleError`.
 */
export async function readSharedOffice(
  dataDirectory: string,
  address: string,
  read: (office: Office) => void | Promise<void>,
): Promise<void> {
  const security = openSecurityModule({ directory: dataDirectory, hasWrappedKeys: true })
  const desk = await StoreDesk.open(address, dataDirectory)
  const directory = mkdtempSync(join(tmpdir(), 'tillwire-office-'))
  try {
    const pages = desk.part('office').pages()
    if (pages.length === 0) throw new StoreError('there is no back office yet: start tillwire console once')
    const copy = new KeptOfficeFile(join(directory, OFFICE_FILE), { pages: () => pages, keep: () => {} })
    copy.fetch()
    const office = openOffice({ directory, security })
    try {
      await read(office)
    } finally {
      office.close()
    }
  } finally {
    rmSync(directory, { recursive: true })
    await desk.close()
  }
}
