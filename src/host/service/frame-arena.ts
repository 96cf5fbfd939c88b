const SLAB_SIZE = 65_536

/**
 * Copies of frames, many in one piece of memory: a frame of its own would cost more to allocate than to copy. A piece
 * is let go of when the last of its frames is.
 */
export class FrameArena {
  #slab = new Uint8Array(SLAB_SIZE)
  #used = 0

  /** `frame` where nobody writes again. */
  keep(frame: Uint8Array): Uint8Array {
    const { length } = frame
    if (length > SLAB_SIZE) return new Uint8Array(frame)
    if (this.#used + length > SLAB_SIZE) {
      this.#slab = new Uint8Array(SLAB_SIZE)
      this.#used = 0
    }
    const start = this.#used
    this.#used += length
    this.#slab.set(frame, start)
    return this.#slab.subarray(start, this.#used)
  }
}
