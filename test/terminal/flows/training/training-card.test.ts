import { describe, expect, it } from 'vitest'
import { createChipCard } from '../../../../hardware/emulator/chip-card/chip-card.ts'
import { sha1 } from '../../../../src/crypto/hash.ts'
import { parseCommand } from '../../../../src/emv/apdu.ts'
import type { CommandOutcome } from '../../../../src/terminal/flows/terminal-command.ts'
import { countingRandom, testCard } from '../../../hardware/chip-card/test-cards.ts'
import { CA_KEY } from '../../kernel/kernel-world.ts'
import { openTraining, type TrainingWorld } from './training-world.ts'

const METHODS = ['sda', 'dda', 'cda'] as const

/** What each GENERATE AC asked for, and the sale's end. */
function sell(
  world: TrainingWorld,
  amountMinor: number,
  authentication: (typeof METHODS)[number],
): { readonly outcome: CommandOutcome; readonly asked: readonly number[] } {
  const card = createChipCard(testCard({ authentication }), { random: countingRandom() })
  const asked: number[] = []
  world.chipServices = { sha1, caKeys: [CA_KEY], withoutCombined: true }
  world.cards = [{ kind: 'chip', atr: card.powerOn() }]
  world.chip = {
    transmit(apdu) {
      const command = parseCommand(apdu)
      if (command?.ins === 0xae) asked.push(command.p1)
      return card.transmit(apdu)
    },
  }
  return { outcome: world.do({ kind: 'sale', amountMinor }), asked }
}

describe('a chip in training', () => {
  it.each(METHODS)('is sold to with %s, and never gives a certificate for money', (method) => {
    const world = openTraining()
    const { outcome, asked } = sell(world, 1200, method)
    expect(outcome.kind).toBe('approved')
    // An online request, then an end without money.
    expect(asked).toEqual([0x80, 0x00])
    expect(world.done).toEqual(['sale'])
  })

  it('is refused like any card when the host says so', () => {
    const world = openTraining()
    expect(sell(world, 770_051, 'dda').outcome).toMatchObject({ kind: 'declined', responseCode: '51' })
    expect(world.done).toEqual(['decline'])
  })

  it('that says no itself is reversed, and that is not the exercise of the lost answer', () => {
    const world = openTraining()
    world.chipServices = { sha1, caKeys: [CA_KEY], withoutCombined: true }
    const card = createChipCard(testCard(), { random: countingRandom() })
    world.cards = [{ kind: 'chip', atr: card.powerOn() }]
    let cryptograms = 0
    world.chip = {
      transmit(apdu) {
        cryptograms += apdu[1] === 0xae ? 1 : 0
        return cryptograms < 2 ? card.transmit(apdu) : Uint8Array.of(0x69, 0x85)
      },
    }
    expect(world.do({ kind: 'sale', amountMinor: 1200 }).kind).toBe('reversed')
    expect(world.done).toEqual([])
  })
})
