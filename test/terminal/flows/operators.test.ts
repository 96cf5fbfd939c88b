import { describe, expect, it } from 'vitest'
import { type FakeWorld, openWorld, STRIPE } from './fake-world.ts'

const entered = (text: string) => ({ kind: 'entered', text }) as const

function wrong(world: FakeWorld, times: number): void {
  world.answers = { enterPassword: entered('9999') }
  for (let each = 0; each < times; each++) {
    expect(world.run({ kind: 'logOn', operator: '01' })).toEqual({ kind: 'refused', reason: 'wrongPassword' })
  }
  world.answers = {}
}

describe('operators', () => {
  it('passwords are in no record', () => {
    const world = openWorld()
    const text = JSON.stringify(world.records)
    expect(text).not.toContain('888888')
    expect(text).not.toContain('"0000"')
  })

  it('five wrong passwords lock the operator for a while, and a right one afterwards unlocks', () => {
    const world = openWorld()
    wrong(world, 5)
    expect(world.run({ kind: 'logOn', operator: '01' })).toMatchObject({ reason: 'passwordLocked' })
    world.localTime = { ...world.localTime, minute: world.localTime.minute + 2 }
    expect(world.run({ kind: 'logOn', operator: '01' })).toEqual({ kind: 'done' })
    expect(world.state.failedLogOns).toEqual({})
  })

  it('the count of wrong passwords survives a power cut', () => {
    const world = openWorld()
    wrong(world, 5)
    world.restart()
    expect(world.run({ kind: 'logOn', operator: '01' })).toMatchObject({ reason: 'passwordLocked' })
  })

  it('an unknown operator is refused as a wrong password is', () => {
    const world = openWorld()
    expect(world.run({ kind: 'logOn', operator: '77' })).toEqual({ kind: 'refused', reason: 'wrongPassword' })
  })

  it('a sale needs an operator who is logged on', () => {
    const world = openWorld()
    world.run({ kind: 'logOff' })
    world.cards = [STRIPE]
    const sale = { kind: 'sale', amountMinor: 100 } as const
    expect(world.run(sale)).toEqual({ kind: 'refused', reason: 'notLoggedOn' })
  })

  it('void and refund ask for the supervisor, and do nothing without', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.run({ kind: 'sale', amountMinor: 100 })
    world.answers = { enterPassword: entered('1111') }
    const sent = world.sent().length
    expect(world.run({ kind: 'void', stan: '2' })).toEqual({ kind: 'refused', reason: 'wrongPassword' })
    expect(world.run({ kind: 'refund', amountMinor: 100 })).toEqual({
      kind: 'refused',
      reason: 'wrongPassword',
    })
    expect(world.sent()).toHaveLength(sent)
  })

  it('a supervisor adds an operator, who can log on; the last supervisor can not be removed', () => {
    const world = openWorld()
    world.answers = { enterNewPassword: entered('4321'), repeatNewPassword: entered('4321') }
    expect(world.run({ kind: 'addOperator', number: '05', role: 'cashier' })).toEqual({ kind: 'done' })
    world.answers = { enterPassword: entered('4321') }
    expect(world.run({ kind: 'logOn', operator: '05' })).toEqual({ kind: 'done' })
    world.answers = {}
    expect(world.run({ kind: 'removeOperator', number: '00' })).toMatchObject({ reason: 'notAllowed' })
    expect(world.run({ kind: 'removeOperator', number: '05' })).toEqual({ kind: 'done' })
    expect(world.state.loggedOn).toBeUndefined()
  })

  it('changes the password only when the new one is typed twice alike and is another', () => {
    const world = openWorld()
    world.answers = { enterNewPassword: entered('5555'), repeatNewPassword: entered('5556') }
    expect(world.run({ kind: 'changePassword' })).toMatchObject({ reason: 'badValue' })
    world.answers = { enterNewPassword: entered('0000'), repeatNewPassword: entered('0000') }
    expect(world.run({ kind: 'changePassword' })).toMatchObject({ reason: 'badValue' })
    world.answers = { enterNewPassword: entered('5555'), repeatNewPassword: entered('5555') }
    expect(world.run({ kind: 'changePassword' })).toEqual({ kind: 'done' })
    expect(world.run({ kind: 'logOn', operator: '01' })).toEqual({ kind: 'refused', reason: 'wrongPassword' })
  })

  it('where the profile forces it, the first log-on asks for a new password', () => {
    const world = openWorld({ operatorRequired: false })
    world.profile = { ...world.profile, forcePasswordChange: true }
    world.answers = { enterNewPassword: entered('4321'), repeatNewPassword: entered('4321') }
    world.run({ kind: 'addOperator', number: '06', role: 'cashier' })
    world.answers = {
      enterPassword: entered('4321'),
      enterNewPassword: entered('7777'),
      repeatNewPassword: entered('7777'),
    }
    expect(world.run({ kind: 'logOn', operator: '06' })).toEqual({ kind: 'done' })
    world.answers = { enterPassword: entered('4321') }
    expect(world.run({ kind: 'logOn', operator: '06' })).toEqual({ kind: 'refused', reason: 'wrongPassword' })
  })
})
