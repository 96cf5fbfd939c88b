import type { ReceiptCopy } from '../flows/terminal-model.ts'

/** Which of the slips of one content it is. */
export interface ReceiptForm {
  readonly copy: ReceiptCopy
  /** Marked as not the first of its kind. */
  readonly duplicate: boolean
}
