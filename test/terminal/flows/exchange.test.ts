import { describe, expect, it } from 'vitest'
import type { FieldValue, Message } from '../../../src/iso8583/message.ts'
import { belongs } from '../../../src/terminal/flows/exchange.ts'
import type { Behaviour } from './fake-host.ts'
import { type FakeWorld, openWorld, STRIPE } from './fake-world.ts'

const REQUEST: Message = {
  mti: '0200',
  fields: { 3: '000000', 4: '000000012345', 11: '000002', 41: '10000001', 42: '001290058120001' },
}

function reply(changes: { readonly [bit: number]: FieldValue | undefined } = {}, mti = '0210'): Message {
  return { mti, fields: { ...REQUEST.fields, 39: '00', ...changes } }
}

function sell(world: FakeWorld, ...behaviours: Behaviour[]) {
  world.cards = [STRIPE]
  world.behaviours = behaviours
  return world.run({ kind: 'sale', amountMinor: 12345 })
}

describe('a host that can not be connected to', () => {
  const AWAY: Behaviour = { kind: 'notSent' }
  const shown = (world: FakeWorld) => world.screens().filter((id) => id === 'connectingAgain').length

  it('is tried as often as parameter 13 says; what did not leave goes once', () => {
    const world = openWorld({ connectAttempts: 3 })
    expect(sell(world, AWAY, AWAY)).toMatchObject({ kind: 'approved' })
    expect(shown(world)).toBe(2)
    expect(world.sent('0200')).toHaveLength(1)
    expect(world.sent('0400')).toEqual([])
    expect(world.host.balanceMinor()).toBe(12345)
  })

  it('is given up then, and nothing is owed: nothing has left', () => {
    const world = openWorld({ connectAttempts: 3 })
    expect(sell(world, AWAY, AWAY, AWAY)).toEqual({ kind: 'failed', reason: 'noConnection' })
    expect(world.behaviours).toEqual([])
    expect(world.state.reversal).toBeUndefined()
    expect(world.state).toMatchObject({ transactions: [], notices: [] })
    expect(world.sent()).toEqual([])
  })

  it('is tried once where nothing is said, and not again once the operator has had enough', () => {
    const once = openWorld()
    expect(sell(once, AWAY)).toMatchObject({ reason: 'noConnection' })
    expect(shown(once)).toBe(0)
    const enough = openWorld({ connectAttempts: 9 })
    enough.cancels = [false, true]
    expect(sell(enough, ...Array<Behaviour>(8).fill(AWAY))).toMatchObject({ reason: 'noConnection' })
    expect(enough.behaviours).toHaveLength(6)
    expect(enough.state.reversal).toBeUndefined()
  })

  it('that got the request is not sent it again: its silence ends in a reversal as ever', () => {
    const world = openWorld({ connectAttempts: 9 })
    expect(sell(world, AWAY, { kind: 'lost' })).toMatchObject({ kind: 'reversed' })
    expect(world.sent('0200')).toHaveLength(1)
  })
})

describe('reply matching', () => {
  it('takes the reply that belongs to the request', () => {
    expect(belongs(REQUEST, reply())).toBe(true)
  })

  it.each([
    ['message type', reply({}, '0230')],
    ['trace number', reply({ 11: '000003' })],
    ['no trace number', reply({ 11: undefined })],
    ['terminal', reply({ 41: '10000002' })],
    ['merchant of an approval', reply({ 42: '001290058120002' })],
    ['processing code', reply({ 3: '200000' })],
    ['amount of an approval', reply({ 4: '000000012346' })],
    ['processing code of a refusal', reply({ 39: '51', 3: '200000' })],
    ['amount of a refusal', reply({ 39: '51', 4: '000000012346' })],
    ['merchant of a refusal', reply({ 39: '51', 42: '001290058120002' })],
  ])('passes over another %s', (_, stranger) => {
    expect(belongs(REQUEST, stranger)).toBe(false)
  })

  it('a refusal may leave out what the host did not look at', () => {
    const bare = { 3: undefined, 4: undefined, 42: undefined, 39: '97' }
    expect(belongs(REQUEST, reply(bare))).toBe(true)
    expect(belongs(REQUEST, reply({ 39: '13', 4: '000000000000' }))).toBe(true)
  })

  it('a partial approval has another amount', () => {
    expect(belongs(REQUEST, reply({ 39: '10', 4: '000000000100' }))).toBe(true)
  })

  it('the answer to a reversal may leave the amount out, but not contradict it', () => {
    const reversal: Message = { ...REQUEST, mti: '0400' }
    expect(belongs(reversal, reply({ 4: undefined }, '0410'))).toBe(true)
    expect(belongs(reversal, reply({ 4: '000000000001' }, '0410'))).toBe(false)
    expect(belongs(REQUEST, reply({ 4: undefined }))).toBe(false)
  })

  it('strangers before the reply do not end the waiting', () => {
    const world = openWorld()
    expect(sell(world, { kind: 'strangersFirst' })).toMatchObject({ kind: 'approved' })
    expect(world.sent('0400')).toEqual([])
  })
})

describe('reply MAC', () => {
  it('rule "approvedOnly": a refusal is taken without a right MAC', () => {
    const world = openWorld({ replyMacRule: 'approvedOnly' })
    world.padLostAfterSend = true
    expect(sell(world, { kind: 'answer', code: '51' })).toMatchObject({
      kind: 'declined',
      responseCode: '51',
    })
  })

  it('rule "always": a refusal that can not be checked is no answer', () => {
    const world = openWorld()
    world.padLostAfterSend = true
    expect(sell(world, { kind: 'answer', code: '51' })).toMatchObject({ kind: 'reversed', reason: '96' })
  })

  it('rule "always": A0 itself needs none', () => {
    const world = openWorld()
    world.padLostAfterSend = true
    expect(sell(world, { kind: 'answer', code: 'A0' })).toMatchObject({ kind: 'reversed', reason: 'A0' })
  })

  it('A0 and 94 prove nothing: what was perhaps done is undone, unless the profile believes them', () => {
    const world = openWorld()
    expect(sell(world, { kind: 'answer', code: '94' })).toMatchObject({ kind: 'reversed', reason: '06' })
    for (const code of ['A0', '94']) {
      const trusting = openWorld({ unprovedAnswers: 'declined' })
      expect(sell(trusting, { kind: 'answer', code })).toMatchObject({
        kind: 'declined',
        responseCode: code,
      })
    }
  })

  it.each(['approvedOnly', 'always'] as const)(
    'rule "%s": an approval with a wrong MAC never passes',
    (rule) => {
      const world = openWorld({ replyMacRule: rule })
      expect(sell(world, { kind: 'wrongMac' })).toMatchObject({ kind: 'reversed', reason: 'A0' })
      expect(world.screens()).not.toContain('approved')
    },
  )
})

describe('answer 94', () => {
  it('moves the trace number on by what the profile says', () => {
    const world = openWorld()
    sell(world, { kind: 'answer', code: '94' })
    expect(world.state.nextStan).toBe(53)
    const still = openWorld({ duplicateStanJump: 0 })
    sell(still, { kind: 'answer', code: '94' })
    expect(still.state.nextStan).toBe(3)
  })
})
