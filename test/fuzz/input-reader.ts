/** Takes decisions and data from the front of an input; what is not there is zero or empty. */
export class InputReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isEmpty(): boolean {
    return this.#at >= this.#bytes.length
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0
  }

  /** 0 to `count` − 1. */
  below(count: number): number {
    return this.byte() % count
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T
  }

  take(size: number): Uint8Array {
    const part = this.#bytes.subarray(this.#at, this.#at + size)
    this.#at += size
    return part
  }

  /** A size byte, then so many bytes. */
  sized(): Uint8Array {
    return this.take(this.byte())
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length)
  }
}
