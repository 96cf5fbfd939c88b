import type { PackageServices } from '../../base/software-package.ts'
import type { TerminalProfile } from './terminal-profile.ts'

/** What a software package brings. JSON-safe. It is data only: nothing of it is run. */
export interface PackageContent {
  /** Receipts too: their texts are members of the profile. Never who the terminal is or whom it trusts. */
  readonly profile: Partial<TerminalProfile>
  /** Texts of screens in place of the built-in ones, by id. */
  readonly texts: { readonly [id: string]: readonly [zh: string, en: string] }
  /** TLV of each, hexadecimal; empty: those that the terminal was delivered with. A download from the host goes before. */
  readonly caKeys: readonly string[]
  readonly applications: readonly string[]
}

/** What a flow needs to load packages, and the content in force. */
export interface PackagePort extends PackageServices {
  /** Undefined when this release can't use it. */
  readonly decode: (content: Uint8Array) => PackageContent | undefined
  /** Of the slot that was loaded at the start; undefined while the terminal runs as it was delivered. */
  readonly inForce: PackageContent | undefined
}

/** Members that no package changes: identity, money, and whom the terminal trusts. */
export const PACKAGE_KEEPS = [
  'terminalId',
  'merchantId',
  'serialNumber',
  'certificateNumber',
  'terminalType',
  'currency',
  'country',
  'packageKeys',
] as const satisfies readonly (keyof TerminalProfile)[]
