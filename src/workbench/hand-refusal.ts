import type { WorkbenchState } from './workbench-messages.ts'

type Text = WorkbenchState['log'][number]['text']

/** A hand could not do it. */
export class HandRefusal extends Error {
  override readonly name = 'HandRefusal'
  readonly text: Text

  constructor(text: Text) {
    super(text.en)
    this.text = text
  }
}
