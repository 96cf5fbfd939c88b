import type { RateTable } from '../../iso8583/subfields/rate-table.ts'

/** A table of rates that terminals were given. */
export interface KnownRates {
  readonly table: RateTable
  /** When the next version took its place, milliseconds since 1970; undefined for the newest. */
  readonly replacedAtMs: number | undefined
}

/** The rates of this host, as they stand now and as they were. */
export interface RatePort {
  /** Undefined when this host converts nothing. */
  current(): RateTable | undefined
  ofVersion(version: number): KnownRates | undefined
}
