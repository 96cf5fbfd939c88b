import type { JournalRecord } from '../journal-record.ts'
import type { ReversalReason } from '../terminal-model.ts'
import type { TransactionType } from '../transaction-type.ts'
import type { TrainingHappening } from './training-flow.ts'

/** What an operator shall be able to do, and how it is known that it was done. */
export interface Exercise {
  readonly id: ExerciseId
  readonly zh: string
  readonly en: string
}

export type ExerciseId =
  | 'sale'
  | 'decline'
  | 'void'
  | 'refund'
  | 'paper'
  | 'noReply'
  | 'powerCut'
  | 'reprint'
  | 'settlement'

/** In the order in which they are best done. */
export const EXERCISES: readonly Exercise[] = [
  {
    id: 'sale',
    zh: '消费 12.00 元，打印两联签购单',
    en: 'A sale of 12.00, both slips printed',
  },
  {
    id: 'decline',
    zh: '消费 7700.51 元：余额不足被拒，请客户换卡',
    en: 'A sale of 7700.51: declined for want of money; ask for another card',
  },
  { id: 'void', zh: '撤销刚才的消费（主管授权）', en: 'Void the sale, with the supervisor' },
  { id: 'refund', zh: '退货 5.00 元（主管授权）', en: 'A refund of 5.00, with the supervisor' },
  {
    id: 'paper',
    zh: '交易中取出打印纸，再装纸并重试，签购单打印完整',
    en: 'Take the paper out during a sale, put it in again and retry: the slip comes out',
  },
  {
    id: 'noReply',
    zh: '消费 7703.01 元：主机无应答，终端自动冲正，勿交货',
    en: 'A sale of 7703.01: no answer, the terminal reverses it; do not hand over the goods',
  },
  {
    id: 'powerCut',
    zh: '消费等待应答时断电（7703.00 元），再开机：终端冲正中断的交易',
    en: 'Cut the power while a sale of 7703.00 waits, start again: the terminal reverses it',
  },
  { id: 'reprint', zh: '重打印最后一笔签购单', en: 'Print the last slip again' },
  { id: 'settlement', zh: '批结算，核对总额', en: 'Settle the batch and compare the totals' },
]

/** Done by one operator. */
export interface PassedExercise {
  readonly exercise: ExerciseId
  /** Two digits; who was logged on. */
  readonly operator: string
}

/** Reason for a reversal when no answer came, or the power went before it. Source: docs of the UnionPay dialect, 12. */
const NO_ANSWER: ReversalReason = '98'

interface Request {
  readonly type: TransactionType
  readonly operator: string
}

/** Judges exercises by what was recorded and printed, never by what somebody says. */
export class ExerciseWatch {
  readonly #requests = new Map<string, Request>()
  readonly #interrupted = new Set<string>()
  readonly #abandoned = new Set<string>()
  #operator: string
  #paperWasOut = false
  #slips = 0

  /** `operator`: who is logged on when the terminal opens. */
  constructor(operator = '01') {
    this.#operator = operator
  }

  /** The exercises that this completes. The same one may be done again. */
  happened(happening: TrainingHappening): readonly PassedExercise[] {
    if (happening.kind === 'record') return this.#record(happening.record, happening.atStart)
    const { outcome } = happening
    if (outcome.kind === 'printed') return []
    if (outcome.cause === 'paperEnd' || outcome.cause === 'coverOpen') this.#paperWasOut = true
    return []
  }

  /** A slip of the last transaction was printed again: no record tells of it. */
  reprinted(): PassedExercise {
    return { exercise: 'reprint', operator: this.#operator }
  }

  #record(record: JournalRecord, atStart: boolean): readonly PassedExercise[] {
    switch (record.kind) {
      case 'loggedOn':
        this.#operator = record.number
        return []
      case 'requested':
        this.#requests.set(record.request.stan, record.request)
        this.#slips = 0
        return []
      case 'answered':
        return this.#answered(record)
      case 'abandoned':
        // What the card refused, or an answer with a wrong MAC, is reversed as well, and was not asked for.
        if (record.reason !== NO_ANSWER) return []
        ;(atStart ? this.#interrupted : this.#abandoned).add(record.stan)
        return []
      case 'reversalClosed':
        return this.#reversed(record.stan)
      case 'receiptPrinted':
        return this.#printed()
      case 'batchClosed':
        return [{ exercise: 'settlement', operator: record.summary.operator }]
      default:
        return []
    }
  }

  #answered(record: Extract<JournalRecord, { kind: 'answered' }>): readonly PassedExercise[] {
    const request = this.#requests.get(record.stan)
    if (request === undefined) return []
    const { type, operator } = request
    if (!record.approved) {
      return type === 'sale' && record.reply.responseCode === '51' ? [{ exercise: 'decline', operator }] : []
    }
    if (type === 'saleVoid') return [{ exercise: 'void', operator }]
    return type === 'refund' ? [{ exercise: 'refund', operator }] : []
  }

  #reversed(stan: string): readonly PassedExercise[] {
    const operator = this.#requests.get(stan)?.operator ?? this.#operator
    if (this.#interrupted.delete(stan)) return [{ exercise: 'powerCut', operator }]
    return this.#abandoned.delete(stan) ? [{ exercise: 'noReply', operator }] : []
  }

  #printed(): readonly PassedExercise[] {
    this.#slips += 1
    const last = [...this.#requests.values()].at(-1)
    if (last === undefined) return []
    const passed: PassedExercise[] = []
    if (last.type === 'sale' && this.#slips === 2) passed.push({ exercise: 'sale', operator: last.operator })
    if (this.#paperWasOut) passed.push({ exercise: 'paper', operator: last.operator })
    this.#paperWasOut = false
    return passed
  }
}
