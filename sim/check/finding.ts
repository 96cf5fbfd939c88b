/** Something in a run that must never be. */
export interface Finding {
  /** Which check found it; a shrunk story must fail in the same one. */
  readonly check: string
  /** One line; no card data. */
  readonly detail: string
}
