import { StoreError, type StoreErrorKind } from '../core/store-port.ts'

/** SQLSTATE or the code of a system call; empty when the error has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/** Two transactions were in each other's way: the same work, done again, may succeed. */
const TRY_AGAIN: ReadonlySet<string> = new Set(['40001', '40P01', '55P03'])

export function isWorthRepeating(error: unknown): boolean {
  return isWorthRepeatingCode(codeOf(error))
}

/** As `isWorthRepeating`, of a SQLSTATE. */
export function isWorthRepeatingCode(code: string): boolean {
  return TRY_AGAIN.has(code)
}

/** SQLSTATE and its meaning. Source: PostgreSQL, appendix A. */
const MEANINGS: Readonly<Record<string, readonly [StoreErrorKind, string]>> = {
  '53100': ['full', 'the disk of the database server is full: free some space there'],
  '53200': ['full', 'the database server has no memory left: give it some'],
  '53300': ['away', 'the database server takes no more connections: raise its limit, or use fewer'],
  '57P01': ['away', 'the database server is stopping: start it again'],
  '57P02': ['away', 'the database server crashed: see its log'],
  '57P03': ['away', 'the database server is starting'],
  '57014': ['away', 'the database server gave a statement up: it is too slow, or its time limit too short'],
  '58030': ['away', 'the database server cannot write to its disk: see its log'],
  '25006': ['away', 'the database may only be read: connect to the primary'],
  '25P03': ['away', 'the database server ended a transaction that stood still'],
  '40001': ['away', 'the batch was in the way of others too often: see what else writes to this database'],
  '40P01': ['away', 'the batch was in the way of others too often: see what else writes to this database'],
  '55P03': ['away', 'rows stayed locked too long: see what else writes to this database'],
  '28P01': ['away', 'the database server refuses the user or the password: check the store address'],
  '28000': ['away', 'the database server refuses the user: check the store address and its pg_hba.conf'],
  '3D000': ['away', 'the database server has no such database: create it'],
  '42501': ['away', 'it may not be written: make the user its owner; where it is, see the log of the server'],
  '42P01': ['away', 'a table is missing: restore it, or see what else changes this database'],
  XX001: ['fatal', 'the database is damaged: restore the last copy of it'],
  XX002: ['fatal', 'the database is damaged: restore the last copy of it'],
  '40003': ['inDoubt', 'the database server does not know what became of a commit'],
}

/** What the system says when there is nobody at the other end. */
const NOBODY: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
])

/** What is wrong with the values of one message is a bug here and no trouble there. */
const OF_ONE_MESSAGE = /^(21|22|23)/

/** The columns are others than when the statement was prepared, or somebody between forgot it: a new session knows. */
const STALE: ReadonlySet<string> = new Set(['0A000', '26000'])

export function isStale(error: unknown): boolean {
  return STALE.has(codeOf(error))
}

/**
 * What a failed statement or connection means to the caller; bugs stay what they are. `place`: host, port and database,
 * without a password. The server's own words stay out of it: they may quote values.
 */
export function postgresErrorOf(error: unknown, place: string): unknown {
  if (error instanceof StoreError) return error
  const code = codeOf(error)
  const meaning = MEANINGS[code]
  if (meaning !== undefined) return new StoreError(`${place}: ${meaning[1]}`, { kind: meaning[0] })
  const ofLine = troubleOfLine(error, code)
  if (ofLine !== undefined) return new StoreError(`${place}: ${ofLine}`, { kind: 'away' })
  if (code.startsWith('08') || code.startsWith('57') || NOBODY.has(code) || isConnectionLoss(error)) {
    return new StoreError(`${place} does not answer: start the server, or check the store address`, {
      kind: 'away',
    })
  }
  if (!/^[0-9A-Z]{5}$/.test(code) || OF_ONE_MESSAGE.test(code)) return error
  return new StoreError(`${place} refuses what it is asked (${code}): see the log of the server`, {
    kind: 'away',
  })
}

/** What TLS has to say, if that is what it is. */
function troubleOfLine(error: unknown, code: string): string | undefined {
  if (/^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_)/.test(code))
    return `the certificate of the server is not trusted (${code}): name its CA by sslrootcert, and the server as the certificate does`
  return error instanceof Error && error.message.includes('does not support SSL')
    ? 'the server speaks no TLS: switch it on there, or leave sslmode out of the store address'
    : undefined
}

/** The driver's own errors about a connection have no code. */
function isConnectionLoss(error: unknown): boolean {
  return (
    error instanceof Error && /connection|timeout|not queryable/i.test(error.message) && codeOf(error) === ''
  )
}

/** Codes with which the server ends the session, or after which nobody knows what holds. */
const ENDING: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '25P04', '40003'])

/** The server refused a statement; the session goes on, and nothing of its transaction is kept. */
export function isOrdinaryRefusal(error: unknown): boolean {
  const code = codeOf(error)
  return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('08') && !ENDING.has(code) && !NOBODY.has(code)
}
