import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url))
/** How the sources name a program that they start, or give a thread. */
const ADDRESS = /new URL\('(\.[^']+)\.ts', import\.meta\.url\)/g

/** Programs that the source at `path` names: their paths from the checkout, without the end of the name. */
export function programsNamedIn(source: string, path: string): readonly string[] {
  return [...source.matchAll(ADDRESS)]
    .map(([, name = '']) => resolve(dirname(path), name))
    .filter((program) => existsSync(`${program}.ts`))
    .map((program) => relative(CHECKOUT, program))
}

/** The source at `path`, but that it starts programs as they are compiled in `folder`, and no TypeScript. */
export function withCompiledPrograms(source: string, path: string, folder: string): string {
  return source.replaceAll(ADDRESS, (address, name: string) => {
    const compiled = join(folder, `${relative(CHECKOUT, resolve(dirname(path), name))}.mjs`)
    return existsSync(`${resolve(dirname(path), name)}.ts`)
      ? `new URL(${JSON.stringify(pathToFileURL(compiled).href)})`
      : address
  })
}
