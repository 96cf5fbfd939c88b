import type { Exchange } from '../console/api-types/messages.ts'
import { type AnswerNews, playAnswers } from '../console/records/answer-news.ts'
import type { Synced } from '../store/desk-calls.ts'
import type { PostgresNews } from '../store/postgres-news.ts'
import type { AnswerObserver } from './answer-observer.ts'
import type { ExchangeWatcher } from './console-host.ts'
import { unpackNews } from './host-news.ts'

const EVERY_MS = 1000

/** Reads what hosts told of their answers, for whoever counts and shows them; first of all the last hour. */
export class NewsPlayer {
  readonly #news: Synced<PostgresNews>
  readonly #everyMs: number
  readonly #observers = new Set<AnswerObserver>()
  readonly #watchers = new Set<ExchangeWatcher>()
  #timer: NodeJS.Timeout | undefined

  constructor(news: Synced<PostgresNews>, everyMs = EVERY_MS) {
    this.#news = news
    this.#everyMs = everyMs
  }

  observe(observer: AnswerObserver): () => void {
    this.#observers.add(observer)
    return this.#ending(() => this.#observers.delete(observer))
  }

  watch(watcher: ExchangeWatcher): () => void {
    this.#watchers.add(watcher)
    return this.#ending(() => this.#watchers.delete(watcher))
  }

  /** Reads until somebody ends it: nothing is read before anybody listens, and nothing afterwards. */
  #ending(end: () => void): () => void {
    this.#timer ??= setInterval(() => this.#read(), this.#everyMs).unref()
    return () => {
      end()
      if (this.#observers.size + this.#watchers.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #play(news: AnswerNews): void {
    playAnswers(news, this.#observers)
    for (const watcher of this.#watchers) watcher.leftOut += news.unshown
  }

  #read(): void {
    try {
      for (const { kind, body } of this.#news.take()) {
        const content = unpackNews(body)
        if (kind === 'answers') this.#play(content as AnswerNews)
        else for (const watcher of this.#watchers) watcher.adopt(content as Exchange)
      }
    } catch {
      // The store is away: what was not read is read once it is there.
    }
  }
}
