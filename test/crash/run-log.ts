import { appendFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { Finding } from '../../sim/check/finding.ts'

const TAIL_LINES = 60
const FINDINGS_MAX = 20

/** What happened, as a file beside those of the programs, and what was found to be wrong. */
export class RunLog {
  readonly findings: Finding[] = []
  readonly #path: string
  readonly #echo: ((line: string) => void) | undefined
  readonly #tail: string[] = []
  readonly #startMs = performance.now()
  #checks = 0

  constructor(path: string, echo: ((line: string) => void) | undefined) {
    this.#path = path
    this.#echo = echo
  }

  get elapsedMs(): number {
    return performance.now() - this.#startMs
  }

  /** Single checks that were made. */
  get checks(): number {
    return this.#checks
  }

  get tail(): readonly string[] {
    return this.#tail
  }

  /** Something is wrong: what comes after it would only hide it. */
  get isOver(): boolean {
    return this.findings.length > 0
  }

  say(who: string, text: string): void {
    const line = `${(this.elapsedMs / 1000).toFixed(3).padStart(9)}  ${who.padEnd(10)} ${text}`
    appendFileSync(this.#path, `${line}\n`)
    this.#echo?.(line)
    this.#tail.push(line)
    if (this.#tail.length > TAIL_LINES) this.#tail.shift()
  }

  /** Counts what was checked; each finding is told once. */
  checked(count: number, findings: readonly Finding[]): void {
    this.#checks += count
    for (const finding of findings) this.find(finding.check, finding.detail)
  }

  find(check: string, detail: string): void {
    if (this.findings.length >= FINDINGS_MAX) return
    if (this.findings.some((each) => each.check === check && each.detail === detail)) return
    this.findings.push({ check, detail })
    this.say('FINDING', `${check}: ${detail}`)
  }
}
