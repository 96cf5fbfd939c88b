import type { TerminalRow } from './records.ts'
import type { SoftwareSource } from './software-source.ts'

/** Something that a terminal asks for by its name. */
export interface DownloadObject {
  /** TLV objects that name it: 9F06, and 9F22 for a key. */
  readonly name: Uint8Array
  /** What a list shows of it. */
  readonly entry: Uint8Array
  /** All of it, TLV. */
  readonly body: Uint8Array
}

export interface DownloadContent<Content> {
  /** Grows with each change. */
  readonly version: number
  readonly content: Content
}

/** What terminals can load, as it stands now. Nothing in it is secret. */
export interface DownloadCatalogue {
  /** Field 62 of the reply: codes and values of fixed size. */
  parameters(terminal: TerminalRow): DownloadContent<Uint8Array>
  caKeys(terminal: TerminalRow): DownloadContent<readonly DownloadObject[]>
  applications(terminal: TerminalRow): DownloadContent<readonly DownloadObject[]>
  /** First digits of cards that are not taken, 14 at most each. */
  blacklist(terminal: TerminalRow): DownloadContent<readonly string[]>
  /** Field 62 of the reply: tags of six digits with their values. */
  contactless(terminal: TerminalRow): DownloadContent<Uint8Array>
  /** Entries of the rates of foreign currencies, as they go out. */
  rates(terminal: TerminalRow): DownloadContent<readonly string[]>
  /** Software packages; none are offered when undefined. */
  readonly software?: SoftwareSource | undefined
}
