/** Bytes that wait in a printer; what does not fit is lost, as on a line without flow control. */
const CAPACITY = 65_536

/** Ring of at most 64 KiB. */
export class ReceiveBuffer {
  readonly #bytes = new Uint8Array(CAPACITY)
  #start = 0
  #size = 0

  push(byte: number): void {
    if (this.#size === CAPACITY) return
    this.#bytes[(this.#start + this.#size) % CAPACITY] = byte
    this.#size++
  }

  /** The oldest byte, or undefined when there is none. */
  take(): number | undefined {
    if (this.#size === 0) return undefined
    const byte = this.#bytes[this.#start]
    this.#start = (this.#start + 1) % CAPACITY
    this.#size--
    return byte
  }

  /** Drops the newest `count` bytes, if there are so many. */
  takeBack(count: number): boolean {
    if (this.#size < count) return false
    this.#size -= count
    return true
  }

  clear(): void {
    this.#size = 0
  }
}
