import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { BenchFailure, requireThat } from '../bench-part.ts'
import type { SliceTimer } from '../measure.ts'
import { messageOrEnd } from '../message-or-end.ts'
import type { CandidateAnswer, SliceOrder } from './candidate-child.ts'
import type { CandidateName } from './candidates.ts'

const PROGRAM = fileURLToPath(new URL('./candidate-child.ts', import.meta.url))

/** A candidate in a process of its own, which waits while others are measured; it ends with this process. */
export class CandidateProcess {
  readonly #child: ChildProcess
  readonly #name: CandidateName
  /** Bytes of its form of the chip sale. */
  readonly size: number

  private constructor(child: ChildProcess, name: CandidateName, size: number) {
    this.#child = child
    this.#name = name
    this.size = size
  }

  /** Rejects with `BenchFailure` when the candidate does not do what it should. */
  static async start(name: CandidateName): Promise<CandidateProcess> {
    const child = fork(PROGRAM, [name], { execArgv: process.execArgv })
    try {
      const answer = await answerOf(child, name)
      requireThat(answer.kind === 'ready', `${name} did not start`)
      return new CandidateProcess(child, name, answer.size)
    } catch (error) {
      // A child that waits would keep both processes alive.
      if (child.connected) child.disconnect()
      throw error
    }
  }

  /** What measures slices of one of its works; one at a time. */
  timer(work: string): SliceTimer {
    return async (sliceMs) => {
      const order: SliceOrder = { work, sliceMs }
      this.#child.send(order)
      const answer = await answerOf(this.#child, this.#name)
      requireThat(answer.kind === 'slice', `${this.#name} answered something else`)
      return answer.nanoseconds
    }
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect()
  }
}

async function answerOf(child: ChildProcess, name: CandidateName): Promise<CandidateAnswer> {
  const answer = (await messageOrEnd(child)) as CandidateAnswer | undefined
  if (answer === undefined) throw new BenchFailure(`${name} ended early`)
  if (answer.kind === 'failed') throw new BenchFailure(`${name}: ${answer.reason}`)
  return answer
}
