/** The terminal's calendar as texts, made once a second. */
export interface TillClock {
  /** YYMMDD. */
  readonly date: string
  /** hhmmss. */
  readonly time: string
}

/** A calendar that looks at `epochMs` whenever it is asked. */
export function createTillClock(epochMs: () => number): TillClock {
  let second = Number.NaN
  let date = ''
  let time = ''
  const look = (): void => {
    const now = Math.floor(epochMs() / 1000)
    if (now === second) return
    second = now
    const at = new Date(now * 1000)
    const two = (value: number): string => String(value).padStart(2, '0')
    date = two(at.getFullYear() % 100) + two(at.getMonth() + 1) + two(at.getDate())
    time = two(at.getHours()) + two(at.getMinutes()) + two(at.getSeconds())
  }
  return {
    get date() {
      look()
      return date
    },
    get time() {
      look()
      return time
    },
  }
}
