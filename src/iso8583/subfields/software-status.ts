/** How the software of a terminal stands, in one letter. */
const STATES = { A: 'active', T: 'trial', R: 'rolledBack', F: 'refused', W: 'waiting' } as const
export type SoftwareState = (typeof STATES)[keyof typeof STATES]

/** What a terminal says of its software. */
export interface SoftwareStatus {
  readonly state: SoftwareState
  /** In force. */
  readonly version: string
  /** The one that `state` tells of: it may be another one. */
  readonly about: string
}

const VERSION_SIZE = 11
const ITEM = /62([A-Z])([\d. ]{11})([\d. ]{11})$/

/** Item 62 at the end of a status upload; ours, behind what the sources know (docs/downloads.md). */
export function formatSoftwareStatus({ state, version, about }: SoftwareStatus): string {
  const letter = Object.entries(STATES).find(([, each]) => each === state)?.[0] ?? 'A'
  return `62${letter}${version.padEnd(VERSION_SIZE)}${about.padEnd(VERSION_SIZE)}`
}

/** Undefined when the text of a status upload does not end with one. */
export function parseSoftwareStatus(text: string): SoftwareStatus | undefined {
  const [, letter = '', version = '', about = ''] = ITEM.exec(text) ?? []
  const state = (STATES as Readonly<Record<string, SoftwareState>>)[letter]
  return state === undefined ? undefined : { state, version: version.trim(), about: about.trim() }
}
