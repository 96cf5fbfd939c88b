interface Episode {
  /** Clients turned away after the first. */
  count: number
  lastMs: number
  lastPeer: string
}

/** Without another refusal for so long an episode is over. */
const EPISODE_END_MS = 10_000

/** Says of clients that are turned away for one reason when it begins, and how many more there were when it ends. */
export class RefusalEpisodes {
  readonly #nowMs: () => number
  readonly #say: (peer: string, reason: string) => void
  readonly #episodes = new Map<string, Episode>()

  constructor(nowMs: () => number, say: (peer: string, reason: string) => void) {
    this.#nowMs = nowMs
    this.#say = say
  }

  add(peer: string, reason: string): void {
    const lastMs = this.#nowMs()
    const episode = this.#episodes.get(reason)
    if (episode === undefined) {
      this.#episodes.set(reason, { count: 0, lastMs, lastPeer: peer })
      this.#say(peer, reason)
      return
    }
    episode.count++
    episode.lastMs = lastMs
    episode.lastPeer = peer
  }

  /** Ends what has come to its end. To be called every now and then. */
  endOld(): void {
    const deadline = this.#nowMs() - EPISODE_END_MS
    for (const [reason, { count, lastMs, lastPeer }] of this.#episodes) {
      if (lastMs > deadline) continue
      this.#episodes.delete(reason)
      if (count > 0) this.#say(lastPeer, `${reason}: ${count} more like it, none for a while`)
    }
  }
}
