import type { Random } from '../../src/base/ports.ts'
import type { PadKey } from './pin-pad-device.ts'

const DIGITS = '0123456789'

/**
 * The face of a PIN pad with a touch screen: before each PIN the digits change their places, so that a finger that is seen, or
 * a mark that is left, says nothing. Places are 0 to 9, left to right and top to bottom.
 */
export class PadFace {
  readonly #random: Random
  #layout: readonly string[] = []

  constructor(random: Random) {
    this.#random = random
    this.shuffle()
  }

  /** The digit at each place. */
  get layout(): readonly string[] {
    return this.#layout
  }

  /** Each of the 10! orders is as likely. Source: Knuth, TAOCP 2, 3.4.2, algorithm P. */
  shuffle(): void {
    const digits = [...DIGITS]
    for (let last = digits.length - 1; last > 0; last--) {
      const other = this.#below(last + 1)
      const [left, right] = [digits[last], digits[other]]
      if (left === undefined || right === undefined) continue
      digits[last] = right
      digits[other] = left
    }
    this.#layout = digits
  }

  /** The key at a place; undefined where there is none. */
  keyAt(place: number): PadKey | undefined {
    return this.#layout[place] as PadKey | undefined
  }

  /** Bytes that would make some numbers likelier are thrown away. */
  #below(count: number): number {
    const limit = 256 - (256 % count)
    for (;;) {
      const byte = this.#random.bytes(1)[0] ?? 0
      if (byte < limit) return byte % count
    }
  }
}
