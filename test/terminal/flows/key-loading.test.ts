import { beforeEach, describe, expect, it } from 'vitest'
import type { QuestionAnswer } from '../../../src/terminal/flows/screen.ts'
import { FakeWorld, openWorld } from './fake-world.ts'

const CONTEXT = '07'.repeat(32)
let world: FakeWorld

/** Operators 00, 01 and 02 answer one after the other; a number may come twice. */
function people(...numbers: readonly string[]): void {
  let next = 0
  Object.defineProperty(world.answers, 'enterOperator', {
    configurable: true,
    get: (): QuestionAnswer => ({ kind: 'entered', text: numbers[next++] ?? '' }),
  })
}

beforeEach(() => {
  world = openWorld()
  world.answers['enterNewPassword'] = { kind: 'entered', text: '0000' }
  world.answers['repeatNewPassword'] = { kind: 'entered', text: '0000' }
  world.run({ kind: 'addOperator', number: '02', role: 'cashier' })
})

describe('three components', () => {
  it('are typed by three people, and the key counts by its check value', () => {
    people('00', '01', '02')
    expect(world.run({ kind: 'loadMasterKeyComponents', checkValue: 'A1B2C3D4' })).toEqual({
      kind: 'masterKey',
      checkValue: 'A1B2C3D4',
    })
    expect(world.records.at(-1)).toEqual({ kind: 'masterKeyLoaded', checkValue: 'A1B2C3D4' })
  })

  it.each([
    ['at once', ['00', '00', '02']],
    ['later', ['00', '01', '00']],
  ])('are refused when one person types two: %s', (_, numbers) => {
    people(...numbers)
    const before = world.records.length
    expect(world.run({ kind: 'loadMasterKeyComponents', checkValue: 'A1B2C3D4' })).toEqual({
      kind: 'refused',
      reason: 'samePerson',
    })
    expect(world.records.length).toBe(before)
  })

  it('are refused from somebody without the right password', () => {
    people('00', '01')
    world.answers['enterPassword'] = { kind: 'entered', text: '9999' }
    expect(world.run({ kind: 'loadMasterKeyComponents' })).toMatchObject({ reason: 'wrongPassword' })
  })

  it('make no key when the check value differs', () => {
    people('00', '01', '02')
    world.padAnswers = { joinComponents: { kind: 'checkValueWrong', slot: 'masterKey' } }
    expect(world.run({ kind: 'loadMasterKeyComponents', checkValue: '00000000' })).toEqual({
      kind: 'failed',
      reason: 'keyCheckFailed',
      detail: 'components',
    })
    expect(
      world.story.some((each) => each.kind === 'durable' && each.record.kind === 'masterKeyLoaded'),
    ).toBe(false)
  })

  it('are no way into a terminal that was not commissioned', () => {
    expect(new FakeWorld().run({ kind: 'loadMasterKeyComponents' })).toMatchObject({
      reason: 'notCommissioned',
    })
  })
})

describe('a key from afar', () => {
  it('is asked for before the terminal is commissioned', () => {
    expect(new FakeWorld().run({ kind: 'requestKey', context: CONTEXT })).toEqual({
      kind: 'keyRequest',
      certificates: ['000000', '000000'],
      nonce: '00'.repeat(16),
      signature: CONTEXT,
    })
  })

  it('comes with the commissioning, or later', () => {
    const fresh = new FakeWorld()
    const commission = { kind: 'commission', supervisorPassword: '888888' } as const
    fresh.padAnswers = { loadKeyPackage: { kind: 'untrusted' } }
    expect(fresh.run({ ...commission, keyPackage: '00' })).toMatchObject({
      kind: 'failed',
      detail: 'untrusted',
    })
    expect(fresh.records).toEqual([])
    expect(fresh.run(commission)).toEqual({ kind: 'done' })
    expect(fresh.run({ kind: 'loadKeyPackage', keyPackage: '00' })).toMatchObject({ detail: 'untrusted' })
    fresh.padAnswers = {}
    expect(fresh.run({ kind: 'loadKeyPackage', keyPackage: '00' })).toMatchObject({ kind: 'masterKey' })
  })
})
