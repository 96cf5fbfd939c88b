/** Why a journal can't be used. Nothing in it was changed. */
export type JournalFailureKind =
  /** Another terminal has it. */
  | 'inUse'
  /** The folder or file can't be written. */
  | 'notWritable'
  /** No SQLite database, or one of another program. */
  | 'notAJournal'
  /** Written by another version of the program. */
  | 'wrongVersion'
  /** Damaged: SQLite's own check, the chain of records, a record, or their order. */
  | 'corrupt'
  /** Records that were durable are missing: an older copy, or the end was lost. */
  | 'recordsMissing'
  | 'diskFull'
  /** The disk answered with an error. */
  | 'io'

/** One clear message that says what to do, without anything of the records. */
export class JournalFailure extends Error {
  override readonly name = 'JournalFailure'
  readonly kind: JournalFailureKind

  constructor(kind: JournalFailureKind, message: string) {
    super(message)
    this.kind = kind
  }
}

/** What SQLite says, in the words of this program. `path`: the journal's file. */
export function journalFailureOf(error: unknown, path: string): JournalFailure {
  if (error instanceof JournalFailure) return error
  const code = sqliteCode(error)
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new JournalFailure(
      'inUse',
      `${path} is in use by another terminal: stop that one, or give this one its own --data folder`,
    )
  if (code === 'SQLITE_FULL' || code === 'ENOSPC')
    return new JournalFailure(
      'diskFull',
      `no room for ${path}: free some space and start the terminal again; all earlier records are kept`,
    )
  if (NOT_WRITABLE.some((each) => code.startsWith(each)))
    return new JournalFailure(
      'notWritable',
      `${path} can not be written: give this user write permission on the folder, or choose another with --data`,
    )
  if (code === 'SQLITE_NOTADB') return new JournalFailure('notAJournal', `${path} is not a terminal journal`)
  if (code.startsWith('SQLITE_CORRUPT')) return new JournalFailure('corrupt', `${path} is damaged`)
  return new JournalFailure('io', `${path} can not be read or written (${code}): check the disk`)
}

const NOT_WRITABLE = [
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
  'SQLITE_PERM',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
]

function sqliteCode(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : 'unknown error'
}
