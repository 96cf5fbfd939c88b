import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))

/** `corpus`: inputs that together run all that is reached. `found`: inputs that once broke something. */
export type InputFolder = 'corpus' | 'found'

export function folderOf(folder: InputFolder, target: string): string {
  return join(HERE, folder, target)
}

/** All inputs kept for `target`, by file name in a fixed order. */
export function readInputs(
  folder: InputFolder,
  target: string,
): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const path = folderOf(folder, target)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((name) => !name.endsWith('.tmp'))
    .sort()
    .map((name) => ({ name, bytes: Uint8Array.from(readFileSync(join(path, name))) }))
}

/** Named by content, so that the same input is one file. */
export function inputName(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12)
}

/** Writes an input whole or not at all; answers its path. */
export function keepInput(folder: InputFolder, target: string, bytes: Uint8Array): string {
  const directory = folderOf(folder, target)
  mkdirSync(directory, { recursive: true })
  const path = join(directory, inputName(bytes))
  if (!existsSync(path)) {
    writeFileSync(`${path}.tmp`, bytes)
    renameSync(`${path}.tmp`, path)
  }
  return path
}

/** Makes the corpus of `target` exactly `inputs`. */
export function keepCorpus(target: string, inputs: readonly Uint8Array[]): void {
  const wanted = new Set(inputs.map(inputName))
  for (const input of inputs) keepInput('corpus', target, input)
  const directory = folderOf('corpus', target)
  for (const { name } of readInputs('corpus', target))
    if (!wanted.has(name)) rmSync(join(directory, name), { force: true })
}
