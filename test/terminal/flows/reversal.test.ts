import { describe, expect, it } from 'vitest'
import { fromHex } from '../../../src/base/bytes.ts'
import type { Behaviour } from './fake-host.ts'
import { type FakeWorld, openWorld, PAN, PowerCut, STRIPE } from './fake-world.ts'
import { text } from './text-codec.ts'

const SALE = { kind: 'sale', amountMinor: 12345 } as const
const SILENT: Behaviour = { kind: 'silent' }
const NOT_SENT: Behaviour = { kind: 'notSent' }

function sell(world: FakeWorld, ...behaviours: Behaviour[]) {
  world.cards = [STRIPE]
  world.behaviours = behaviours
  return world.run(SALE)
}

describe('reversal', () => {
  it('no answer: sent with reason 98, the trace number of the sale, without track, PIN and field 26', () => {
    const world = openWorld()
    expect(sell(world, SILENT)).toEqual({
      kind: 'reversed',
      stan: '000002',
      reason: '98',
      reversal: 'accepted',
    })
    const [reversal] = world.sent('0400')
    expect(Object.keys(reversal?.fields ?? {}).map(Number)).toEqual([
      3, 4, 11, 22, 25, 39, 41, 42, 49, 60, 64,
    ])
    expect(reversal?.fields).toMatchObject({
      3: '000000',
      11: '000002',
      22: '021',
      39: '98',
      60: '22000012000501',
    })
    expect(world.host.balanceMinor()).toBe(0)
    expect(world.state.transactions[0]?.status).toBe('reversed')
  })

  it('does not advance the trace number', () => {
    const world = openWorld()
    sell(world, SILENT)
    expect(world.state.nextStan).toBe(3)
  })

  it('without connection the reversal stays, and a new sale is refused before the card is asked for', () => {
    const world = openWorld({ reverseAtOnce: false })
    expect(sell(world, SILENT)).toMatchObject({ kind: 'reversed', reversal: 'due' })
    expect(sell(world, NOT_SENT)).toEqual({ kind: 'refused', reason: 'reversalUndelivered' })
    expect(world.cards).toHaveLength(1)
    expect(world.state.reversal?.request.stan).toBe('000002')
    expect(sell(world)).toMatchObject({ kind: 'approved' })
    expect(world.sent().map((each) => each.mti)).toEqual(['0200', '0400', '0200'])
  })

  it('provably not sent: nothing is owed and the trace number is used again', () => {
    const world = openWorld()
    expect(sell(world, NOT_SENT)).toEqual({ kind: 'failed', reason: 'noConnection' })
    expect(world.state.reversal).toBeUndefined()
    expect(world.state.nextStan).toBe(2)
  })

  it('attempts are used up: cleared, told, and a slip is printed', () => {
    const world = openWorld({ reverseAtOnce: false })
    sell(world, SILENT)
    expect(sell(world, SILENT, SILENT, SILENT)).toMatchObject({ kind: 'approved' })
    expect(world.sent('0400')).toHaveLength(3)
    expect(world.state.transactions[0]?.status).toBe('reversalFailed')
    expect(world.screens()).toContain('reversalExhausted')
    world.run({ kind: 'printOwed' })
    expect(JSON.stringify(world.printed())).toContain('REVERSAL FAILED')
  })

  it('attempts are used up under the other rule: it stays, and blocks', () => {
    const world = openWorld({ reverseAtOnce: false, reversalExhausted: 'keep' })
    sell(world, SILENT)
    const silence = Array.from({ length: 9 }, () => SILENT)
    expect(sell(world, ...silence)).toEqual({ kind: 'refused', reason: 'reversalUndelivered' })
    expect(world.state.reversal?.attempts).toBe(4)
  })

  it('the reason becomes 06 after a failed attempt where the profile says so', () => {
    const world = openWorld({ reversalReasonAfterFailure: '06' })
    sell(world, SILENT, SILENT)
    world.run({ kind: 'sendPending' })
    expect(world.sent('0400').map((each) => each.fields[39])).toEqual(['98', '06'])
  })

  it.each(['12', '25'])('answer %s means that nothing is left to reverse', (code) => {
    const world = openWorld()
    expect(sell(world, SILENT, { kind: 'answer', code })).toMatchObject({ reversal: 'nothingToReverse' })
  })

  it('with success 00 only, answer 25 closes it as refused, with a slip', () => {
    const world = openWorld({ reversalDoneCodes: ['00'] })
    expect(sell(world, SILENT, { kind: 'answer', code: '25' })).toMatchObject({ reversal: 'refused' })
    expect(JSON.stringify(world.printed())).toContain('REVERSAL REFUSED')
  })

  it('a wrong MAC in the reply: reason A0, a new sign-in first, then the reversal under the new key', () => {
    const world = openWorld()
    expect(sell(world, { kind: 'wrongMac' })).toMatchObject({ reason: 'A0', reversal: 'due' })
    expect(sell(world)).toMatchObject({ kind: 'approved' })
    expect(world.sent().map((each) => each.mti)).toEqual(['0200', '0800', '0400', '0200'])
    expect(world.sent('0400')[0]?.fields[39]).toBe('A0')
  })

  it('the pad went before it could check the reply: the approval does not count, reason 96', () => {
    const world = openWorld()
    world.padLostAfterSend = true
    expect(sell(world)).toEqual({ kind: 'reversed', stan: '000002', reason: '96', reversal: 'due' })
    expect(world.screens()).not.toContain('approved')
  })

  it('the reversal of a void names the void in field 61', () => {
    const world = openWorld()
    sell(world)
    world.behaviours = [SILENT]
    expect(world.run({ kind: 'void', stan: '2' })).toMatchObject({ kind: 'reversed', reversal: 'accepted' })
    expect(world.sent('0400')[0]?.fields).toMatchObject({
      11: '000003',
      61: '0000120000031123',
      38: '654321',
    })
    expect(world.state.transactions[0]?.status).toBe('approved')
    expect(world.host.balanceMinor()).toBe(12345)
  })

  it('a pad that was changed can not read the card number: the reversal goes without it', () => {
    const world = openWorld({ reverseAtOnce: false })
    world.answers = {
      enterPan: { kind: 'entered', text: PAN },
      enterExpiry: { kind: 'entered', text: '1030' },
    }
    world.behaviours = [SILENT]
    world.run({ ...SALE, entry: 'keyed' })
    world.padAnswers = { unprotect: { kind: 'data', data: fromHex('0102030405060708') } }
    expect(world.run({ kind: 'sendPending' })).toEqual({ kind: 'done' })
    expect(world.sent('0400')[0]?.fields[2]).toBeUndefined()
    expect(world.state.reversal).toBeUndefined()
    expect(world.host.balanceMinor()).toBe(0)
  })

  it('a pad that is missing keeps the reversal waiting', () => {
    const world = openWorld({ reverseAtOnce: false })
    sell(world, SILENT)
    world.padAnswers = { mac: { kind: 'missing', device: 'pinPad' } }
    expect(world.run({ kind: 'sendPending' })).toEqual({ kind: 'refused', reason: 'reversalUndelivered' })
    expect(world.state.reversal?.attempts).toBe(0)
  })

  it('an answer "sign in again" to the reversal: signs in and reverses once more', () => {
    const world = openWorld({ reverseAtOnce: false })
    sell(world, SILENT)
    world.story = []
    sell(world, { kind: 'answer', code: 'A0' })
    expect(world.sent().map((each) => each.mti)).toEqual(['0400', '0800', '0400', '0200'])
  })

  it('is sent at start-up when the terminal lost its power in the middle', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.cut = { at: indexOfSend(), after: true }
    expect(() => world.run(SALE)).toThrow(PowerCut)
    expect(world.host.balanceMinor()).toBe(12345)
    world.restart()
    expect(world.state.reversal).toBeUndefined()
    expect(world.host.balanceMinor()).toBe(0)
    expect(text(world.sent('0400')[0], 11)).toBe('000002')
  })
})

/** The index of the effect that sends the sale, found in worlds of its own. */
function indexOfSend(): number {
  for (let at = 0; ; at++) {
    const world = openWorld()
    world.cards = [STRIPE]
    world.cut = { at, after: true }
    expect(() => world.run(SALE)).toThrow(PowerCut)
    if (world.sent('0200').length > 0) return at
  }
}
