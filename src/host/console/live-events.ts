/** What somebody who watches gets: a topic and JSON-safe data without card numbers. */
export interface LiveEvent {
  readonly topic: string
  readonly data: unknown
}

type Listener = (event: LiveEvent) => void

/** Tells open pages what happens. A listener that throws is nobody's problem but its own. */
export class LiveEvents {
  readonly #listeners = new Set<Listener>()

  get listenerCount(): number {
    return this.#listeners.size
  }

  publish(topic: string, data: unknown): void {
    for (const listener of this.#listeners) listener({ topic, data })
  }

  /** Returns what ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
