import type { Exposure } from '../base/exposure.ts'
import { oneLine } from '../base/one-line.ts'
import { err, ok, type Result } from '../base/result.ts'
import { complaintOf } from './element-plan.ts'
import {
  type ContentEncoding,
  type DataElementSpec,
  isFormat,
  layoutOf,
  type MessageSpec,
  type Representation,
} from './spec.ts'
import type { SpecFileError } from './spec-file-error.ts'

const CONTENTS: readonly unknown[] = ['bcd', 'bcdLeft', 'bcdRight', 'ascii', 'binary', 'hex']
const EXPOSURES: readonly unknown[] = ['clear', 'truncatedPan', 'never']
const PREFIXES: readonly unknown[] = ['bcd', 'ascii', 'binary']

type Json = { readonly [name: string]: unknown }

/**
 * A spec from parsed JSON:
 * `{ "id", "mti": "bcd"|"ascii", "bitmap": "binary"|"hex", "bits": 64|128,`
 * ` "representation": { "digits", "tracks", "bytes", "prefix" },`
 * ` "fields": { "2": { "format": "n..19", "name": "…", "exposure": "truncatedPan", "content"?, "prefix"? }, … } }`.
 * `exposure` has no default. With `"extends"`, the name of one of `bases`, all but `id` and what differs may be left
 * out, and a field that is null is taken away. Errors name the field.
 */
export function loadJsonSpec(
  json: unknown,
  bases: readonly MessageSpec[] = [],
): Result<MessageSpec, SpecFileError> {
  if (!isObject(json)) return fail('the file', 'is not an object')
  if (json['extends'] === undefined) return readSpec(json, undefined)
  const base = bases.find(({ id }) => id === json['extends'])
  return base === undefined
    ? fail('extends', `is none of ${bases.map(({ id }) => id).join(', ')}`)
    : readSpec(json, base)
}

function readSpec(json: Json, base: MessageSpec | undefined): Result<MessageSpec, SpecFileError> {
  const { id, mti = base?.mti, bitmap = base?.bitmap, bits = base?.bits } = json
  if (typeof id !== 'string' || id === '') return fail('id', 'is not a name')
  if (mti !== 'bcd' && mti !== 'ascii') return fail('mti', "is not 'bcd' or 'ascii'")
  if (bitmap !== 'binary' && bitmap !== 'hex') return fail('bitmap', "is not 'binary' or 'hex'")
  if (bits !== 64 && bits !== 128) return fail('bits', 'is not 64 or 128')
  const representation = readRepresentation(json['representation'] ?? (base && representationOf(base)))
  if (representation === undefined) {
    return fail(
      'representation',
      'needs digits and tracks (bcd, ascii), bytes (binary, hex), prefix (bcd, ascii, binary)',
    )
  }
  if (!isObject(json['fields'])) return fail('fields', 'is not an object')
  return readElements(
    { id, mti, bitmap, bits, elements: base?.elements ?? {} },
    json['fields'],
    representation,
  )
}

function readElements(
  base: MessageSpec,
  rows: Json,
  representation: Representation,
): Result<MessageSpec, SpecFileError> {
  const kept = Object.entries(base.elements).filter(([bit]) => Number(bit) <= base.bits)
  const elements: Record<number, DataElementSpec> = Object.fromEntries(kept)
  for (const [key, row] of Object.entries(rows)) {
    if (row === null && Object.hasOwn(elements, key)) {
      delete elements[Number(key)]
      continue
    }
    const element = readElement(row, representation)
    if (typeof element === 'string') return fail(`field ${oneLine(key)}`, element)
    const complaint = complaintOf(base, Number(key), element)
    if (complaint !== undefined) return fail(`field ${oneLine(key)}`, complaint)
    elements[Number(key)] = element
  }
  return ok({ ...base, elements })
}

/** How a dialect writes most of its fields: as its first of each kind. */
function representationOf({ elements }: MessageSpec): Partial<Representation> {
  const all = Object.values(elements)
  const contentOf = (attribute: DataElementSpec['attribute']) =>
    all.find((element) => element.attribute === attribute)?.content
  const variable = all.map(({ length }) => length).find(({ kind }) => kind === 'variable')
  return {
    digits: contentOf('n') as Representation['digits'],
    tracks: contentOf('z') as Representation['tracks'],
    bytes: contentOf('b') as Representation['bytes'],
    ...(variable?.kind === 'variable' ? { prefix: variable.prefix } : {}),
  }
}

function readRepresentation(value: unknown): Representation | undefined {
  if (!isObject(value)) return undefined
  const { digits, tracks, bytes, prefix } = value
  const isText = (each: unknown) => each === 'bcd' || each === 'ascii'
  const good =
    isText(digits) && isText(tracks) && (bytes === 'binary' || bytes === 'hex') && PREFIXES.includes(prefix)
  return good ? (value as unknown as Representation) : undefined
}

/** The element, or what is wrong with its row. */
function readElement(row: unknown, representation: Representation): DataElementSpec | string {
  if (!isObject(row)) return 'is not an object'
  const { format, name, exposure, content, prefix, nameZh } = row
  if (typeof format !== 'string' || !isFormat(format)) return 'format is not like n6, n..19 or ans...999'
  if (typeof name !== 'string' || name === '') return 'name is missing'
  if (!EXPOSURES.includes(exposure)) return 'exposure is not clear, truncatedPan or never'
  if (content !== undefined && !CONTENTS.includes(content))
    return `content is not one of ${CONTENTS.join(', ')}`
  if (prefix !== undefined && !PREFIXES.includes(prefix)) return `prefix is not one of ${PREFIXES.join(', ')}`
  const layout = layoutOf(format, {
    ...representation,
    ...(prefix === undefined ? {} : { prefix: prefix as Representation['prefix'] }),
  })
  return {
    name,
    ...(typeof nameZh === 'string' ? { nameZh } : {}),
    ...layout,
    ...(content === undefined ? {} : { content: content as ContentEncoding }),
    exposure: exposure as Exposure,
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fail(place: string, reason: string): { readonly ok: false; readonly error: SpecFileError } {
  return err({ place, reason })
}
