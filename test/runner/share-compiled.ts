import { existsSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A temporary folder of its own, but what tsx has compiled before: else each start compiles the whole product. */
export function shareCompiled(temporary: string): void {
  const name = `tsx-${process.getuid?.() ?? ''}`
  if (existsSync(join(tmpdir(), name)) && !existsSync(join(temporary, name)))
    symlinkSync(join(tmpdir(), name), join(temporary, name))
}
