import { describe, expect, it } from 'vitest'
import { asciiToBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { FakeWorld, openWorld, STRIPE } from './fake-world.ts'
import { text } from './text-codec.ts'

describe('sign-in', () => {
  it('sends the catalogue fields and adopts batch number and clock', () => {
    const world = openWorld()
    world.host.batch = '000777'
    expect(world.run({ kind: 'signIn' })).toEqual({ kind: 'done' })
    const [request] = world.sent('0800')
    expect(request?.fields).toMatchObject({ 11: '000002', 60: '00000012004', 63: '01 ' })
    expect(text(request, 62)).toBe(toHex(asciiToBytes('Sequence No163150TILLWIRE0001')))
    expect(request?.fields[64]).toBeUndefined()
    expect(world.state).toMatchObject({ batch: '000777', signedIn: true, nextStan: 3 })
    expect(world.localTime).toEqual({ year: 2026, month: 11, day: 23, hour: 9, minute: 31, second: 12 })
  })

  it('a check value that fails means that the sign-in failed', () => {
    const world = openWorld()
    world.padAnswers = { loadWorkingKeys: { kind: 'checkValueWrong', slot: 'macKey' } }
    expect(world.run({ kind: 'signIn' })).toMatchObject({ kind: 'failed', reason: 'keyCheckFailed' })
    expect(world.state.signedIn).toBe(false)
  })

  it('keys of a size that nobody knows are refused', () => {
    const world = openWorld()
    world.behaviours = [{ kind: 'answer', fields: { 62: fromHex('11'.repeat(61)) } }]
    expect(world.run({ kind: 'signIn' })).toMatchObject({ kind: 'failed', reason: 'malformedReply' })
    expect(world.state.signedIn).toBe(false)
  })

  it('takes the year from the side of New Year that is nearer', () => {
    const world = openWorld()
    world.localTime = { year: 2026, month: 12, day: 31, hour: 23, minute: 59, second: 50 }
    world.behaviours = [{ kind: 'answer', fields: { 12: '000005', 13: '0101' } }]
    world.run({ kind: 'signIn' })
    expect(world.localTime).toMatchObject({ year: 2027, month: 1, day: 1 })
  })

  it('happens by itself before a sale when the host asks for it in the header', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.records.push({ kind: 'processingRequested', request: '3' })
    world.state = { ...world.state, pendingTasks: ['3', '6'] }
    world.run({ kind: 'sale', amountMinor: 100 })
    expect(world.sent().map((each) => each.mti)).toEqual(['0200', '0800'])
    expect(world.state.pendingTasks).toEqual(['6'])
    expect(world.screens()).toContain('hostRequests')
  })

  it('answer A0 to a sale leads to a new sign-in, and the sale is undone under the new keys', () => {
    const world = openWorld()
    world.cards = [STRIPE, STRIPE]
    world.behaviours = [{ kind: 'answer', code: 'A0' }]
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({ kind: 'reversed', reversal: 'due' })
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({ kind: 'approved' })
    expect(world.sent().map((each) => each.mti)).toEqual(['0200', '0800', '0400', '0200'])
  })

  it.each(['77', '99'])('answer %s to a sale leads to a new sign-in before the next one', (code) => {
    const world = openWorld()
    world.cards = [STRIPE, STRIPE]
    world.behaviours = [{ kind: 'answer', code }]
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({ kind: 'declined' })
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({ kind: 'approved' })
    expect(world.sent().map((each) => each.mti)).toEqual(['0200', '0800', '0200'])
  })
})

describe('echo and sign-off', () => {
  it('echo has no trace number and leaves no trace in the journal', () => {
    const world = openWorld()
    const before = world.records.length
    expect(world.run({ kind: 'echo' })).toMatchObject({ kind: 'echoed' })
    expect(world.sent('0820')[0]?.fields).toEqual({
      41: '10000001',
      42: '001290058120001',
      60: '00000012301',
    })
    expect(world.records.length).toBe(before)
  })

  it('sign-off uses a trace number, drops the keys, and asks for a sign-in afterwards', () => {
    const world = openWorld()
    expect(world.run({ kind: 'signOff' })).toEqual({ kind: 'done' })
    expect(world.sent('0820')[0]?.fields).toMatchObject({ 11: '000002', 60: '00000012002' })
    expect(world.state.signedIn).toBe(false)
  })
})

describe('commissioning', () => {
  it('nothing but commissioning is possible before it', () => {
    const world = new FakeWorld()
    expect(world.run({ kind: 'sale', amountMinor: 1 })).toEqual({
      kind: 'refused',
      reason: 'notCommissioned',
    })
    expect(world.run({ kind: 'signIn' })).toEqual({ kind: 'refused', reason: 'notCommissioned' })
  })

  it('shows the check value of the master key and stores nothing when the pad refuses it', () => {
    const world = new FakeWorld()
    const command = { kind: 'commission', keyBlock: 'B0', supervisorPassword: '888888' } as const
    world.padAnswers = { loadMasterKey: { kind: 'checkValueWrong', slot: 'masterKey' } }
    expect(world.run(command)).toMatchObject({ kind: 'failed', reason: 'keyCheckFailed' })
    expect(world.records).toEqual([])
    world.padAnswers = {}
    expect(world.run(command)).toEqual({ kind: 'masterKey', checkValue: 'A1B2C3D4' })
    expect(world.run(command)).toEqual({ kind: 'refused', reason: 'alreadyCommissioned' })
  })

  it.each([[{ terminalId: '123' }], [{ header: '60' }], [{ tpdu: 'XYZ' }], [{ resendCount: 0 }]])(
    'a profile that no terminal can work with is refused: %o',
    (profile) => {
      const world = new FakeWorld()
      const outcome = world.run({ kind: 'commission', keyBlock: 'B0', supervisorPassword: '8888', profile })
      expect(outcome).toMatchObject({ kind: 'refused', reason: 'badValue' })
      expect(world.records).toEqual([])
    },
  )
})
