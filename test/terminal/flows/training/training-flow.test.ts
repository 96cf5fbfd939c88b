import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AwaitCardAnswer } from '../../../../src/terminal/flows/peripheral-effect.ts'
import type { PrintOutcome } from '../../../../src/terminal/flows/print-document.ts'
import { renderScreen } from '../../../../src/terminal/flows/screen-texts.ts'
import type { CommandOutcome, TerminalCommand } from '../../../../src/terminal/flows/terminal-command.ts'
import { PowerCut, STRIPE } from '../fake-world.ts'
import { openTraining, type TrainingWorld } from './training-world.ts'

const sale = (world: TrainingWorld, amountMinor: number): CommandOutcome => {
  world.cards = [STRIPE]
  return world.do({ kind: 'sale', amountMinor })
}

describe('training', () => {
  it('answers a whole day by itself, and ends it balanced', () => {
    const world = openTraining()
    expect(world.do({ kind: 'signIn' })).toEqual({ kind: 'done' })
    expect(world.do({ kind: 'echo' })).toMatchObject({ kind: 'echoed' })
    const sold = sale(world, 1200)
    expect(sold).toMatchObject({
      kind: 'approved',
      transaction: { authorisationCode: expect.stringMatching(/^T\d{5}$/) },
    })
    expect(sale(world, 770_051)).toMatchObject({ kind: 'declined', responseCode: '51' })
    expect(sale(world, 770_301)).toMatchObject({ kind: 'reversed', reversal: 'accepted' })
    const stan = sold.kind === 'approved' ? sold.transaction.stan : ''
    world.cards = [STRIPE]
    expect(world.do({ kind: 'void', stan })).toMatchObject({ kind: 'approved' })
    world.cards = [STRIPE]
    expect(world.do({ kind: 'balance' })).toMatchObject({ kind: 'balance' })
    expect(world.do({ kind: 'settle' })).toMatchObject({
      kind: 'settled',
      summary: { domesticFlag: '1', foreignFlag: '1' },
    })
    expect(world.do({ kind: 'download', set: 'all' })).not.toEqual({ kind: 'done' })
    expect(world.sent()).toEqual([])
    expect(world.host.heard).toEqual([])
    expect(world.done).toEqual(['sale', 'decline', 'noReply', 'void', 'settlement'])
  })

  it('marks each slip at both ends, and each screen in both languages', () => {
    const world = openTraining()
    sale(world, 1200)
    world.do({ kind: 'settle' })
    expect(world.printed().length).toBeGreaterThanOrEqual(3)
    for (const { lines } of world.printed()) {
      const texts = lines.map((line) => (line.kind === 'text' ? line.text : ''))
      expect([texts[0], texts.at(-2)]).toEqual(['训练 TRAINING', '训练 TRAINING'])
    }
    for (const each of world.story)
      if (each.kind === 'shown') {
        expect(renderScreen(each.screen, 'zh')).toMatch(/^【训练】/)
        expect(renderScreen(each.screen, 'en')).toMatch(/^\[TRAINING\] /)
      }
  })

  it('sees a sale that the power cut, and one that met an empty printer', () => {
    const world = openTraining()
    world.do({ kind: 'signIn' })
    world.cut = { at: 0, after: false }
    let at = 0
    // The cut moves on until it strikes while the request is in flight.
    for (; world.state.inFlight === undefined; at += 1) {
      world.cut = { at, after: true }
      expect(at).toBeLessThan(80)
      try {
        sale(world, 770_300)
      } catch (error) {
        expect(error).toBeInstanceOf(PowerCut)
      }
    }
    world.startAgain()
    expect(world.state.reversal).toBeUndefined()
    expect(world.done).toEqual(['powerCut'])
    world.prints = [{ kind: 'notPrinted', cause: 'paperEnd', linesPrinted: 0 }]
    world.answers = { choosePrinterTrouble: { kind: 'chosen', id: 'retry' } }
    expect(sale(world, 500)).toMatchObject({ kind: 'approved' })
    expect(world.done).toEqual(['powerCut', 'paper', 'sale'])
    expect(world.passed.every(({ operator }) => operator === '01')).toBe(true)
  })

  it('does not take an exercise for done that was not', () => {
    const world = openTraining()
    world.prints = Array.from({ length: 9 }, () => ({
      kind: 'notPrinted',
      cause: 'paperEnd',
      linesPrinted: 0,
    }))
    world.answers = { choosePrinterTrouble: { kind: 'chosen', id: 'skip' } }
    sale(world, 1200)
    sale(world, 770_055)
    expect(world.done).toEqual([])
  })

  it('never sends, and never touches a key of the pad, whatever is done', () => {
    const amount = fc.constantFrom(1, 1200, 770_051, 770_010, 770_301, 770_300)
    const stan = fc.integer({ min: 1, max: 12 }).map((each) => String(each).padStart(6, '0'))
    const command: fc.Arbitrary<TerminalCommand> = fc.oneof(
      fc.constantFrom<TerminalCommand>(
        ...(['signIn', 'signOff', 'echo', 'settle', 'sendPending', 'printOwed', 'logOff'] as const).map(
          (kind) => ({ kind }),
        ),
        { kind: 'logOn', operator: '01' },
        { kind: 'logOn', operator: '00' },
        { kind: 'download', set: 'all' },
        { kind: 'uploadStatus' },
        { kind: 'balance' },
        { kind: 'reprint' },
        { kind: 'report' },
        { kind: 'loadMasterKey', keyBlock: 'B0000TEST' },
        { kind: 'requestKey', context: '00'.repeat(32) },
        { kind: 'loadKeyPackage', keyPackage: '00' },
      ),
      amount.map((amountMinor) => ({ kind: 'sale', amountMinor }) as const),
      amount.map((amountMinor) => ({ kind: 'preAuthorisation', amountMinor }) as const),
      amount.map(
        (amountMinor) => ({ kind: 'refund', amountMinor, originalReferenceNumber: '0'.repeat(12) }) as const,
      ),
      stan.map((each) => ({ kind: 'void', stan: each }) as const),
    )
    const card = fc.constantFrom<AwaitCardAnswer>(STRIPE, { kind: 'timeout' }, { kind: 'stripeUnreadable' })
    const print = fc.constantFrom<PrintOutcome>(
      { kind: 'printed', paperNearEnd: false },
      { kind: 'notPrinted', cause: 'paperEnd', linesPrinted: 3 },
    )
    const cut = fc.option(fc.record({ at: fc.nat(40), after: fc.boolean() }), { nil: undefined, freq: 4 })
    const step = fc.record({ command, card, prints: fc.array(print, { maxLength: 3 }), cut })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const world = openTraining()
        for (const each of steps) {
          world.cards = [each.card]
          world.prints = [...each.prints]
          world.cut = each.cut
          try {
            world.do(each.command)
          } catch (error) {
            if (!(error instanceof PowerCut)) throw error
            world.startAgain()
          }
        }
        expect(world.sent()).toEqual([])
        expect(world.host.heard).toEqual([])
        expect(JSON.stringify(world.story)).not.toContain('reached')
      }),
      { numRuns: 150 },
    )
  })
})
