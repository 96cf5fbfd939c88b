import type { LayoutBytes } from 'buffer-layout'

/** Lets a `buffer-layout` layout read and write a plain byte array; the package knows only Node's Buffer. */
export function layoutBytes(bytes: Uint8Array): LayoutBytes {
  return new ByteAccess(bytes)
}

class ByteAccess implements LayoutBytes {
  readonly length: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.length = bytes.length
  }

  readUIntBE(offset: number, size: number): number {
    let value = 0
    for (let index = 0; index < size; index++) value = value * 256 + (this.#bytes[offset + index] ?? 0)
    return value
  }

  writeUIntBE(value: number, offset: number, size: number): void {
    let rest = value
    for (let index = size - 1; index >= 0; index--) {
      this.#bytes[offset + index] = rest % 256
      rest = Math.floor(rest / 256)
    }
  }

  /** The package reads single bytes as little-endian integers of size 1. */
  readUIntLE(offset: number, size: number): number {
    let value = 0
    for (let index = size - 1; index >= 0; index--) value = value * 256 + (this.#bytes[offset + index] ?? 0)
    return value
  }

  writeUIntLE(value: number, offset: number, size: number): void {
    let rest = value
    for (let index = 0; index < size; index++) {
      this.#bytes[offset + index] = rest % 256
      rest = Math.floor(rest / 256)
    }
  }
}
