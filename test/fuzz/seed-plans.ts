import { readdirSync, readFileSync } from 'node:fs'

const KEPT = new URL('../../sim/kept/', import.meta.url)
const SIZE_MAX = 6000

/** Plans of defects that were fixed. */
export function seedPlans(): readonly Uint8Array[] {
  return readdirSync(KEPT)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.stringify(JSON.parse(readFileSync(new URL(name, KEPT), 'utf8'))))
    .filter((text) => text.length <= SIZE_MAX)
    .map((text) => new TextEncoder().encode(text))
}
