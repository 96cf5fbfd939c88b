import type { LayoutBytes } from 'buffer-layout'

/** Lets a `buffer-layout` layout read and write a plain byte array; the package knows only Node's Buffer. */
export function layoutBytes(bytes: Uint8Array): LayoutBytes {
  const read = (offsets: readonly number[]): number =>
    offsets.reduce((value, offset) => value * 256 + (bytes[offset] ?? 0), 0)
  const write = (value: number, offsets: readonly number[]): void => {
    let rest = value
    for (const offset of offsets.toReversed()) {
      bytes[offset] = rest % 256
      rest = Math.floor(rest / 256)
    }
  }
  return {
    length: bytes.length,
    readUIntBE: (offset, size) => read(offsetsFrom(offset, size)),
    writeUIntBE: (value, offset, size) => write(value, offsetsFrom(offset, size)),
    // The package reads single bytes as little-endian integers of size 1.
    readUIntLE: (offset, size) => read(offsetsFrom(offset, size).toReversed()),
    writeUIntLE: (value, offset, size) => write(value, offsetsFrom(offset, size).toReversed()),
  }
}

function offsetsFrom(offset: number, size: number): readonly number[] {
  return Array.from({ length: size }, (_, index) => offset + index)
}
