/** The steps of a commissioning, in their order. Source: rows 5 to 10 of the merchant's life with a terminal. */
export const COMMISSIONING_STEPS = [
  'network',
  'keys',
  'downloads',
  'devices',
  'functions',
  'soak',
  'training',
] as const

export type CommissioningStep = (typeof COMMISSIONING_STEPS)[number]

/** A sentence for the technician in each language. */
export interface Reason {
  readonly zh: string
  readonly en: string
}

/** What one step brought. JSON-safe; no card number, key or password. */
export interface StepResult {
  readonly verdict: 'passed' | 'failed'
  /** Why it failed; empty when it passed. */
  readonly reasons: readonly Reason[]
  /** Figures with their units in the names. */
  readonly figures: { readonly [name: string]: number | string }
  /** What the figures were computed from. */
  readonly raw: unknown
}

/** A result, when it was found, and of which software on which terminal. */
export interface StepEvidence extends StepResult {
  readonly step: CommissioningStep
  /** From 1; a step that is done again has a new number. */
  readonly attempt: number
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly softwareVersion: string
  readonly terminalId: string
  readonly serialNumber: string
  /** SHA-256 of `raw` as JSON, hexadecimal. */
  readonly rawHash: string
}

/** Passed when nothing speaks against it. */
export function judged(reasons: readonly Reason[], figures: StepResult['figures'], raw: unknown): StepResult {
  return { verdict: reasons.length === 0 ? 'passed' : 'failed', reasons, figures, raw }
}
