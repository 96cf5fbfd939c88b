import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CHECKOUT } from './program-addresses.ts'

const TSX = import.meta.resolve('tsx')

/** Arguments that have Node run a program as people start it, through tsx. */
export function sourceArguments(source: URL): readonly string[] {
  return ['--import', TSX, fileURLToPath(source)]
}

/** Arguments that have Node run a program of the checkout: compiled in a run of the tests, otherwise through tsx. */
export function programArguments(source: URL): readonly string[] {
  const path = fileURLToPath(source)
  const folder = process.env['TILLWIRE_COMPILED'] ?? ''
  if (folder === '') return sourceArguments(source)
  const compiled = join(folder, relative(CHECKOUT, path).replace(/\.ts$/, '.mjs'))
  if (!existsSync(compiled))
    throw new Error(`${path} is not compiled: name it by new URL('….ts', import.meta.url)`)
  return [compiled]
}
