import { bufferedStatusRequest } from '../../../hardware/protocol/escpos.ts'
import { concatBytes } from '../../base/bytes.ts'
import type { PrintOutcome } from '../flows/print-document.ts'
import type { PrintStep } from './print-layout.ts'

/** Progress mark: answered when all before it is on paper; four, since status comes in groups of four bytes. */
const MARKER_SIZE = 4
const MARKER = concatBytes(Array.from({ length: MARKER_SIZE }, () => bufferedStatusRequest(1)))
/** Steps and bytes that a printer may hold unprinted; small printers buffer 4 KiB. */
const STEPS_AHEAD_MAX = 8
const BYTES_AHEAD_MAX = 3072

/** Which steps of a document were sent and which are known to be on paper. */
export class PrintJob {
  readonly #steps: readonly PrintStep[]
  readonly done: (outcome: PrintOutcome) => void
  #sent = 0
  #printed = 0
  #bytesAhead = 0
  #markerBytes = 0

  constructor(steps: readonly PrintStep[], done: (outcome: PrintOutcome) => void) {
    this.#steps = steps
    this.done = done
  }

  /** Lines of the document that are known to be on paper. */
  get linesPrinted(): number {
    return this.#steps[this.#printed - 1]?.linesDone ?? 0
  }

  get isComplete(): boolean {
    return this.#printed === this.#steps.length
  }

  /** Bytes that were sent and are not known to be printed. */
  get bytesAhead(): number {
    return this.#bytesAhead
  }

  /** The next step with its mark, or undefined while enough is under way or nothing is left. */
  next(): Uint8Array | undefined {
    const step = this.#steps[this.#sent]
    const ahead = this.#sent - this.#printed
    if (step === undefined || ahead >= STEPS_AHEAD_MAX) return undefined
    if (ahead > 0 && this.#bytesAhead + step.bytes.length > BYTES_AHEAD_MAX) return undefined
    this.#sent++
    this.#bytesAhead += step.bytes.length
    return concatBytes([step.bytes, MARKER])
  }

  /** One byte of the answer to a mark came; true when a step is newly known to be printed. */
  takeMarkerByte(): boolean {
    this.#markerBytes++
    if (this.#markerBytes < MARKER_SIZE) return false
    this.#markerBytes = 0
    return this.#printed < this.#sent && this.#advance()
  }

  /** Steps that were sent so far. */
  get sentCount(): number {
    return this.#sent
  }

  /** Whether the first `count` steps are known to be printed. */
  hasPrinted(count: number): boolean {
    return this.#printed >= count
  }

  #advance(): boolean {
    this.#bytesAhead -= this.#steps[this.#printed]?.bytes.length ?? 0
    this.#printed++
    return true
  }
}
