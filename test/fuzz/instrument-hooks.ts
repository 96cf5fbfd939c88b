import { readFile } from 'node:fs/promises'
import type { LoadHook } from 'node:module'
import { fileURLToPath } from 'node:url'
import { instrumentModule } from './instrument.ts'

const ROOT = new URL('../../', import.meta.url).href
const PRODUCT = ['src/', 'hardware/', 'sim/'].map((folder) => ROOT + folder)

/** Loader hook: modules of the product come in instrumented, all others as they are. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const [path = url] = url.split('?')
  if (!path.endsWith('.ts') || !PRODUCT.some((folder) => path.startsWith(folder)))
    return nextLoad(url, context)
  const source = await readFile(fileURLToPath(path), 'utf8')
  return { format: 'module', source: instrumentModule(source), shortCircuit: true }
}
