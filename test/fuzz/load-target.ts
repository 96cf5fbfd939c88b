import type { FuzzTarget } from './fuzz-target.ts'

/** Loads one target and what it tests, and nothing else. */
export async function loadTarget(name: string): Promise<FuzzTarget> {
  const loaded = (await import(`./targets/${name}.ts`)) as { readonly target: FuzzTarget }
  return loaded.target
}
