import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Names of all targets: their files. */
export const TARGET_NAMES: readonly string[] = readdirSync(
  fileURLToPath(new URL('./targets/', import.meta.url)),
)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .sort()
