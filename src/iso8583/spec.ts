import type { Exposure } from '../base/exposure.ts'

/** Attribute of a data element, in the standard's own letters; `xn` is `x + n`: a sign and digits. Source: ISO 8583:1987, 4.2. */
export type Attribute = 'n' | 'xn' | 'a' | 'an' | 'ans' | 'z' | 'b'

/** How the content stands on the wire. */
export type ContentEncoding =
  /** Two digits a byte. Fixed: an odd count gets a zero nibble on the left; variable: on the right. */
  | 'bcd'
  /** Two digits a byte; an odd count gets a zero nibble on the right. */
  | 'bcdLeft'
  /** Two digits a byte; an odd count gets a zero nibble on the left, variable lengths too. */
  | 'bcdRight'
  /** One character a byte. */
  | 'ascii'
  /** Bytes as they are. */
  | 'binary'
  /** Bytes as two ASCII hexadecimal digits each. */
  | 'hex'

/** How a length prefix stands on the wire. */
export type PrefixEncoding = 'bcd' | 'ascii' | 'binary'

/** Sizes count digits or characters for text attributes and bytes for `b`. */
export type LengthRule =
  | { readonly kind: 'fixed'; readonly size: number }
  | {
      readonly kind: 'variable'
      /** Digits of the length itself: 2 is LLVAR, 3 is LLLVAR. Bytes when `prefix` is binary. */
      readonly prefixDigits: number
      readonly prefix: PrefixEncoding
      readonly sizeMax: number
    }

export interface DataElementSpec {
  /** The standard's name, camelCased word for word: "Amount, transaction" is `amountTransaction`. */
  readonly name: string
  /** The name in Chinese, where it is in use. */
  readonly nameZh?: string
  readonly attribute: Attribute
  readonly content: ContentEncoding
  readonly length: LengthRule
  readonly exposure: Exposure
}

/** One dialect: a table. Another dialect is another table with rows replaced, never a subclass. */
export interface MessageSpec {
  readonly id: string
  readonly mti: 'bcd' | 'ascii'
  readonly bitmap: 'binary' | 'hex'
  /** 64: bit 1 is never set; 128: bit 1 announces the secondary bitmap. */
  readonly bits: 64 | 128
  /** Key: bit number, 2 to `bits`. */
  readonly elements: { readonly [bit: number]: DataElementSpec }
}

/** How a dialect writes each attribute when a row says nothing else. */
export interface Representation {
  readonly digits: 'bcd' | 'ascii'
  readonly tracks: 'bcd' | 'ascii'
  readonly bytes: 'binary' | 'hex'
  readonly prefix: PrefixEncoding
}

/** One row: format in the standard's notation (`n6`, `n..19`, `ans...999`, `x+n8`, `b8`), then the names. */
export type ElementRow = readonly [format: string, name: string, exposure: Exposure, nameZh?: string]

/** Builds the elements of a dialect from rows by bit number. */
export function elementsOf(
  rows: { readonly [bit: number]: ElementRow },
  representation: Representation,
): { readonly [bit: number]: DataElementSpec } {
  return Object.fromEntries(
    Object.entries(rows).map(([bit, [format, name, exposure, nameZh]]) => {
      const element = { name, ...layoutOf(format, representation), exposure }
      return [bit, nameZh === undefined ? element : { ...element, nameZh }]
    }),
  )
}

const FORMAT = /^(x\+n|n|ans|an|a|z|b)(\.*)(\d+)$/

/** Whether `format` is written in the notation of `ElementRow`. */
export function isFormat(format: string): boolean {
  return FORMAT.test(format)
}

/** Attribute, content and length of a format such as `n..19`. */
export function layoutOf(
  format: string,
  representation: Representation,
): Pick<DataElementSpec, 'attribute' | 'content' | 'length'> {
  const [, letters = '', dots = '', count = ''] = FORMAT.exec(format) ?? []
  const attribute = (letters === 'x+n' ? 'xn' : letters) as Attribute
  const content =
    attribute === 'b'
      ? representation.bytes
      : attribute === 'n' || attribute === 'xn'
        ? representation.digits
        : attribute === 'z'
          ? representation.tracks
          : 'ascii'
  const size = Number(count)
  const length: LengthRule =
    dots === ''
      ? // The sign of x + n is one more character.
        { kind: 'fixed', size: attribute === 'xn' ? size + 1 : size }
      : { kind: 'variable', prefixDigits: dots.length, prefix: representation.prefix, sizeMax: size }
  return { attribute, content, length }
}
