/** What stands in a recording, one JSON object a line. docs/recordings.md tells the same in words. */

export const RECORDING_FORMAT = 'tillwire-recording'
export const RECORDING_VERSION = 1

/** What was read of some bytes when they were recorded: places such as `F39` or `F55.9F36`, and their values. */
export type Reading = Readonly<Record<string, string>>

/** How one host port speaks. */
export interface RecordedPort {
  readonly dialect: string
  readonly prefix: string
  readonly envelope: string
}

export interface RecordingHeader {
  readonly kind: 'header'
  readonly format: typeof RECORDING_FORMAT
  readonly version: typeof RECORDING_VERSION
  /** The command that recorded. */
  readonly program: 'terminal' | 'host' | 'board' | 'up'
  readonly release: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  /** Minutes that local time was ahead of UTC. */
  readonly utcOffsetMinutes: number
  readonly ports: readonly RecordedPort[]
  readonly printerWidthDots: number
  /** Set by a recorder that sat at the host: amounts and cards force answers. */
  readonly testBehaviour?: boolean
  readonly masking: string
}

export type LineName = 'host' | 'reader' | 'pinpad' | 'reader+pinpad' | 'printer'

export interface Moment {
  /** Milliseconds since the start. */
  readonly ms: number
  /** ISO 8601, UTC. */
  readonly at: string
}

export interface LineOpened extends Moment {
  readonly kind: 'open'
  readonly line: LineName
  /** Counts the connections of a recording. */
  readonly connection: number
  /** Of a host's port. */
  readonly dialect?: string
}

export interface LineClosed extends Moment {
  readonly kind: 'close'
  readonly line: LineName
  readonly connection: number
  readonly by: 'terminal' | 'host' | 'device'
}

/** Bytes as they stood on the line, but masked: a frame with its length, or a chunk for a printer. */
export interface RecordedBytes extends Moment {
  readonly kind: 'frame' | 'bytes'
  readonly line: LineName
  readonly connection: number
  readonly to: 'terminal' | 'host' | 'device'
  /** Upper case. */
  readonly hex: string
  readonly reading: Reading
  /** Places whose value was replaced. */
  readonly masked?: readonly string[]
  /** The sender wrote the same message in other bytes than the codec does. */
  readonly canonical?: false
}

/** Bytes that could not be read, so that nothing of them may be kept. */
export interface RecordedSize extends Moment {
  readonly kind: 'size'
  readonly line: LineName
  readonly connection: number
  readonly to: 'terminal' | 'host' | 'device'
  readonly size: number
  readonly reason: string
}

/** A piece of paper as it was cut off. */
export interface RecordedPaper extends Moment {
  readonly kind: 'paper'
  readonly connection: number
  readonly text: readonly string[]
}

/** A card's account as the host had it when the card was first seen. */
export interface RecordedCard extends Moment {
  readonly kind: 'card'
  readonly pan: string
  /** Undefined: the host has no account for it. */
  readonly account?: RecordedAccount
}

export interface RecordedAccount {
  readonly expiry: string
  readonly status: string
  readonly hasChip: boolean
  readonly hasPin: boolean
  readonly pinTriesMax: number
  readonly currency: string
  readonly limits: Readonly<Record<string, number | undefined>>
  /** In one word, with its value behind a colon. */
  readonly testBehaviour?: string
  readonly state: Readonly<Record<string, string | number>>
}

/** A terminal as the host had it when it was first heard. */
export interface RecordedTerminal extends Moment {
  readonly kind: 'terminal'
  readonly tid: string
  /** Undefined: the host does not know it. */
  readonly row?: RecordedTerminalRow
}

export interface RecordedTerminalRow {
  readonly mid: string
  readonly merchantStatus: string
  readonly currency: string
  readonly categoryCode: string
  readonly status: string
  readonly macAlgorithm: string
  readonly macRequired: boolean
  readonly signInRequired: boolean
  readonly workingKeys: string
  readonly hasMasterKey: boolean
  readonly signedIn: boolean
  readonly batchNumber: number
  readonly processingRequest: number
  /** In the open batch before the recording began. */
  readonly transactionsBefore: number
}

export type RecordingEntry =
  | LineOpened
  | LineClosed
  | RecordedBytes
  | RecordedSize
  | RecordedPaper
  | RecordedCard
  | RecordedTerminal
