/** Bytes that one piece of memory holds. */
const SLAB_SIZE = 65_536

/**
 * Room for many small byte arrays in one piece of memory: above 64 bytes an array with memory of its own costs a
 * microsecond, ten times what copying into it takes. A piece is let go of when the last of its arrays is.
 */
export class MemorySlab {
  // Kept beside its array: `buffer` of an array is a call into the engine, dearer than the array itself.
  #slab = new ArrayBuffer(SLAB_SIZE)
  #bytes = new Uint8Array(this.#slab)
  #used = 0
  #buffer = this.#slab

  /** Where the last bytes were laid. */
  get buffer(): ArrayBuffer {
    return this.#buffer
  }

  /** `size` bytes that nobody else has. What they hold is undefined. */
  take(size: number): Uint8Array {
    const from = this.#reserve(size)
    return new Uint8Array(this.#buffer, from, size)
  }

  /** A copy of `bytes`. */
  keep(bytes: Uint8Array): Uint8Array {
    const copy = this.take(bytes.length)
    copy.set(bytes)
    return copy
  }

  /** Copies `bytes` from `start` to `end`, and answers the offset in `buffer` at which it begins. */
  lay(bytes: Uint8Array, start: number, end: number): number {
    const size = end - start
    const from = this.#reserve(size)
    const part = size === bytes.length ? bytes : bytes.subarray(start, end)
    if (this.#buffer === this.#slab) this.#bytes.set(part, from)
    else new Uint8Array(this.#buffer).set(part)
    return from
  }

  /** Offset in `#buffer` of `size` bytes that are free. */
  #reserve(size: number): number {
    if (size > SLAB_SIZE / 4) {
      this.#buffer = new ArrayBuffer(size)
      return 0
    }
    if (this.#used + size > SLAB_SIZE) {
      this.#slab = new ArrayBuffer(SLAB_SIZE)
      this.#bytes = new Uint8Array(this.#slab)
      this.#used = 0
    }
    this.#buffer = this.#slab
    const from = this.#used
    this.#used += size
    return from
  }
}
