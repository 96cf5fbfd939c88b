import { bytesToAscii } from '../../src/base/bytes.ts'

/**
 * Reads a payload member by member. What is not there reads as zero or empty and makes `isComplete` false, so that
 * a payload is judged once, at its end.
 */
export class PayloadReader {
  readonly #bytes: Uint8Array
  #offset = 0
  #isShort = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Everything that was read was there, and nothing is left. */
  get isComplete(): boolean {
    return !this.#isShort && this.#offset === this.#bytes.length
  }

  u8(): number {
    return this.bytes(1)[0] ?? 0
  }

  u16(): number {
    return this.u8() * 0x100 + this.u8()
  }

  u32(): number {
    return this.u16() * 0x1_0000 + this.u16()
  }

  /** New memory. */
  bytes(size: number): Uint8Array {
    const end = this.#offset + size
    if (end > this.#bytes.length) {
      this.#isShort = true
      this.#offset = this.#bytes.length
      return new Uint8Array(0)
    }
    const taken = this.#bytes.slice(this.#offset, end)
    this.#offset = end
    return taken
  }

  /** One size byte, then so many bytes. */
  sized(): Uint8Array {
    return this.bytes(this.u8())
  }

  /** As `sized`, one character a byte. */
  sizedText(): string {
    return bytesToAscii(this.sized())
  }

  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#offset)
  }
}
