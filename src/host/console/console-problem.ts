/** A sentence for whoever reads it, in both languages. */
export interface Sentence {
  readonly zh: string
  readonly en: string
}

/** What somebody did wrong, or what has changed meanwhile. Nothing was changed. */
export class ConsoleProblem extends Error {
  override readonly name = 'ConsoleProblem'
  readonly status: number
  readonly kind: string
  readonly sentence: Sentence
  /** What the page may need to go on, such as the row as it is now. */
  readonly detail: unknown

  constructor(status: number, kind: string, sentence: Sentence, detail?: unknown) {
    super(sentence.en)
    this.status = status
    this.kind = kind
    this.sentence = sentence
    this.detail = detail
  }
}

export function notFound(what: Sentence): ConsoleProblem {
  return new ConsoleProblem(404, 'notFound', {
    zh: `没有${what.zh}：请检查编号，或从列表中选择。`,
    en: `There is no ${what.en}: check the number, or choose it from the list.`,
  })
}

/** Somebody else was faster. `present`: the row as it is now. */
export function changedMeanwhile(present: unknown): ConsoleProblem {
  return new ConsoleProblem(
    409,
    'changedMeanwhile',
    {
      zh: '您编辑期间，别人已修改了它。您的修改没有保存，也没有丢失：请对照现在的内容后再保存。',
      en: 'Somebody changed it while you were editing. Yours is not saved and not lost: compare it with what stands there now, then save again.',
    },
    { present },
  )
}
