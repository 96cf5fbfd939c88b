import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { EstateError } from './estate.ts'

const tier = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/),
  name: z.strictObject({ zh: z.string(), en: z.string() }),
  terminalsPerMerchant: z.int().min(1),
  /** Over all merchants of one person or company. */
  terminalsPerHolder: z.int().min(1),
})
export type MerchantTier = z.infer<typeof tier>

export const DEFAULT_TIER = 'standard'
const FILE = 'merchant-tiers.json'
const OWN_FILE = fileURLToPath(new URL('./merchant-tiers.json', import.meta.url))

/**
 * How many terminals a merchant may have, by tier: `merchant-tiers.json` in the host's folder, else the file beside this one.
 *
 * @throws {EstateError} when the file is not as it should be.
 */
export function readMerchantTiers(directory: string | undefined): ReadonlyMap<string, MerchantTier> {
  const own = directory === undefined ? OWN_FILE : join(directory, FILE)
  const path = existsSync(own) ? own : OWN_FILE
  try {
    const tiers = z.array(tier).parse(JSON.parse(readFileSync(path, 'utf8')))
    const byId = new Map(tiers.map((each) => [each.id, each]))
    if (!byId.has(DEFAULT_TIER)) throw new Error('no default')
    return byId
  } catch {
    throw new EstateError(
      `${path} is no list of tiers: each has id, name, terminalsPerMerchant and terminalsPerHolder, one is '${DEFAULT_TIER}'`,
    )
  }
}
