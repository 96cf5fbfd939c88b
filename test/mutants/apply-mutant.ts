import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutant, MutantEdit } from './mutant.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const COPIED = ['src', 'hardware', 'sim', 'package.json', 'tsconfig.json']

/** What is wrong with an edit: its text must occur exactly once. Undefined when all is well. */
export function editComplaint({ file, find }: MutantEdit): string | undefined {
  const count = readFileSync(join(ROOT, file), 'utf8').split(find).length - 1
  return count === 1 ? undefined : `${file}: the text occurs ${count} times: ${JSON.stringify(find)}`
}

/** A copy of the checkout with `mutant` in it, or as it is; the caller removes it. */
export function copyWith(mutant: Mutant | undefined): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'tillwire-mutant-'))
  for (const name of COPIED) cpSync(join(ROOT, name), join(path, name), { recursive: true })
  symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(path, 'node_modules'))
  for (const { file, find, replace } of mutant?.edits ?? []) {
    const target = join(path, file)
    const text = readFileSync(target, 'utf8')
    // A function, so that no character of the replacement means anything.
    writeFileSync(
      target,
      text.replace(find, () => replace),
    )
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
