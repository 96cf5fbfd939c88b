/** Bytes that one piece of memory holds. */
const SLAB_SIZE = 65_536

/**
 * Room for many small byte arrays in one piece of memory: above 64 bytes an array with memory of its own costs a
 * microsecond, ten times what copying into it takes. A piece is let go of when the last of its arrays is.
 */
export class MemorySlab {
  #slab = new Uint8Array(SLAB_SIZE)
  #used = 0

  /** `size` bytes that nobody else has. What they hold is undefined. */
  take(size: number): Uint8Array {
    if (size > SLAB_SIZE / 4) return new Uint8Array(size)
    if (this.#used + size > SLAB_SIZE) {
      this.#slab = new Uint8Array(SLAB_SIZE)
      this.#used = 0
    }
    const from = this.#used
    this.#used += size
    return new Uint8Array(this.#slab.buffer, from, size)
  }

  /** A copy of `bytes`. */
  keep(bytes: Uint8Array): Uint8Array {
    const copy = this.take(bytes.length)
    copy.set(bytes)
    return copy
  }
}
