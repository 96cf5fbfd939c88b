/** One text of the product, and what it is exchanged for. */
export interface MutantEdit {
  /** From the root of the checkout. */
  readonly file: string
  /** Occurs exactly once in the file, or the mutant means nothing any more. */
  readonly find: string
  readonly replace: string
}

/** A way to break the product that would matter to people. */
export interface Mutant {
  /** Kebab-case. */
  readonly name: string
  /** What is broken. */
  readonly breaks: string
  /** What it would do to people. */
  readonly harm: string
  readonly edits: readonly MutantEdit[]
}
