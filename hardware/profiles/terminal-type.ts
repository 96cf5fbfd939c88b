import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TERMINAL_TYPE, type TerminalType } from './terminal-type-shape.ts'

/** A file of a type is not as it should be; one sentence that names the place. */
export class TerminalTypeError extends Error {
  override readonly name = 'TerminalTypeError'
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

/** All types of `folder`, one a file, by their ids. @throws {TerminalTypeError} */
export function readTerminalTypes(folder = FOLDER): ReadonlyMap<string, TerminalType> {
  const types = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readTerminalType(`${folder}/${name}`))
  return new Map(types.map((type) => [type.id, type]))
}

/** @throws {TerminalTypeError} */
export function readTerminalType(path: string): TerminalType {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new TerminalTypeError(`${path} can not be read as JSON: name an existing terminal type file`)
  }
  const parsed = TERMINAL_TYPE.safeParse(value)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: place, message }) => `${place.join('.')}: ${message}`)
    throw new TerminalTypeError(`${path}: ${faults.join('; ')}`)
  }
  if (parsed.data.id !== basename(path, '.json'))
    throw new TerminalTypeError(`${path}: the file of the type ${parsed.data.id} is named after it`)
  return parsed.data
}
