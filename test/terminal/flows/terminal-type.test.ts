import { describe, expect, it } from 'vitest'
import { findTerminalType, profileOfType } from '../../../src/terminal/adapters/terminal-type-profile.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../../src/terminal/flows/terminal-profile.ts'
import { CHIP_STRIPE, openWorld, STRIPE } from './fake-world.ts'

function typed(name: string): TerminalProfile {
  const type = findTerminalType(name)
  if (!type.ok) throw new Error(type.error.message)
  return profileOfType(DEFAULT_PROFILE, type.value)
}

describe('a type of terminal', () => {
  it('turns off what it does not have', () => {
    expect(typed('fixed')).toEqual({ ...DEFAULT_PROFILE, terminalType: 'fixed' })
    expect(typed('smart')).toMatchObject({ stripeReader: false, chipReader: true, printerPresent: true })
  })

  it('must be one that is known', () => {
    const found = findTerminalType('toaster')
    expect(!found.ok && found.error.message).toMatch(/board, fixed, mobile, smart/)
    expect(findTerminalType('/nowhere/x.json').ok).toBe(false)
  })

  it('without a stripe reader asks for the chip only, and has nothing to fall back to', () => {
    const world = openWorld({ stripeReader: false })
    world.cards = [{ kind: 'chipUnreadable' }]
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({ reason: 'cardNotReadable' })
    const shown = world.story.flatMap((each) => (each.kind === 'shown' ? [each.screen.id] : []))
    expect(shown).toContain('insertCard')
  })

  it('without a chip reader takes the stripe of a chip card', () => {
    const world = openWorld({ chipReader: false })
    world.cards = [CHIP_STRIPE]
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({ kind: 'approved' })
  })

  it('without either says so', () => {
    const world = openWorld({ chipReader: false, stripeReader: false })
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toEqual({
      kind: 'refused',
      reason: 'notCapable',
      detail: 'card reader',
    })
  })

  it('without a printer sells, reports and settles without paper', () => {
    const world = openWorld({ printerPresent: false })
    world.cards = [STRIPE]
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({ kind: 'approved' })
    expect(world.run({ kind: 'report' })).toMatchObject({ kind: 'report' })
    expect(world.run({ kind: 'reprint' })).toMatchObject({ reason: 'notCapable' })
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
    expect(world.state.owedReceipts).toEqual([])
    expect(world.story.some(({ kind }) => kind === 'printed')).toBe(false)
  })
})
