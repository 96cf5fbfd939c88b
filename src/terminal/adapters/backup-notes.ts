import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { BackupNote } from '../../iso8583/subfields/status-items.ts'

const FILE = 'backup-notes.json'
const NOTES = z.array(
  z.object({
    kind: z.enum(['backup', 'restoreDrill']),
    atS: z.int().min(0).max(9_999_999_999),
    digest: z.string().regex(/^[0-9a-f]{16}$/),
  }),
)

/** The last backup and the last restore on trial of the terminal in this folder; none when nobody wrote any down. */
export function readBackupNotes(folder: string): readonly BackupNote[] {
  try {
    const notes = NOTES.safeParse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')))
    return notes.success ? notes.data : []
  } catch {
    return []
  }
}

/** Writes one down in the place of the one before of its kind; the terminal tells the host of it. */
export function noteBackup(folder: string, note: BackupNote): void {
  const others = readBackupNotes(folder).filter(({ kind }) => kind !== note.kind)
  const path = join(folder, FILE)
  writeFileSync(`${path}.new`, JSON.stringify([...others, note]), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
