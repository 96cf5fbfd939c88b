import type { HostStore } from '../../src/host/core/store-port.ts'
import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import type { TerminalState } from '../../src/terminal/flows/terminal-state.ts'

/** What a finished world is looked at for. */
export interface CheckedWorld {
  readonly clock: { nowMs(): number }
  /** Undefined: the host is somebody else's, and nobody sees its books, or it is down just now. */
  readonly store: HostStore | undefined
  readonly hostFile: CheckedFile | undefined
  readonly hosts: readonly { readonly connectionCount: number }[]
  readonly terminals: readonly {
    readonly name: string
    readonly profile: TerminalProfile
    readonly state: TerminalState
    /** What its journal reads as, from its beginning. */
    readonly journalState: TerminalState
    readonly file: CheckedFile
  }[]
}

interface CheckedFile {
  /** What is on the disk. */
  readSynced(): Uint8Array
  /** Calls `listener` with all that is written, whatever becomes of it. */
  onWritten?(listener: (bytes: Uint8Array) => void): void
}
