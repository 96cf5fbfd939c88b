import { concatBytes, toHex } from '../base/bytes.ts'
import { err, ok, type Result } from '../base/result.ts'
import { tagFormat } from './tags.ts'

/** One entry of a data object list: the card wants `size` bytes of `tag`. */
export interface DolItem {
  readonly tag: string
  readonly size: number
}

/** `truncated`: the list ends inside an entry. `badTag`: more than 4 bytes. `badLength`: not 0 to 255 bytes. */
export interface DolError {
  readonly kind: 'truncated' | 'badTag' | 'badLength'
  readonly offset: number
}

const TAG_SIZE_MAX = 4

/** Tags and lengths without values. Source: EMV Book 3, 5.4. */
export function parseDol(bytes: Uint8Array): Result<readonly DolItem[], DolError> {
  const items: DolItem[] = []
  for (let at = 0; at < bytes.length; ) {
    const tagSize = sizeOfTag(bytes, at)
    if (tagSize > TAG_SIZE_MAX) return err({ kind: 'badTag', offset: at })
    const size = bytes[at + tagSize]
    if (size === undefined) return err({ kind: 'truncated', offset: at })
    if (size === 0x81) {
      const long = bytes[at + tagSize + 1]
      if (long === undefined) return err({ kind: 'truncated', offset: at })
      items.push({ tag: toHex(bytes.subarray(at, at + tagSize)), size: long })
      at += tagSize + 2
      continue
    }
    if (size >= 0x80) return err({ kind: 'badLength', offset: at })
    items.push({ tag: toHex(bytes.subarray(at, at + tagSize)), size })
    at += tagSize + 1
  }
  return ok(items)
}

/** Bytes of the tag at `at`; one more than allowed when it does not end. */
function sizeOfTag(bytes: Uint8Array, at: number): number {
  if (((bytes[at] ?? 0) & 0x1f) !== 0x1f) return 1
  let size = 2
  while (size <= TAG_SIZE_MAX && ((bytes[at + size - 1] ?? 0) & 0x80) !== 0) size++
  return size
}

/** Sum of the entries' sizes. */
export function dolSize(items: readonly DolItem[]): number {
  return items.reduce((sum, { size }) => sum + size, 0)
}

/**
 * The command data that a list asks for. An unknown tag gives zeros; a value of another size is cut or filled
 * by its format.
 *
 * Source: EMV Book 3, 5.4, rules 1 to 4.
 */
export function fillDol(
  items: readonly DolItem[],
  lookup: (tag: string) => Uint8Array | undefined,
): Uint8Array {
  return concatBytes(items.map(({ tag, size }) => fitValue(tagFormat(tag), lookup(tag), size)))
}

function fitValue(format: string, value: Uint8Array | undefined, size: number): Uint8Array {
  const fitted = new Uint8Array(size)
  if (value === undefined) return fitted
  const isNumeric = format === 'n'
  if (value.length >= size) {
    fitted.set(isNumeric ? value.subarray(value.length - size) : value.subarray(0, size))
    return fitted
  }
  if (format === 'cn') fitted.fill(0xff)
  fitted.set(value, isNumeric ? size - value.length : 0)
  return fitted
}

/** The values of command data by tag, as a card reads them; undefined when the sizes do not agree. */
export function splitDol(
  items: readonly DolItem[],
  data: Uint8Array,
): ReadonlyMap<string, Uint8Array> | undefined {
  if (dolSize(items) !== data.length) return undefined
  const values = new Map<string, Uint8Array>()
  let at = 0
  for (const { tag, size } of items) {
    values.set(tag, data.subarray(at, at + size))
    at += size
  }
  return values
}
