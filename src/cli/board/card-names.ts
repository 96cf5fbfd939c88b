import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { UsageFailure } from '../failure.ts'

const SUFFIX = '.json'

/** Names of the card images in a folder, in order. */
export function cardNames(directory: string): readonly string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort()
}

/** The file of a card that was named, or given as a path. @throws {UsageFailure} when there is none. */
export function cardPath(directory: string, name: string): string {
  if (name.includes('/') || name.endsWith(SUFFIX)) return name
  const path = join(directory, `${name}${SUFFIX}`)
  if (existsSync(path)) return path
  const names = cardNames(directory)
  const known = names.length === 0 ? 'make one with "tillwire card new"' : `there are ${names.join(', ')}`
  throw new UsageFailure(`there is no card ${name}: ${known}`)
}
