/** What the estate does not allow, or what is not there; nothing was changed. Thrown, so that a transaction is undone. */
export class EstateRefusal extends Error {
  override readonly name = 'EstateRefusal'
  readonly kind: EstateRefusalKind
  readonly zh: string
  readonly en: string
  /** The row as it is now, when somebody else was faster; each fault of a bad input where there may be several. */
  readonly present: unknown

  constructor(
    kind: EstateRefusalKind,
    sentence: { readonly zh: string; readonly en: string },
    present?: unknown,
  ) {
    super(sentence.en)
    this.kind = kind
    this.zh = sentence.zh
    this.en = sentence.en
    this.present = present
  }
}

export type EstateRefusalKind =
  /** No such device, order, terminal … */
  | 'notFound'
  /** Somebody changed it meanwhile. */
  | 'changed'
  /** Not from this state, or not with these values. */
  | 'notNow'
  | 'limit'
  | 'badInput'
  /** The activation code, the certificate or the proof is refused. */
  | 'codeWrong'
  | 'codeExpired'
  | 'codeUsed'
  | 'codeLocked'
  | 'certificate'
  | 'replayed'

export function notThere(zh: string, en: string): EstateRefusal {
  return new EstateRefusal('notFound', {
    zh: `没有${zh}：请检查编号。`,
    en: `There is no ${en}: check the number.`,
  })
}

/** Two people edited one thing: the second is told. */
export function changedByOther(present: unknown): EstateRefusal {
  return new EstateRefusal(
    'changed',
    {
      zh: '您编辑期间，别人已修改了它。您的修改没有保存，也没有丢失：请对照现在的内容后再保存。',
      en: 'Somebody changed it while you were editing. Yours is not saved and not lost: compare it with what stands there now, then save again.',
    },
    present,
  )
}
