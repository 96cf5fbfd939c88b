import type { BothLanguages } from '../knowledge/knowledge-base.ts'

export type CareRefusalKind = 'notFound' | 'changed' | 'badInput'

/** Why alarms, tickets or maintenance did not do what was asked. Nothing was changed. */
export class CareRefusal extends Error {
  override readonly name = 'CareRefusal'
  readonly kind: CareRefusalKind
  /** For `notFound` the name of what is not there. */
  readonly text: BothLanguages | undefined
  /** For `changed` the row as it is now. */
  readonly present: unknown

  constructor(kind: CareRefusalKind, text?: BothLanguages, present?: unknown) {
    super(text?.en ?? kind)
    this.kind = kind
    this.text = text
    this.present = present
  }
}
