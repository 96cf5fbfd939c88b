import type { RealTimeStatusKind } from '../protocol/escpos.ts'

export type RealTimeCommand =
  | { readonly kind: 'status'; readonly status: RealTimeStatusKind }
  /** DLE ENQ 2. */
  | { readonly kind: 'clear' }

/** Finds the commands that a printer obeys as they come in, wherever they stand. */
export class RealTimeMatcher {
  #before = 0
  #last = 0

  /** The command that `byte` completes. */
  push(byte: number): RealTimeCommand | undefined {
    const [before, last] = [this.#before, this.#last]
    this.#before = last
    this.#last = byte
    if (before !== 0x10) return undefined
    if (last === 0x05 && byte === 2) return { kind: 'clear' }
    if (last !== 0x04) return undefined
    return byte === 1 || byte === 2 || byte === 3 || byte === 4 ? { kind: 'status', status: byte } : undefined
  }

  reset(): void {
    this.#before = 0
    this.#last = 0
  }
}
