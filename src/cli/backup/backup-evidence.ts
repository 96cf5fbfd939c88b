import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { HOST, MaintenancePlan } from '../../host/monitoring/maintenance-plan.ts'
import { OFFICE_FILE, type Office, openOffice } from '../../host/office/open-office.ts'
import { openSecurityModule } from '../../host/security-module/software-security-module.ts'
import { noteBackup } from '../../terminal/adapters/backup-notes.ts'
import { hashOf, type Manifest } from './backup-file.ts'

type BackupTask = 'backup' | 'restoreDrill'

const DIGEST_SIZE = 16
const SECOND_MS = 1000

/** What a host's maintenance plan keeps of a backup, or of one that was restored on trial. `fault`: why it was none. */
export function noteHostBackup(
  folder: string,
  kind: BackupTask,
  file: string,
  what: Manifest | string,
): void {
  if (!existsSync(join(folder, OFFICE_FILE))) return
  const security = openSecurityModule({ directory: folder, hasWrappedKeys: true })
  const office = openOffice({ directory: folder, security })
  try {
    notePlan(office, kind, file, what)
  } finally {
    office.close()
  }
}

/** As `noteHostBackup`, in a back office that is open. */
export function notePlan(
  { database, audit, nowMs }: Pick<Office, 'database' | 'audit' | 'nowMs'>,
  kind: BackupTask,
  file: string,
  what: Manifest | string,
): void {
  const plan = new MaintenancePlan(database, audit, nowMs)
  const isGood = typeof what !== 'string'
  const note = isGood ? evidenceText(file, what) : what
  plan.note({ tid: HOST, kind, atMs: nowMs(), actor: 'system', isGood, note })
}

/** The terminal itself tells the host, in its next status upload. */
export function noteTerminalBackup(folder: string, kind: BackupTask, file: string, nowMs = Date.now()): void {
  noteBackup(folder, { kind, atS: Math.floor(nowMs / SECOND_MS), digest: hashOf(file).slice(0, DIGEST_SIZE) })
}

function evidenceText(file: string, { books, madeAtMs, files }: Manifest): string {
  return [
    `sha256 ${hashOf(file)}`,
    `${statSync(file).size} bytes, ${files.length} files`,
    `${Object.keys(books).length} figures of the books`,
    `made ${new Date(madeAtMs).toISOString()}`,
  ].join('; ')
}
