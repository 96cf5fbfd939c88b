import { readFileSync } from 'node:fs'

/** One entry of `public.json`; `origin` says whether it proves conformity or only self-consistency. */
export interface Vector {
  readonly id: string
  readonly category: string
  readonly origin: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly expected: Readonly<Record<string, unknown>>
}

const file = JSON.parse(readFileSync(new URL('./public.json', import.meta.url), 'utf8')) as {
  readonly vectors: readonly Vector[]
}

/** All public vectors. */
export const publicVectors: readonly Vector[] = file.vectors

/** The vectors of one category. Throws when there are none, so that a test can't pass on nothing. */
export function vectorsOf(category: string): readonly Vector[] {
  const found = publicVectors.filter((each) => each.category === category)
  if (found.length === 0) throw new Error(`no vector of category ${category}`)
  return found
}

/** A text of `record` by name. Throws when it is missing. */
export function textOf(record: Readonly<Record<string, unknown>>, name: string): string {
  const value = record[name]
  if (typeof value !== 'string') throw new Error(`the vector has no text ${name}`)
  return value
}
