import type { Outcome, OutcomeSummary } from '../../core/inbound.ts'
import type { AnswerObserver, ObservedRequest } from '../../service/answer-observer.ts'

/** What was answered, without a byte of it: enough for figures. */
export interface AnsweredLine {
  readonly summary: OutcomeSummary
  readonly plan: Outcome['plan']
  readonly hasReply: boolean
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly tookMs: number
}

/** What one host answered since it last said so. */
export interface AnswerNews {
  /** Answers of these seconds that are not among them. */
  readonly leftOut: number
  /** Messages of these seconds that nobody can look at. */
  readonly unshown: number
  readonly answers: readonly AnsweredLine[]
}

const NO_BYTES = new Uint8Array()
const NO_TIME = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 } as const

/** One answer as the hosts tell of it. */
export function answeredLine(
  { inbound, receivedMs }: ObservedRequest,
  { summary, plan, reply }: Outcome,
  nowMs: number,
): AnsweredLine {
  return {
    summary,
    plan,
    hasReply: reply !== undefined,
    atMs: inbound.receivedAt.ms,
    tookMs: Math.round((nowMs - receivedMs) * 10) / 10,
  }
}

/** Lets whoever counts answers count those of hosts elsewhere. */
export function playAnswers(news: AnswerNews, observers: Iterable<AnswerObserver>): void {
  const requests = news.answers.map(({ atMs, tookMs }) => ({
    inbound: {
      dialect: 'unionpay-pos' as const,
      envelope: {},
      bytes: NO_BYTES,
      start: 0,
      end: 0,
      receivedAt: { ms: atMs, localTime: NO_TIME },
    },
    receivedMs: -tookMs,
  }))
  const outcomes = news.answers.map(({ summary, plan, hasReply }) => ({
    summary,
    plan,
    reply: hasReply ? NO_BYTES : undefined,
    explain: undefined,
  }))
  for (const observer of observers) observer.answered(requests, outcomes, 0)
}
