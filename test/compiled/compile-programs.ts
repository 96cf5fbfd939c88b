import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'vite'
import type { TestProject } from 'vitest/node'
import { CHECKOUT, programsNamedIn, withCompiledPrograms } from './program-addresses.ts'

const SOURCES = ['src', 'hardware', 'sim', 'bench', 'test']
/** Instruments its own sources, one by one. */
const LEFT_OUT = /^test\/fuzz\//
const KEPT = join(CHECKOUT, 'dist', 'programs')
/** What was compiled for an older state of the sources is nobody's after this. */
const KEPT_MS = 24 * 60 * 60 * 1000

/**
 * Compiles the programs that tests start, once for each state of the sources: through tsx each start costs a second and
 * more. Not while watching, where the sources change, and not with an empty `TILLWIRE_COMPILED`: then it is tsx.
 */
export async function setup({ config }: TestProject): Promise<void> {
  if (config.watch || process.env['TILLWIRE_COMPILED'] === '') return
  process.env['TILLWIRE_COMPILED'] = await compilePrograms()
}

/** Answers the folder: each program under its path in the checkout, as `.mjs`. */
async function compilePrograms(): Promise<string> {
  const sources = SOURCES.flatMap(sourcesIn).sort()
  const texts = sources.map((path) => readFileSync(path, 'utf8'))
  const folder = join(KEPT, fingerprint(sources, texts))
  if (existsSync(folder)) return folder
  const programs = new Set(sources.flatMap((path, at) => programsNamedIn(texts[at] ?? '', path)))
  const input = [...programs].filter((each) => !LEFT_OUT.test(each))
  const temporary = `${folder}.${process.pid}`
  try {
    await build({
      root: CHECKOUT,
      configFile: false,
      logLevel: 'error',
      plugins: [ownAddresses(folder)],
      build: {
        ssr: true,
        outDir: temporary,
        minify: false,
        reportCompressedSize: false,
        rolldownOptions: {
          input: Object.fromEntries(input.map((each) => [each, join(CHECKOUT, `${each}.ts`)])),
          output: { entryFileNames: '[name].mjs', chunkFileNames: 'parts/[name]-[hash].mjs' },
        },
      },
    })
    keep(temporary, folder)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
  return folder
}

/** A compiled source still finds the files beside it where they are: in the checkout. */
function ownAddresses(folder: string): Plugin {
  return {
    name: 'own-addresses',
    enforce: 'pre',
    transform: {
      filter: { id: /\.ts$/ },
      handler: (source, path) =>
        withCompiledPrograms(source, path, folder)
          .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
          .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
    },
  }
}

/** Another run may have been faster: then its folder is as good. */
function keep(temporary: string, folder: string): void {
  for (const name of readdirSync(KEPT)) {
    const path = join(KEPT, name)
    if (path !== temporary && Date.now() - statSync(path).mtimeMs > KEPT_MS)
      rmSync(path, { recursive: true, force: true })
  }
  try {
    renameSync(temporary, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

function fingerprint(sources: readonly string[], texts: readonly string[]): string {
  const hash = createHash('sha256')
    .update(CHECKOUT)
    .update(readFileSync(join(CHECKOUT, 'package-lock.json')))
  for (const [at, path] of sources.entries()) hash.update(`${path}\0${texts[at]}\0`)
  return hash.digest('hex').slice(0, 16)
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|json)$/.test(name))
    .map((name) => join(CHECKOUT, folder, name))
}
