import { describe, expect, it } from 'vitest'
import { compileSpec } from '../../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../../src/iso8583/specs/unionpay-pos.ts'
import { openWorld, PAN, STRIPE } from './fake-world.ts'
import { text } from './text-codec.ts'

const codec = compileSpec(UNIONPAY_POS)

describe('flows on the real wire', () => {
  it('every message of a day encodes, and its reply is understood', () => {
    const world = openWorld({}, codec)
    world.host.flag = '2'
    world.answers = {
      enterPan: { kind: 'entered', text: PAN },
      enterExpiry: { kind: 'entered', text: '1030' },
    }
    const sale = { kind: 'sale', amountMinor: 12345 } as const
    world.cards = [STRIPE, STRIPE, STRIPE, STRIPE, STRIPE]
    expect(world.run({ kind: 'signIn' })).toEqual({ kind: 'done' })
    expect(world.run({ kind: 'echo' })).toMatchObject({ kind: 'echoed' })
    expect(world.run(sale)).toMatchObject({ kind: 'approved' })
    expect(world.run({ ...sale, entry: 'keyed' })).toMatchObject({ kind: 'approved' })
    expect(world.run({ kind: 'void', stan: '3' })).toMatchObject({ kind: 'approved' })
    expect(world.run({ kind: 'balance' })).toMatchObject({ kind: 'balance', amountMinor: 12345 })
    expect(world.run({ kind: 'preAuthorisation', amountMinor: 500 })).toMatchObject({ kind: 'approved' })
    world.behaviours = [{ kind: 'silent' }]
    expect(world.run(sale)).toMatchObject({ kind: 'reversed', reversal: 'accepted' })
    world.behaviours = [{ kind: 'silent' }]
    const refund = {
      kind: 'refund',
      amountMinor: 700,
      originalReferenceNumber: '112300000002',
      original: { batch: '000011', stan: '000900', date: '1122' },
    } as const
    expect(world.run(refund)).toMatchObject({ kind: 'queued' })
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
    expect(world.run({ kind: 'signOff' })).toEqual({ kind: 'done' })
    const types = new Set(world.sent().map((each) => each.mti))
    expect([...types].sort()).toEqual(['0100', '0200', '0220', '0320', '0400', '0500', '0800', '0820'])
  })

  it('an encrypted track with letters in it travels as it is', () => {
    const world = openWorld({}, codec)
    world.cards = [STRIPE]
    world.padAnswers = { encryptTrack: { kind: 'track', digits: '621094800000E44CF144143A23250' } }
    expect(world.run({ kind: 'sale', amountMinor: 1 })).toMatchObject({ kind: 'approved' })
    expect(text(world.sent('0200')[0], 35)).toBe('621094800000E44CF144143A23250')
  })
})
