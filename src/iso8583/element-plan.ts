import { invariant } from '../base/invariant.ts'
import type * as content from './content.ts'
import type { DataElementSpec, MessageSpec } from './spec.ts'

export type ContentReader = (bytes: Uint8Array, at: number, size: number) => string | Uint8Array | undefined

/** What `write-source.ts` writes: how characters or bytes of a value come to stand on the wire. */
export type Writer =
  | 'digitsLeft'
  | 'digitsRight'
  | 'nibblesLeft'
  | 'nibblesRight'
  | 'signedPacked'
  | 'text'
  | 'printable'
  | 'digitText'
  | 'trackText'
  | 'signedText'
  | 'bytes'
  | 'hexText'

/** How one element is read, by a function of `content.ts`, and written, and its sizes as source text. */
export interface ElementPlan {
  readonly bit: number
  readonly element: DataElementSpec
  readonly reader: keyof typeof content
  readonly writer: Writer
  /** Source text for the count of bytes of `size` digits, characters or bytes. */
  readonly width: (size: string) => string
  /** Bytes of the length prefix; 0 when fixed. */
  readonly prefixSize: number
  /** What a content that can't be read is called. */
  readonly errorKind: 'badDigit' | 'badCharacter'
}

type Functions = Pick<ElementPlan, 'reader' | 'writer'>

const PACKED_DIGITS = {
  bcdLeft: { reader: 'readDigitsLeft', writer: 'digitsLeft' },
  bcdRight: { reader: 'readDigitsRight', writer: 'digitsRight' },
} as const
const PACKED_NIBBLES = {
  bcdLeft: { reader: 'readNibblesLeft', writer: 'nibblesLeft' },
  bcdRight: { reader: 'readNibblesRight', writer: 'nibblesRight' },
} as const

/**
 * Plans the elements of `spec` in bit order.
 *
 * @throws {InvariantError} naming the bit when a row can't be compiled: a spec is source code, not input;
 * specs from files are checked by their loaders first.
 */
export function planElements(spec: MessageSpec): readonly ElementPlan[] {
  return Object.entries(spec.elements)
    .map(([key, element]) => planElement(spec, Number(key), element))
    .sort((left, right) => left.bit - right.bit)
}

function planElement(spec: MessageSpec, bit: number, element: DataElementSpec): ElementPlan {
  const complaint = complaintOf(spec, bit, element)
  invariant(complaint === undefined, `${spec.id}: field ${bit}: ${complaint}`)
  return {
    bit,
    element,
    ...functionsOf(element),
    width: widthOf(element),
    prefixSize: prefixSizeOf(element),
    errorKind: element.attribute === 'n' || element.attribute === 'xn' ? 'badDigit' : 'badCharacter',
  }
}

/** What is wrong with a row, in a few words, or undefined. */
export function complaintOf(spec: MessageSpec, bit: number, element: DataElementSpec): string | undefined {
  const { attribute, content: encoding, length } = element
  if (!Number.isInteger(bit) || bit < 2 || bit > spec.bits) return `bit is not from 2 to ${spec.bits}`
  const isBytes = encoding === 'binary' || encoding === 'hex'
  if ((attribute === 'b') !== isBytes) return `attribute ${attribute} can't stand as ${encoding}`
  const isPacked = encoding.startsWith('bcd')
  if (isPacked && !['n', 'xn', 'z'].includes(attribute)) return `attribute ${attribute} can't be packed`
  const size = length.kind === 'fixed' ? length.size : length.sizeMax
  if (!Number.isInteger(size) || size < 1 || size > 9999) return 'size is not from 1 to 9999'
  if (length.kind === 'fixed') return undefined
  const { prefixDigits, prefix } = length
  if (!Number.isInteger(prefixDigits) || prefixDigits < 1 || prefixDigits > 6)
    return 'length prefix is not 1 to 6'
  const reach = prefix === 'binary' ? 256 ** Math.min(prefixDigits, 2) - 1 : 10 ** prefixDigits - 1
  return size > reach ? 'the length prefix is too short for the size' : undefined
}

function functionsOf({ attribute, content: encoding, length }: DataElementSpec): Functions {
  if (attribute === 'b') {
    return encoding === 'hex'
      ? { reader: 'readHexText', writer: 'hexText' }
      : { reader: 'readBytes', writer: 'bytes' }
  }
  if (encoding === 'ascii') return textFunctions(attribute)
  if (attribute === 'xn') return { reader: 'readSignedPacked', writer: 'signedPacked' }
  // Plain `bcd`: numbers are right-aligned when their size is fixed, everything else from the left.
  const side =
    encoding === 'bcd' ? (length.kind === 'fixed' && attribute === 'n' ? 'bcdRight' : 'bcdLeft') : encoding
  invariant(side === 'bcdLeft' || side === 'bcdRight', 'packed content')
  return attribute === 'z' ? PACKED_NIBBLES[side] : PACKED_DIGITS[side]
}

function textFunctions(attribute: DataElementSpec['attribute']): Functions {
  switch (attribute) {
    case 'n':
      return { reader: 'readDigitText', writer: 'digitText' }
    case 'xn':
      return { reader: 'readSignedText', writer: 'signedText' }
    case 'z':
      return { reader: 'readTrackText', writer: 'trackText' }
    case 'a':
    case 'an':
      return { reader: 'readPrintable', writer: 'printable' }
    default:
      return { reader: 'readText', writer: 'text' }
  }
}

function widthOf({ attribute, content: encoding }: DataElementSpec): (size: string) => string {
  if (encoding === 'hex') return (size) => `(${size} * 2)`
  if (!encoding.startsWith('bcd')) return (size) => size
  return attribute === 'xn' ? (size) => `(1 + (${size} >> 1))` : (size) => `((${size} + 1) >> 1)`
}

function prefixSizeOf({ length }: DataElementSpec): number {
  if (length.kind === 'fixed') return 0
  return length.prefix === 'bcd' ? (length.prefixDigits + 1) >> 1 : length.prefixDigits
}
