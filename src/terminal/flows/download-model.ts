import type { TerminalProfile } from './terminal-profile.ts'

/** What can be loaded from the host. Source: docs of the UnionPay dialect, 4. */
export const DOWNLOAD_SETS = [
  'parameters',
  'caKeys',
  'applications',
  'blacklist',
  'contactless',
  'rates',
] as const
export type DownloadSet = (typeof DOWNLOAD_SETS)[number]

/** A download under way: the old set stays in force until all of it is here. */
export interface StagedDownload {
  /** Names of what there is to fetch, or the entries themselves where nothing is to be fetched. */
  readonly listed: readonly string[]
  readonly isListed: boolean
  /** Hexadecimal; one for each name that was fetched. */
  readonly received: readonly string[]
  /** It is in force; the host has not been told. */
  readonly isActive: boolean
}

/** What was loaded. JSON-safe. */
export interface TerminalDownloads {
  readonly staged: Readonly<Partial<Record<DownloadSet, StagedDownload>>>
  /** Field 62 as it came, hexadecimal. */
  readonly parameters?: string
  /** What the parameters change in the profile. */
  readonly profileChanges?: Partial<TerminalProfile>
  /** TLV of each key and application, hexadecimal. */
  readonly caKeys?: readonly string[]
  readonly applications?: readonly string[]
  /** First digits of cards that are not taken. */
  readonly blacklist?: readonly string[]
  /** Values by tag. */
  readonly contactless?: Readonly<Record<string, string>>
  /** Entries of the rates of foreign currencies. */
  readonly rates?: readonly string[]
}

export type DownloadRecord =
  | { readonly kind: 'downloadBegun'; readonly set: DownloadSet }
  | {
      readonly kind: 'downloadListed'
      readonly set: DownloadSet
      readonly names: readonly string[]
      readonly isComplete: boolean
    }
  | { readonly kind: 'downloadReceived'; readonly set: DownloadSet; readonly item: string }
  /** What came is complete and was checked: from here on it is in force. */
  | {
      readonly kind: 'downloadActivated'
      readonly set: DownloadSet
      readonly profileChanges?: Partial<TerminalProfile>
      readonly contactless?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'downloadEnded'; readonly set: DownloadSet }
  /** What came was no use; the old set stays. */
  | { readonly kind: 'downloadDropped'; readonly set: DownloadSet }

const NOTHING: TerminalDownloads = { staged: {} }
const BEGUN: StagedDownload = { listed: [], isListed: false, received: [], isActive: false }

/** The downloads after one more record. Pure; shares what did not change. */
export function applyDownloadRecord(
  downloads: TerminalDownloads | undefined,
  record: DownloadRecord,
): TerminalDownloads {
  const before = downloads ?? NOTHING
  const staged = before.staged[record.set] ?? BEGUN
  const stage = (next: StagedDownload): TerminalDownloads => ({
    ...before,
    staged: { ...before.staged, [record.set]: next },
  })
  switch (record.kind) {
    case 'downloadBegun':
      return stage(BEGUN)
    case 'downloadListed':
      return stage({ ...staged, listed: [...staged.listed, ...record.names], isListed: record.isComplete })
    case 'downloadReceived':
      return stage({ ...staged, received: [...staged.received, record.item] })
    case 'downloadActivated':
      return { ...stage({ ...staged, isActive: true }), ...activated(staged, record) }
    case 'downloadEnded':
    case 'downloadDropped':
      return { ...before, staged: without(before.staged, record.set) }
  }
}

function activated(
  { listed, received }: StagedDownload,
  { set, profileChanges, contactless }: Extract<DownloadRecord, { kind: 'downloadActivated' }>,
): Partial<TerminalDownloads> {
  switch (set) {
    case 'parameters':
      return { parameters: received[0] ?? '', profileChanges: profileChanges ?? {} }
    case 'caKeys':
      return { caKeys: received }
    case 'applications':
      return { applications: received }
    case 'blacklist':
      return { blacklist: listed }
    case 'contactless':
      return { contactless: contactless ?? {} }
    case 'rates':
      return { rates: listed }
  }
}

function without(staged: TerminalDownloads['staged'], set: DownloadSet): TerminalDownloads['staged'] {
  return Object.fromEntries(Object.entries(staged).filter(([key]) => key !== set))
}
