import { createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { fromHex } from '../../../src/base/bytes.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { changeSteps, joinSteps, splitSteps } from '../script-mutator.ts'
import { CHIP_IMAGES, fixedRandom } from '../test-cards.ts'

const GOOD = [
  '00A404000E315041592E5359532E444446303100',
  '00A4040008A00000033301010100',
  '00A4040007A000000004101000',
  '00A4040007A000000003101000',
  '00A4040207A000000003101000',
  '80A8000002830000',
  '00B2010C00',
  '00B2020C00',
  '00B2011400',
  '80CA9F3600',
  '80CA9F1700',
  '0084000000',
  '0020008008241234FFFFFFFFFF',
  '00880000041122334400',
  `80AE800037${'000000008800000000000000015600000080000156261123000102030419300500'}${'20'.repeat(19)}42000000`,
  '80AE40002230300000000088000000000000000156000000800001562611230001020304193005 00'.replace(' ', ''),
  '008200000A00000000000000003030',
  '8424000010112233445566778811223344556677 88'.replace(' ', ''),
  '841E0000081122334455667788',
  '84DA9F5809011122334455667788',
].map(fromHex)

/** Commands in any order to an emulated card: two bytes or more answer each, and the card's memory stays a card's. */
export const target: FuzzTarget = {
  sizeMax: 1200,
  seeds: () => [0, 1, 2, 3].map((card) => joinSteps([card], GOOD)),
  run(input) {
    const image = CHIP_IMAGES[(input[0] ?? 0) % CHIP_IMAGES.length]
    must(image !== undefined, 'no card')
    const card = createChipCard(image, { random: fixedRandom() })
    must(card.powerOn().length >= 2, 'no answer to reset')
    for (const [turn, command] of splitSteps(input, 1).entries()) {
      const response = card.transmit(command)
      must(response.length >= 2 && response.length <= 258, 'a response of a size that no card has')
      if (turn % 16 === 15) {
        card.powerOff()
        card.powerOn()
      }
    }
    for (const { state, pinTriesMax } of card.image.chip?.applications ?? []) {
      must(
        state.atc <= 0xffff && state.pinTriesLeft >= 0 && state.pinTriesLeft <= pinTriesMax,
        'a counter left its range',
      )
    }
  },
  mutate: (input, random) => changeSteps(input, 1, random, command),
}

function command(random: SeededRandom): Uint8Array {
  const good = Uint8Array.from(random.pick(GOOD))
  if (random.chance(600)) return good
  if (random.chance(300)) {
    const data = random.bytes(random.below(20))
    return Uint8Array.from([
      random.pick([0, 0x80, 0x84, 4]),
      random.pick([0x20, 0x82, 0x84, 0x88, 0xa4, 0xa8, 0xae, 0xb2, 0xca, 0x1e, 0x18, 0x16, 0x24, 0xda, 0xdc]),
      random.pick([0, 1, 4, 0x40, 0x80, 0x9f]),
      random.below(256),
      data.length,
      ...data,
    ])
  }
  good[random.below(good.length)] = random.below(256)
  return good
}
