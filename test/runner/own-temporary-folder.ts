import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { shareCompiled } from './share-compiled.ts'

const NAME = 'tillwire-tests-'
const RETRIES = 5

/** One folder for everything temporary of a run, which goes with it: whoever is killed, or interrupted, removes nothing. */
export function setup({ vitest }: TestProject): () => void {
  // Once for all projects of the configuration.
  if (basename(tmpdir()).startsWith(NAME)) return () => {}
  const outer = process.env['TMPDIR']
  const folder = mkdtempSync(join(tmpdir(), NAME))
  // A PostgreSQL that root starts runs as somebody else: it passes through, and lists nothing.
  chmodSync(folder, 0o711)
  shareCompiled(folder)
  process.env['TMPDIR'] = folder
  // Vitest leaves its own behind as well when it is interrupted.
  const folders = [folder, ...vitest.projects.map(({ tmpDir }) => tmpDir)]
  const remove = (): void => {
    for (const each of folders) rmSync(each, { recursive: true, force: true, maxRetries: RETRIES })
  }
  process.once('exit', remove)
  return () => {
    if (outer === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = outer
  }
}
