import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Why the page can't be built, in one sentence that says what to do. */
export class PageError extends Error {
  override readonly name = 'PageError'
}

const SOURCE = fileURLToPath(new URL('../../web/', import.meta.url))
const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url))
/** Besides its own folder, what the page is made of. */
const SHARED = [
  'src/base',
  'src/workbench/workbench-messages.ts',
  'src/host/console/api-types',
  'package-lock.json',
]

/**
 * Folder of the built page: made once for each state of its sources, in a second or two, so that a checkout needs no
 * build step and never serves an old page. `building` is called when it takes a moment.
 *
 * Rejects with `PageError`.
 */
export async function buildPage(building: () => void = () => {}): Promise<string> {
  const target = join(CHECKOUT, 'dist', 'web', fingerprint())
  if (existsSync(join(target, 'index.html'))) return target
  building()
  const temporary = `${target}.${process.pid}`
  try {
    const { build } = await import('vite')
    await build({
      root: SOURCE,
      configFile: false,
      logLevel: 'error',
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
      build: { outDir: temporary, emptyOutDir: true, assetsInlineLimit: 0, reportCompressedSize: false },
    })
    keep(temporary, target)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown reason'
    throw new PageError(
      `the console's page could not be built (${reason}): check that this user can write to dist/`,
    )
  }
  return target
}

/** Another process may have been faster: then its folder is as good. */
function keep(temporary: string, target: string): void {
  const folder = join(target, '..')
  mkdirSync(folder, { recursive: true })
  try {
    renameSync(temporary, target)
  } catch {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Of everything that the page is made of. 16 hexadecimal digits. */
function fingerprint(): string {
  const hash = createHash('sha256')
  const paths = [SOURCE, ...SHARED.map((each) => join(CHECKOUT, each))].flatMap(filesUnder)
  for (const path of paths)
    hash.update(path.slice(CHECKOUT.length)).update('\0').update(readFileSync(path)).update('\0')
  return hash.digest('hex').slice(0, 16)
}

function filesUnder(path: string): readonly string[] {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
