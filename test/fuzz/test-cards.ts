import type { CardImage } from '../../hardware/emulator/chip-card/card-image.ts'
import { SeededRandom } from '../../sim/world/seeded-random.ts'
import { simEstate } from '../../sim/world/sim-estate.ts'

/** Chip cards with fixed keys: static and dynamic authentication, PIN, signature. */
export const CHIP_IMAGES: readonly CardImage[] = simEstate()
  .cardsOf(0)
  .filter(({ hasChip }) => hasChip)
  .map(({ image }) => image)

/** Keys of the authorities that signed for those cards. */
export const CA_KEYS = simEstate().caKeys

/** The same numbers in each execution. */
export function fixedRandom(): SeededRandom {
  return new SeededRandom(0x7e57)
}
