import { oneLine } from '../base/one-line.ts'
import { err, ok, type Result } from '../base/result.ts'
import { complaintOf } from './element-plan.ts'
import type {
  Attribute,
  ContentEncoding,
  DataElementSpec,
  LengthRule,
  MessageSpec,
  PrefixEncoding,
} from './spec.ts'
import type { SpecFileError } from './spec-file-error.ts'
import { ISO1987_ROWS } from './specs/iso1987-rows.ts'

type Layout = readonly [
  attribute: Attribute,
  content: ContentEncoding,
  prefixDigits: number,
  prefix: PrefixEncoding,
]

/** What each field packager class of jPOS writes; 0 prefix digits: fixed. Source: jPOS programmer's guide, packagers. */
const CLASSES: Readonly<Record<string, Layout>> = {
  IF_CHAR: ['ans', 'ascii', 0, 'ascii'],
  IFA_NUMERIC: ['n', 'ascii', 0, 'ascii'],
  IFA_AMOUNT: ['xn', 'ascii', 0, 'ascii'],
  IFA_BINARY: ['b', 'hex', 0, 'ascii'],
  IFA_LNUM: ['n', 'ascii', 1, 'ascii'],
  IFA_LLNUM: ['n', 'ascii', 2, 'ascii'],
  IFA_LLLNUM: ['n', 'ascii', 3, 'ascii'],
  IFA_LCHAR: ['ans', 'ascii', 1, 'ascii'],
  IFA_LLCHAR: ['ans', 'ascii', 2, 'ascii'],
  IFA_LLLCHAR: ['ans', 'ascii', 3, 'ascii'],
  IFA_LLLLCHAR: ['ans', 'ascii', 4, 'ascii'],
  IFA_LLBINARY: ['b', 'binary', 2, 'ascii'],
  IFA_LLLBINARY: ['b', 'binary', 3, 'ascii'],
  IFA_LLABINARY: ['b', 'hex', 2, 'ascii'],
  IFA_LLLABINARY: ['b', 'hex', 3, 'ascii'],
  IFB_NUMERIC: ['n', 'bcd', 0, 'bcd'],
  IFB_AMOUNT: ['xn', 'bcd', 0, 'bcd'],
  IFB_BINARY: ['b', 'binary', 0, 'bcd'],
  IFB_LLNUM: ['n', 'bcd', 2, 'bcd'],
  IFB_LLLNUM: ['n', 'bcd', 3, 'bcd'],
  IFB_LLCHAR: ['ans', 'ascii', 2, 'bcd'],
  IFB_LLLCHAR: ['ans', 'ascii', 3, 'bcd'],
  IFB_LLBINARY: ['b', 'binary', 2, 'bcd'],
  IFB_LLLBINARY: ['b', 'binary', 3, 'bcd'],
  IFB_LLHNUM: ['n', 'bcd', 1, 'binary'],
  IFB_LLHCHAR: ['ans', 'ascii', 1, 'binary'],
  IFB_LLLHCHAR: ['ans', 'ascii', 2, 'binary'],
  IFB_LLHBINARY: ['b', 'binary', 1, 'binary'],
  IFB_LLLHBINARY: ['b', 'binary', 2, 'binary'],
}

const BITMAPS: Readonly<Record<string, 'binary' | 'hex'>> = { IFA_BITMAP: 'hex', IFB_BITMAP: 'binary' }
const MTIS: Readonly<Record<string, 'bcd' | 'ascii'>> = { IFA_NUMERIC: 'ascii', IFB_NUMERIC: 'bcd' }
/** Fields whose digits are a track: separators are allowed in them. */
const TRACK_BITS: readonly number[] = [35, 36]

type Xml = { readonly [name: string]: unknown }

/**
 * A spec from a jPOS GenericPackager file, parsed to objects whose attributes are plain properties and whose
 * `isofield` is always a list. What the file can't say (exposure, names of the standard) comes from ISO 8583:1987;
 * a field it doesn't know is never shown. A nested `isofieldpackager` is read as its outer field.
 */
export function loadJposPackager(xml: unknown, id: string): Result<MessageSpec, SpecFileError> {
  const root = isObject(xml) ? xml['isopackager'] : undefined
  if (!isObject(root)) return fail('the file', 'has no <isopackager>')
  const fields = [...listOf(root['isofield']), ...listOf(root['isofieldpackager'])]
  const byId = new Map(fields.map((field) => [textOf(field['id']), field]))
  const mti = MTIS[classOf(byId.get('0'))]
  if (mti === undefined) return fail('field 0', 'the message type has to be IFA_NUMERIC or IFB_NUMERIC')
  const bitmap = BITMAPS[classOf(byId.get('1'))]
  if (bitmap === undefined) return fail('field 1', 'the bitmap has to be IFA_BITMAP or IFB_BITMAP')
  const elements: Record<number, DataElementSpec> = {}
  const bits = [...byId.keys()].some((key) => Number(key) > 64) ? 128 : 64
  const spec: MessageSpec = { id, mti, bitmap, bits, elements }
  for (const [key, field] of byId) {
    if (key === '0' || key === '1') continue
    const bit = Number(key)
    const element = elementOf(bit, field)
    if (typeof element === 'string') return fail(`field ${oneLine(key)}`, element)
    const complaint = complaintOf(spec, bit, element)
    if (complaint !== undefined) return fail(`field ${oneLine(key)}`, complaint)
    elements[bit] = element
  }
  return ok(spec)
}

/** The element, or what is wrong with it. */
function elementOf(bit: number, field: Xml): DataElementSpec | string {
  const name = classOf(field)
  if (name.startsWith('IFE')) return `${oneLine(name)} writes EBCDIC, which is not supported`
  const layout = CLASSES[name]
  if (layout === undefined) return `field packager class ${oneLine(name) || 'missing'} is not known`
  const size = Number(textOf(field['length']) || Number.NaN)
  if (!Number.isInteger(size)) return 'length is not a number'
  const [attribute, content, prefixDigits, prefix] = layout
  const known = ISO1987_ROWS[bit]
  const isTrack = attribute === 'n' && TRACK_BITS.includes(bit)
  const length: LengthRule =
    prefixDigits === 0 ? { kind: 'fixed', size } : { kind: 'variable', prefixDigits, prefix, sizeMax: size }
  return {
    name: known?.[1] ?? (textOf(field['name']) || `field${bit}`),
    ...(known?.[3] === undefined ? {} : { nameZh: known[3] }),
    attribute: isTrack ? 'z' : attribute,
    content: content === 'bcd' ? paddedSide(field, prefixDigits) : content,
    length,
    exposure: known?.[2] ?? 'never',
  }
}

/** jPOS pads packed digits on the left when `pad` is true, on the right otherwise. */
function paddedSide(field: Xml, prefixDigits: number): ContentEncoding {
  if (field['pad'] === undefined) return prefixDigits === 0 ? 'bcdRight' : 'bcdLeft'
  return textOf(field['pad']) === 'true' ? 'bcdRight' : 'bcdLeft'
}

function classOf(field: Xml | undefined): string {
  const name = field?.['class'] ?? field?.['packager']
  return typeof name === 'string' ? (name.split('.').at(-1) ?? '') : ''
}

/** An attribute; an element of the same name is none. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function listOf(value: unknown): readonly Xml[] {
  return Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : []
}

function isObject(value: unknown): value is Xml {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fail(place: string, reason: string): { readonly ok: false; readonly error: SpecFileError } {
  return err({ place, reason })
}
