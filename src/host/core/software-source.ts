import type { TerminalRow } from './records.ts'

/** A package that a terminal may load now. */
export interface SoftwareOffer {
  /** SHA-256 of the file, hexadecimal. */
  readonly id: string
  readonly version: string
  /** Bytes of the file. */
  readonly size: number
}

/** Packages and who gets which. Nothing in it is secret. */
export interface SoftwareSource {
  /** `version`: what the terminal says is in force. */
  offer(terminal: TerminalRow, version: string): SoftwareOffer | undefined
  /** Up to `size` bytes from `offset`; undefined when the package is not handed out any more. */
  chunk(terminal: TerminalRow, id: string, offset: number, size: number): Uint8Array | undefined
  /** What became of a package at a terminal; quick, and harmless when it is told twice. */
  heard(terminal: TerminalRow): void
}
