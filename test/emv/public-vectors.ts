import { fromHex } from '../../src/base/bytes.ts'
import { publicVectors, textOf, type Vector } from '../vectors/vectors.ts'

export function vectorOf(id: string): Vector {
  const found = publicVectors.find((vector) => vector.id === id)
  if (found === undefined) throw new Error(`no vector ${id}`)
  return found
}

/** Bytes of a member that must be hexadecimal text. */
export function hex(record: Readonly<Record<string, unknown>>, name: string): Uint8Array {
  return fromHex(textOf(record, name))
}
