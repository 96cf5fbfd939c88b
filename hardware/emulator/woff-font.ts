import { inflateSync } from 'node:zlib'
import { invariant } from '../../src/base/invariant.ts'

/** Tables of a WOFF 1 file by their tag. Source: W3C WOFF File Format 1.0, 4 and 5. */
export function readWoffTables(file: Buffer): ReadonlyMap<string, Buffer> {
  invariant(file.toString('latin1', 0, 4) === 'wOFF', 'not a WOFF 1 font')
  const tables = new Map<string, Buffer>()
  const count = file.readUInt16BE(12)
  for (let index = 0; index < count; index++) {
    const entry = 44 + index * 20
    const offset = file.readUInt32BE(entry + 4)
    const stored = file.subarray(offset, offset + file.readUInt32BE(entry + 8))
    const isCompressed = stored.length < file.readUInt32BE(entry + 12)
    tables.set(file.toString('latin1', entry, entry + 4), isCompressed ? inflateSync(stored) : stored)
  }
  return tables
}

/** Straight edges of a glyph's outline in font units, y upwards: x1 y1 x2 y2 of each edge. */
export type Outline = readonly (readonly [number, number, number, number])[]

/** A TrueType font: outlines by character. Curves are taken as straight lines between their points. */
export class OutlineFont {
  readonly #glyf: Buffer
  readonly #loca: Buffer
  readonly #hmtx: Buffer
  readonly #metricCount: number
  readonly #isLongLoca: boolean
  readonly #groups: readonly (readonly [number, number, number])[]
  readonly unitsPerEm: number
  /** Font units from the base line to the lower edge, below zero. */
  readonly descender: number

  constructor(tables: ReadonlyMap<string, Buffer>) {
    const table = (tag: string): Buffer => {
      const found = tables.get(tag)
      invariant(found !== undefined, `font without table ${tag}`)
      return found
    }
    this.#glyf = table('glyf')
    this.#loca = table('loca')
    this.#hmtx = table('hmtx')
    this.unitsPerEm = table('head').readUInt16BE(18)
    this.#isLongLoca = table('head').readInt16BE(50) === 1
    this.descender = table('hhea').readInt16BE(6)
    this.#metricCount = table('hhea').readUInt16BE(34)
    this.#groups = readGroups(table('cmap'))
  }

  /** Glyph of `character`; 0 when the font has none. */
  glyphOf(character: string): number {
    const code = character.codePointAt(0) ?? 0
    for (const [first, last, glyph] of this.#groups) {
      if (code >= first && code <= last) return glyph + code - first
    }
    return 0
  }

  /** Distance to the next character in font units. */
  advanceOf(glyph: number): number {
    return this.#hmtx.readUInt16BE(Math.min(glyph, this.#metricCount - 1) * 4)
  }

  outlineOf(glyph: number): Outline {
    const [start, end] = [this.#offsetOf(glyph), this.#offsetOf(glyph + 1)]
    if (end <= start) return []
    const data = this.#glyf.subarray(start, end)
    const contourCount = data.readInt16BE(0)
    return contourCount < 0 ? this.#compositeOutline(data) : simpleOutline(data, contourCount)
  }

  #offsetOf(glyph: number): number {
    return this.#isLongLoca ? this.#loca.readUInt32BE(glyph * 4) : this.#loca.readUInt16BE(glyph * 2) * 2
  }

  /** Parts moved by whole offsets; other transformations do not occur in a font of dots. */
  #compositeOutline(data: Buffer): Outline {
    const edges: (readonly [number, number, number, number])[] = []
    let at = 10
    for (let hasMore = true; hasMore; ) {
      const flags = data.readUInt16BE(at)
      const part = data.readUInt16BE(at + 2)
      const isWords = (flags & 1) !== 0
      const dx = isWords ? data.readInt16BE(at + 4) : data.readInt8(at + 4)
      const dy = isWords ? data.readInt16BE(at + 6) : data.readInt8(at + 5)
      for (const [x1, y1, x2, y2] of this.outlineOf(part)) edges.push([x1 + dx, y1 + dy, x2 + dx, y2 + dy])
      at += (isWords ? 8 : 6) + transformSize(flags)
      hasMore = (flags & 0x20) !== 0
    }
    return edges
  }
}

function transformSize(flags: number): number {
  if ((flags & 0x08) !== 0) return 2
  if ((flags & 0x40) !== 0) return 4
  return (flags & 0x80) !== 0 ? 8 : 0
}

/** Groups of the format 12 table: first, last, glyph of the first. Source: OpenType, cmap. */
function readGroups(cmap: Buffer): readonly (readonly [number, number, number])[] {
  const count = cmap.readUInt16BE(2)
  for (let index = 0; index < count; index++) {
    const offset = cmap.readUInt32BE(4 + index * 8 + 4)
    if (cmap.readUInt16BE(offset) !== 12) continue
    const groups = cmap.readUInt32BE(offset + 12)
    return Array.from({ length: groups }, (_, group) => {
      const at = offset + 16 + group * 12
      return [cmap.readUInt32BE(at), cmap.readUInt32BE(at + 4), cmap.readUInt32BE(at + 8)] as const
    })
  }
  return []
}

/** Source: OpenType, glyf: flags, x and y coordinates, each run-length packed. */
function simpleOutline(data: Buffer, contourCount: number): Outline {
  if (contourCount === 0) return []
  const ends = Array.from({ length: contourCount }, (_, index) => data.readUInt16BE(10 + index * 2))
  const pointCount = (ends.at(-1) ?? -1) + 1
  let at = 10 + contourCount * 2
  at += 2 + data.readUInt16BE(at)
  const flags: number[] = []
  while (flags.length < pointCount) {
    const flag = data.readUInt8(at++)
    const repeats = (flag & 8) === 0 ? 0 : data.readUInt8(at++)
    for (let time = 0; time <= repeats; time++) flags.push(flag)
  }
  const xs = readCoordinates(data, at, flags, 0x02, 0x10)
  const ys = readCoordinates(data, xs.end, flags, 0x04, 0x20)
  return ends.flatMap((last, contour) =>
    contourEdges((ends[contour - 1] ?? -1) + 1, last, xs.values, ys.values),
  )
}

/** From each point to the next, and from the last one back. The font has no curves. */
function contourEdges(first: number, last: number, xs: readonly number[], ys: readonly number[]): Outline {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const point = first + index
    const next = point === last ? first : point + 1
    return [xs[point] ?? 0, ys[point] ?? 0, xs[next] ?? 0, ys[next] ?? 0] as const
  })
}

/** `short`: one byte, whose sign is the `same` bit; else `same`: no change, or two bytes. */
function readCoordinates(
  data: Buffer,
  start: number,
  flags: readonly number[],
  short: number,
  same: number,
): { readonly values: readonly number[]; readonly end: number } {
  let at = start
  let value = 0
  const values = flags.map((flag) => {
    const isSame = (flag & same) !== 0
    if ((flag & short) !== 0) value += isSame ? data.readUInt8(at++) : -data.readUInt8(at++)
    else if (!isSame) {
      value += data.readInt16BE(at)
      at += 2
    }
    return value
  })
  return { values, end: at }
}
