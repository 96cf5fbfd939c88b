const HEAD_SIZE = 8
const INPUT_SIZE_MAX = 1 << 17

/** Memory that worker and parent share: the input under way, so that it is known when the worker must be killed. */
export class SharedInput {
  readonly #head: Int32Array
  readonly #bytes: Uint8Array
  #turn = 0

  constructor(buffer: SharedArrayBuffer) {
    this.#head = new Int32Array(buffer, 0, 2)
    this.#bytes = new Uint8Array(buffer, HEAD_SIZE)
  }

  static create(): SharedArrayBuffer {
    return new SharedArrayBuffer(HEAD_SIZE + INPUT_SIZE_MAX)
  }

  /** An input begins to run. */
  begin(input: Uint8Array): void {
    this.#bytes.set(input.subarray(0, INPUT_SIZE_MAX))
    this.#head[1] = Math.min(input.length, INPUT_SIZE_MAX)
    this.#turn = (this.#turn % 0x3fffffff) + 1
    Atomics.store(this.#head, 0, this.#turn)
  }

  /** No input is under way. */
  rest(): void {
    Atomics.store(this.#head, 0, 0)
  }

  /** Changes with each input; 0 while none is under way. */
  get turn(): number {
    return Atomics.load(this.#head, 0)
  }

  get input(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, this.#head[1]))
  }
}
