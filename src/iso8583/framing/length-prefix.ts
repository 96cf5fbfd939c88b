/**
 * How a frame's length stands before it on a stream. `binary2`, `binary4`: big-endian; `ascii4`: four decimal
 * digits; `…Inclusive`: the length counts its own bytes too. Source: UnionPay POS dialect, 1; jPOS channels.
 */
export type LengthPrefix = 'binary2' | 'binary4' | 'ascii4' | 'binary2Inclusive' | 'ascii4Inclusive'

export const LENGTH_PREFIXES: readonly LengthPrefix[] = [
  'binary2',
  'binary4',
  'ascii4',
  'binary2Inclusive',
  'ascii4Inclusive',
]

/** Bytes of the prefix itself. */
export function lengthPrefixSize(prefix: LengthPrefix): 2 | 4 {
  return prefix === 'binary2' || prefix === 'binary2Inclusive' ? 2 : 4
}

/** Largest frame that the prefix can announce. */
export function frameSizeLimit(prefix: LengthPrefix): number {
  switch (prefix) {
    case 'binary2':
      return 0xffff
    case 'binary2Inclusive':
      return 0xffff - 2
    case 'binary4':
      return 0xffffffff
    case 'ascii4':
      return 9999
    case 'ascii4Inclusive':
      return 9999 - 4
  }
}

/** The prefix of a frame of `size` bytes; undefined when the prefix can't announce so many. */
export function tryLengthPrefixBytes(prefix: LengthPrefix, size: number): Uint8Array | undefined {
  return size > frameSizeLimit(prefix) ? undefined : lengthPrefixBytes(prefix, size)
}

/** The prefix of a frame of `size` bytes, which must be within `frameSizeLimit`. */
export function lengthPrefixBytes(prefix: LengthPrefix, size: number): Uint8Array {
  switch (prefix) {
    case 'binary2':
      return Uint8Array.of(size >> 8, size)
    case 'binary2Inclusive':
      return lengthPrefixBytes('binary2', size + 2)
    case 'binary4':
      return Uint8Array.of(size >>> 24, size >> 16, size >> 8, size)
    case 'ascii4':
      return Uint8Array.from(String(size).padStart(4, '0'), (digit) => digit.charCodeAt(0))
    case 'ascii4Inclusive':
      return lengthPrefixBytes('ascii4', size + 4)
  }
}

/** Size of the frame that the prefix at `at` announces; undefined when its bytes are no length. All its bytes must be there. */
export function readLengthPrefix(prefix: LengthPrefix, bytes: Uint8Array, at: number): number | undefined {
  switch (prefix) {
    case 'binary2':
      return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
    case 'binary2Inclusive':
      return withoutOwn(readLengthPrefix('binary2', bytes, at), 2)
    case 'binary4':
      return (
        (bytes[at] as number) * 0x1000000 +
        (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
      )
    case 'ascii4': {
      let size = 0
      for (let index = at; index < at + 4; index++) {
        const digit = (bytes[index] as number) - 48
        if (digit < 0 || digit > 9) return undefined
        size = size * 10 + digit
      }
      return size
    }
    case 'ascii4Inclusive':
      return withoutOwn(readLengthPrefix('ascii4', bytes, at), 4)
  }
}

function withoutOwn(size: number | undefined, own: number): number | undefined {
  return size === undefined || size < own ? undefined : size - own
}
