/** Something that was seen of a running program: a screen, a lamp, a log line, its start. */
export interface Moment {
  readonly who: string
  readonly name: string
}

interface Waiter {
  readonly isWanted: (moment: Moment) => boolean
  readonly found: (moment: Moment) => void
}

/** All moments of a run, as they are seen. */
export class Moments {
  readonly #waiters = new Set<Waiter>()

  tell(who: string, name: string): void {
    const moment = { who, name }
    for (const waiter of [...this.#waiters]) {
      if (!waiter.isWanted(moment)) continue
      this.#waiters.delete(waiter)
      waiter.found(moment)
    }
  }

  /** The next moment that is wanted; undefined when none came within `patienceMs`. */
  next(isWanted: (moment: Moment) => boolean, patienceMs: number): Promise<Moment | undefined> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        isWanted,
        found: (moment) => {
          clearTimeout(timer)
          resolve(moment)
        },
      }
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter)
        resolve(undefined)
      }, patienceMs)
      this.#waiters.add(waiter)
    })
  }
}
