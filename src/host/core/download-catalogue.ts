import type { CatalogueRow, MerchantRow, TerminalPolicy } from './records.ts'
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

/** The nearest last: it goes before the others. */
export type CatalogueRows = readonly CatalogueRow[]

export interface DownloadContent<Content> {
  /** Grows with each change. */
  readonly version: number
  readonly content: Content
}

export interface Blacklist {
  /** `fixed`: an entry has 16 characters; `variable`: as many as it needs. */
  readonly form: 'fixed' | 'variable'
  /** First digits of cards that are not taken, 14 at most each. */
  readonly prefixes: readonly string[]
}

/**
 * What terminals can load. `rows`: the newest content of the terminal's scopes, as the store has it; what they do not
 * name is built in. Nothing in it is secret.
 */
export interface DownloadCatalogue {
  /** Field 62 of the reply: codes and values of fixed size. */
  parameters(rows: CatalogueRows, merchant: MerchantRow | undefined): DownloadContent<Uint8Array>
  caKeys(rows: CatalogueRows): DownloadContent<readonly DownloadObject[]>
  applications(rows: CatalogueRows): DownloadContent<readonly DownloadObject[]>
  blacklist(rows: CatalogueRows): DownloadContent<Blacklist>
  /** Field 62 of the reply: tags of six digits with their values. */
  contactless(rows: CatalogueRows): DownloadContent<Uint8Array>
  /** Entries of the rates of foreign currencies, as they go out. */
  rates(): DownloadContent<readonly string[]>
  /** The limits that the parameters set; undefined for none. */
  policy(rows: CatalogueRows): TerminalPolicy | undefined
  /** Software packages; none are offered when undefined. */
  readonly software?: SoftwareSource | undefined
}
