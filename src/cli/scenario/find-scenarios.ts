import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readScenario } from '../../../sim/scenario/read-scenario.ts'
import type { Scenario } from '../../../sim/scenario/scenario.ts'
import { UsageFailure } from '../failure.ts'

/** The scenarios of the project. */
const LIBRARY = fileURLToPath(new URL('../../../scenarios/', import.meta.url))

/** Files of `paths`: files as they are, folders with all that is in them, `all` for the project's. @throws {UsageFailure} */
export function findScenarioFiles(paths: readonly string[]): readonly string[] {
  const files = paths.flatMap((path) => (path === 'all' ? filesIn(LIBRARY) : filesAt(path)))
  return [...new Set(files)]
}

/** Reads all of them, or tells everything that is wrong with them. @throws {UsageFailure} */
export function readScenarioFiles(paths: readonly string[]): readonly Scenario[] {
  const read = findScenarioFiles(paths).map((file) => readScenario(textOf(file), nameOf(file)))
  const errors = read.flatMap((each) => (each.ok ? [] : [each.error]))
  if (errors.length > 0) throw new UsageFailure(`\n${errors.join('\n')}`.trim())
  return read.flatMap((each) => (each.ok ? [each.value] : []))
}

function filesAt(path: string): readonly string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined)
    throw new UsageFailure(`there is no ${path}: give a scenario file, a folder of them, or "all"`)
  return found.isDirectory() ? filesIn(path) : [path]
}

function filesIn(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name))
  if (files.length === 0)
    throw new UsageFailure(`there is no scenario in ${folder}: "tillwire scenario new FILE" writes one`)
  return files
}

/** As a person who stands in the current folder would write it. */
function nameOf(file: string): string {
  const near = relative(process.cwd(), file)
  return near.startsWith('..') ? file : near
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageFailure(`${file} can not be read: check its permissions`)
  }
}
