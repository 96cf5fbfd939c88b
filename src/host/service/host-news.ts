import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Exchange } from '../console/api-types/messages.ts'
import { MessageWatch } from '../console/messages/message-watch.ts'
import { type AnsweredLine, type AnswerNews, answeredLine } from '../console/records/answer-news.ts'
import type { Outcome } from '../core/inbound.ts'
import type { NewNews, PostgresNews } from '../store/postgres-news.ts'
import type { AnswerObserver, ObservedRequest } from './answer-observer.ts'

/** Answers that are told of in a second; of more, figures are those of a sample. */
const ANSWERS_A_SECOND = 500
const EXCHANGES_A_SECOND = 5
const EVERY_MS = 1000
const PRUNE_EVERY_MS = 60_000
const KEPT_MS = 3_600_000
/** About the last thousand messages of all hosts. */
const EXCHANGES_KEPT = 1000

/**
 * Tells the console of hosts that share a database what this one answered: once a second, masked, and never in the way of an
 * answer. What can't be written is dropped: the books don't need it.
 */
export class HostNews implements AnswerObserver {
  readonly #news: Pick<PostgresNews, 'add' | 'prune'>
  readonly #nowMs: () => number
  readonly #watch: MessageWatch
  readonly #timer: NodeJS.Timeout
  #answers: AnsweredLine[] = []
  #leftOut = 0
  #unshownBefore = 0
  #exchanges: Exchange[] = []
  #prunedAtMs = 0
  #writing: Promise<void> = Promise.resolve()
  /** While the store hangs, the next turn does not wait behind this one. */
  #isWriting = false

  constructor(news: Pick<PostgresNews, 'add' | 'prune'>, nowMs: () => number = Date.now, everyMs = EVERY_MS) {
    this.#news = news
    this.#nowMs = nowMs
    this.#watch = new MessageWatch({
      keptMax: EXCHANGES_A_SECOND,
      perSecondMax: EXCHANGES_A_SECOND,
      nowMs,
      taken: ({ number }) => {
        const exchange = this.#watch.find(number)
        if (exchange !== undefined) this.#exchanges.push(exchange)
      },
    })
    this.#timer = setInterval(() => {
      if (!this.#isWriting) void this.tell()
    }, everyMs)
    this.#timer.unref()
  }

  answered(
    requests: readonly ObservedRequest[],
    outcomes: readonly (Outcome | undefined)[],
    nowMs: number,
  ): void {
    this.#watch.answered(requests, outcomes, nowMs)
    for (const [index, request] of requests.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined || this.#answers.length >= ANSWERS_A_SECOND) this.#leftOut++
      else this.#answers.push(answeredLine(request, outcome, nowMs))
    }
  }

  /** Writes what came since the last time; never rejects. */
  tell(): Promise<void> {
    this.#isWriting = true
    const writing = this.#writing.then(() => this.#write()).catch(() => {})
    this.#writing = writing.then(() => {
      this.#isWriting = false
    })
    return this.#writing
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.tell()
  }

  async #write(): Promise<void> {
    const atMs = this.#nowMs()
    const rows: NewNews[] = this.#exchanges.map((exchange) => ({
      kind: 'exchange',
      atMs,
      body: packNews(exchange),
    }))
    if (this.#answers.length > 0 || this.#leftOut > 0) {
      const { leftOut } = this.#watch
      const unshown = leftOut - this.#unshownBefore
      this.#unshownBefore = leftOut
      const news: AnswerNews = { leftOut: this.#leftOut, unshown, answers: this.#answers }
      rows.push({ kind: 'answers', atMs, body: packNews(news) })
    }
    this.#answers = []
    this.#leftOut = 0
    this.#exchanges = []
    if (rows.length === 0) return
    await this.#news.add(rows)
    if (atMs - this.#prunedAtMs < PRUNE_EVERY_MS) return
    this.#prunedAtMs = atMs
    await this.#news.prune(atMs - KEPT_MS, EXCHANGES_KEPT)
  }
}

function packNews(content: AnswerNews | Exchange): Uint8Array {
  return new Uint8Array(deflateRawSync(JSON.stringify(content)))
}

/** What `HostNews` packed; hosts of one database have the same release, or the schema would have been refused. */
export function unpackNews(body: Uint8Array): unknown {
  return JSON.parse(inflateRawSync(body).toString())
}
