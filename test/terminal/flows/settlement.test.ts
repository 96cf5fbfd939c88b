import { describe, expect, it } from 'vitest'
import { asciiToBytes, toHex } from '../../../src/base/bytes.ts'
import { nextBatch } from '../../../src/terminal/flows/settlement.ts'
import { type FakeWorld, openWorld, PAN, STRIPE } from './fake-world.ts'
import { text } from './text-codec.ts'

function sell(world: FakeWorld, ...amounts: number[]): void {
  for (const amountMinor of amounts) {
    world.cards = [STRIPE]
    expect(world.run({ kind: 'sale', amountMinor })).toMatchObject({ kind: 'approved' })
  }
}

describe('settlement', () => {
  it('balanced: totals in field 48, an end with 207, a slip, an empty batch with the next number', () => {
    const world = openWorld()
    sell(world, 12345, 100)
    world.run({ kind: 'void', stan: '2' })
    world.story = []
    expect(world.run({ kind: 'settle' })).toMatchObject({
      kind: 'settled',
      summary: { batch: '000012', domesticFlag: '1', transactionCount: 3 },
    })
    const [totals, end] = world.sent()
    expect(totals?.fields).toMatchObject({
      48: '00000001244500200000001234500100000000000000000000000000000000',
      49: '156',
      60: '00000012201',
      63: '01 ',
    })
    expect(totals?.fields[64]).toBeUndefined()
    expect(end?.fields).toMatchObject({ 48: '0000', 60: '00000012207' })
    expect(world.state).toMatchObject({ batch: '000013', transactions: [], nextStan: 7 })
    expect(world.printed()).toHaveLength(1)
  })

  it('unbalanced: all stripe records, eight a message, then 202 with their count', () => {
    const world = openWorld()
    world.host.flag = '2'
    sell(world, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    world.story = []
    world.run({ kind: 'settle' })
    const [, first, second, end] = world.sent()
    const firstRecord = '0000000200006210948000000011000000000001'
    expect(text(first, 48)?.slice(0, 42)).toBe(`08${firstRecord}`)
    expect(text(first, 48)).toHaveLength(2 + 8 * 40)
    expect(text(second, 48)).toBe('010000001000006210948000000011000000000009')
    expect(second?.fields[60]).toBe('00000012201')
    expect(end?.fields).toMatchObject({ 48: '0009', 60: '00000012202' })
  })

  it('unbalanced: refunds go up as 0320 with the original fields', () => {
    const world = openWorld()
    world.host.flag = '2'
    world.cards = [STRIPE]
    world.run({
      kind: 'refund',
      amountMinor: 700,
      originalReferenceNumber: '112300000002',
      original: { batch: '000011', stan: '000900', date: '1122' },
    })
    world.story = []
    world.run({ kind: 'settle' })
    expect(world.sent('0320')[0]?.fields).toMatchObject({
      2: PAN,
      3: '200000',
      4: '000000000700',
      11: '000002',
      60: '25000012000501',
      61: '0000110009001122',
    })
    expect(world.sent('0320')[0]?.fields[64]).toBeUndefined()
  })

  it('balanced: only chip certificates go up, with 203, class and amount in field 62', () => {
    const world = openWorld()
    sell(world, 12345)
    const answered = world.records.find((each) => each.kind === 'answered')
    const [sale] = world.state.transactions
    if (answered === undefined || sale === undefined) throw new Error('no sale')
    world.state = { ...world.state, transactions: [{ ...sale, uploadField55: '9F2701409505' }] }
    world.story = []
    world.run({ kind: 'settle' })
    const [record, end] = world.sent('0320')
    expect(record?.fields).toMatchObject({
      2: PAN,
      4: '000000012345',
      11: '000002',
      22: '021',
      60: '00000012203',
    })
    expect(text(record, 62)).toBe(toHex(asciiToBytes('610000000000012345156')))
    expect(text(record, 55)).toBe('9F2701409505')
    expect(end?.fields).toMatchObject({ 48: '0001', 60: '00000012207' })
  })

  it('no answer to the totals: nothing is sold until settlement is finished', () => {
    const world = openWorld()
    sell(world, 100)
    world.behaviours = [{ kind: 'lost' }, { kind: 'silent' }, { kind: 'silent' }]
    expect(world.run({ kind: 'settle' })).toEqual({ kind: 'failed', reason: 'noReply' })
    world.cards = [STRIPE]
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toEqual({
      kind: 'refused',
      reason: 'settlementUnfinished',
    })
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
  })

  it('a pending reversal goes first, and is not in the totals', () => {
    const world = openWorld({ reverseAtOnce: false })
    sell(world, 100)
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'silent' }]
    world.run({ kind: 'sale', amountMinor: 999 })
    world.story = []
    world.run({ kind: 'settle' })
    expect(world.sent().map((each) => each.mti)).toEqual(['0400', '0500', '0320'])
    expect(text(world.sent('0500')[0], 48)?.slice(0, 15)).toBe('000000000100001')
  })

  it('an undelivered reversal stops it before it starts', () => {
    const world = openWorld({ reverseAtOnce: false })
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'silent' }, { kind: 'notSent' }]
    world.run({ kind: 'sale', amountMinor: 999 })
    expect(world.run({ kind: 'settle' })).toEqual({ kind: 'refused', reason: 'reversalUndelivered' })
    expect(world.state.settlement).toBeUndefined()
  })

  it('a host that refuses the totals with an answer code is shown, and the phase stays', () => {
    const world = openWorld()
    sell(world, 100)
    world.behaviours = [{ kind: 'answer', code: '97', fields: { 48: '' } }]
    expect(world.run({ kind: 'settle' })).toEqual({ kind: 'failed', reason: 'replyRefused', detail: '97' })
    expect(world.state.settlement?.phase).toBe('totals')
  })

  it('goes on at start-up where the power went, for each place where it can go', () => {
    for (let at = 0; at < 60; at++) {
      const world = openWorld()
      world.host.flag = '2'
      sell(world, 1, 2, 3, 4, 5, 6, 7, 8, 9)
      world.story = []
      world.cut = { at, after: at % 2 === 0 }
      try {
        world.run({ kind: 'settle' })
        expect(at).toBeGreaterThan(12)
        return
      } catch {
        world.restart()
      }
      world.run({ kind: 'settle' })
      const closed = world.records.filter((each) => each.kind === 'batchClosed')
      expect(closed[0]?.summary).toMatchObject({ transactionCount: 9, uploadedRecords: 9 })
    }
  })

  it('a full batch refuses a sale and asks for settlement', () => {
    const world = openWorld({ journalLimit: 2 })
    sell(world, 1, 2)
    world.cards = [STRIPE]
    expect(world.run({ kind: 'sale', amountMinor: 3 })).toEqual({ kind: 'refused', reason: 'batchFull' })
    expect(world.cards).toHaveLength(1)
  })

  it('too little storage refuses a sale before anything starts', () => {
    const world = openWorld()
    world.freeBytes = 1000
    world.cards = [STRIPE]
    expect(world.run({ kind: 'sale', amountMinor: 3 })).toEqual({ kind: 'refused', reason: 'storageLow' })
    expect(world.cards).toHaveLength(1)
  })

  it('signs off afterwards where the profile says so', () => {
    const world = openWorld({ autoSignOff: true })
    sell(world, 100)
    world.run({ kind: 'settle' })
    expect(world.sent('0820')).toHaveLength(1)
    expect(world.state.signedIn).toBe(false)
  })

  it('999999 is followed by 000001', () => {
    expect([nextBatch('000012'), nextBatch('999999')]).toEqual(['000013', '000001'])
  })
})

const REFUND = {
  kind: 'refund',
  amountMinor: 700,
  originalReferenceNumber: '112300000002',
  original: { batch: '000011', stan: '000900', date: '1122' },
} as const

describe('settlement and what the host has not confirmed', () => {
  it('waits for a refund whose answer is missing', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'lost' }, { kind: 'silent' }]
    expect(world.run(REFUND)).toMatchObject({ kind: 'queued' })
    expect(world.run({ kind: 'settle' })).toEqual({ kind: 'refused', reason: 'noticesUndelivered' })
    expect(world.state.settlement).toBeUndefined()
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
  })

  it('goes on without it after its attempts, where the profile lets go', () => {
    const world = openWorld({ reversalExhausted: 'clear', resendCount: 2 })
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'silent' }, { kind: 'silent' }]
    world.run(REFUND)
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
  })

  it('an end that the host refuses ends nothing; after 77 it signs in, and keeps the number of its batch', () => {
    const world = openWorld()
    sell(world, 100)
    const { batch } = world.state
    world.behaviours = [{ kind: 'answer' }, { kind: 'answer', code: '77' }]
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'failed', reason: 'replyRefused' })
    expect(world.state.settlement?.phase).toBe('end')
    expect(world.run({ kind: 'signOff' })).toMatchObject({ kind: 'refused', reason: 'settlementUnfinished' })
    world.host.batch = '000099'
    world.story = []
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled', summary: { batch } })
    expect(world.sent().map((each) => each.mti)).toEqual(['0800', '0320'])
    expect(world.sent('0320')[0]?.fields[60]).toBe(`00${batch}207`)
  })
})
