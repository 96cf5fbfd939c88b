import type { Exposure } from '../base/exposure.ts'
import { TAG_ROWS, type TagFormat, type TagSource } from './tag-table.ts'

/** What a tag means. Sizes in bytes. */
export interface TagInfo {
  readonly tag: string
  /** Name in the standard. */
  readonly name: string
  readonly nameZh: string
  readonly format: TagFormat
  readonly sizeMin: number
  readonly sizeMax: number
  readonly source: TagSource
  /** What may be shown of the value. */
  readonly exposure: Exposure
}

const SOURCES = { C: 'card', T: 'terminal', I: 'issuer', TI: 'terminal or issuer' } as const

const TAGS: ReadonlyMap<string, TagInfo> = new Map(
  TAG_ROWS.map(([tag, name, nameZh, format, sizeMin, sizeMax, source, exposure]) => [
    tag,
    { tag, name, nameZh, format, sizeMin, sizeMax, source: SOURCES[source], exposure },
  ]),
)

/** What `tag` (upper-case hexadecimal) means, or undefined when it is not in the dictionary. */
export function tagInfo(tag: string): TagInfo | undefined {
  return TAGS.get(tag)
}

/** Format of `tag`; binary when it is unknown. */
export function tagFormat(tag: string): TagFormat {
  return TAGS.get(tag)?.format ?? 'b'
}

/** All of the dictionary, in its order. */
export function allTags(): readonly TagInfo[] {
  return [...TAGS.values()]
}
