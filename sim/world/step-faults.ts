import { type Fault, type Hook, hookOf, type SimDevice } from '../plan/fault-kinds.ts'

/** The faults of the step that a terminal is in, and how far each hook has come. */
export class StepFaults {
  readonly #struck: (fault: Fault) => void
  #waiting: Fault[] = []
  readonly #counts = new Map<string, number>()
  /** Hooks for which something waits, so that most moments cost one look. */
  #hooks = new Set<Hook>()

  /** `struck`: called when a fault is given out. */
  constructor(struck: (fault: Fault) => void) {
    this.#struck = struck
  }

  /** A new step begins: what did not strike in the last one never will. */
  arm(faults: readonly Fault[]): void {
    this.#waiting = [...faults]
    this.#counts.clear()
    this.#hooks = new Set(faults.map(({ kind }) => hookOf(kind)))
  }

  clear(): void {
    this.arm([])
  }

  /** One moment of `hook` has come: the faults that strike now. `devices`: whose cable it is. `by`: so many bytes at once. */
  at(hook: Hook, devices?: readonly SimDevice[], by = 1): readonly Fault[] {
    if (!this.#hooks.has(hook)) return NONE
    const key = keyOf(hook, devices)
    const before = this.#counts.get(key) ?? 0
    const now = before + by
    this.#counts.set(key, now)
    const due = this.#waiting.filter(
      (fault) =>
        hookOf(fault.kind) === hook &&
        (fault.device === undefined || devices?.includes(fault.device) === true) &&
        fault.nth > before &&
        fault.nth <= now,
    )
    if (due.length === 0) return NONE
    this.#waiting = this.#waiting.filter((fault) => !due.includes(fault))
    this.#hooks = new Set(this.#waiting.map(({ kind }) => hookOf(kind)))
    for (const fault of due) this.#struck(fault)
    return due
  }

  /** Takes faults that strike when the step begins, whatever their number. */
  atStart(): readonly Fault[] {
    const due = this.#waiting.filter(({ kind }) => hookOf(kind) === 'step')
    this.#waiting = this.#waiting.filter((fault) => !due.includes(fault))
    for (const fault of due) this.#struck(fault)
    return due
  }

  /** Moments of `hook` since the step began. */
  passed(hook: Hook, devices?: readonly SimDevice[]): number {
    return this.#counts.get(keyOf(hook, devices)) ?? 0
  }
}

const NONE: readonly Fault[] = []

function keyOf(hook: Hook, devices: readonly SimDevice[] | undefined): string {
  return devices === undefined ? hook : `${hook} ${devices[0]}`
}
