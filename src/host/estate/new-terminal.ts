import type { TerminalRow } from '../core/records.ts'

/** A terminal that nobody has used yet: no working keys, not signed in, its first batch open. `masterKey`: where it signs in. */
export function newTerminal({
  tid,
  mid,
  profile,
  masterKey,
}: Pick<TerminalRow, 'tid' | 'mid' | 'profile'> & Partial<Pick<TerminalRow, 'masterKey'>>): TerminalRow {
  return {
    tid,
    mid,
    status: 'active',
    profile,
    masterKey,
    pinKey: undefined,
    macKey: undefined,
    trackKey: undefined,
    signedIn: false,
    signedInAtMs: undefined,
    batchNumber: 1,
    processingRequest: 0,
  }
}
