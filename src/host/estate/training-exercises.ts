/** What operators practise on the terminal in training, by the names that its evidence uses, in order. */
export const TRAINING_EXERCISES = {
  sale: { zh: '消费', en: 'Sale' },
  decline: { zh: '余额不足', en: 'Declined' },
  void: { zh: '撤销', en: 'Void' },
  refund: { zh: '退货', en: 'Refund' },
  paper: { zh: '缺纸', en: 'Paper end' },
  noReply: { zh: '无应答冲正', en: 'No answer' },
  powerCut: { zh: '断电恢复', en: 'Power cut' },
  reprint: { zh: '重打印', en: 'Reprint' },
  settlement: { zh: '结算', en: 'Settlement' },
} as const satisfies { readonly [exercise: string]: { readonly zh: string; readonly en: string } }

export type TrainingExercise = keyof typeof TRAINING_EXERCISES

export const EXERCISE_NAMES = Object.keys(TRAINING_EXERCISES) as readonly TrainingExercise[]
