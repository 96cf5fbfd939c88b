/** Where whole text goes, at once. */
export interface TextTarget {
  write(text: string): unknown
}

/** Those with lines that are not written yet. */
const waiting = new Set<TurnLines>()
let isHeard = false

/**
 * Writes the log lines of one turn of the event loop together: a call of the operating system for each line costs more than
 * the line. What waits when the process ends is written then; only a process that is killed loses its last turn.
 */
export class TurnLines implements TextTarget {
  readonly #target: TextTarget
  #text = ''

  constructor(target: TextTarget) {
    this.#target = target
    if (isHeard) return
    isHeard = true
    process.on('exit', () => {
      for (const lines of waiting) lines.flush()
    })
  }

  write(line: string): void {
    if (this.#text === '') {
      waiting.add(this)
      setImmediate(() => this.flush())
    }
    this.#text += line
  }

  flush(): void {
    waiting.delete(this)
    const text = this.#text
    this.#text = ''
    if (text !== '') this.#target.write(text)
  }
}
