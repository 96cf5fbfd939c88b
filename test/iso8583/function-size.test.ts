import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { programArguments } from '../compiled/compiled-program.ts'

/** V8 never optimises a function with more bytecode, and it stays ten times as slow: `max_optimized_bytecode_size`. */
const OPTIMISED_MAX = 60 * 1024

it('no compiled function is longer than what the engine optimises', () => {
  const script = new URL('./compile-dialects.ts', import.meta.url)
  const flags = ['--print-bytecode', '--print-bytecode-filter=compiled*']
  const folder = mkdtempSync(join(tmpdir(), 'tillwire-function-size-'))
  try {
    // Millions of short writes: into a pipe they take several seconds.
    const path = join(folder, 'bytecode.txt')
    const file = openSync(path, 'w')
    execFileSync(process.execPath, [...flags, ...programArguments(script)], {
      stdio: ['ignore', file, 'inherit'],
    })
    closeSync(file)
    const sizes = [...readFileSync(path, 'utf8').matchAll(/^Bytecode length: (\d+)$/gm)]
    // Decode, encode and index of two dialects.
    expect(sizes).toHaveLength(6)
    for (const [, size] of sizes) expect(Number(size)).toBeLessThanOrEqual(OPTIMISED_MAX)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 30_000)
