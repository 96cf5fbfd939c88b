/** What is wrong in a spec that came from a file. */
export interface SpecFileError {
  /** `field 35`, `mti` … */
  readonly place: string
  readonly reason: string
}
