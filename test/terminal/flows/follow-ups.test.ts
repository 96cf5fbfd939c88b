import { describe, expect, it } from 'vitest'
import { type FakeWorld, openWorld, PAN, STRIPE } from './fake-world.ts'

const entered = (text: string) => ({ kind: 'entered', text }) as const

function sold(world: FakeWorld, kind: 'sale' | 'preAuthorisation' = 'sale'): string {
  world.cards = [STRIPE]
  const outcome = world.run({ kind, amountMinor: 12345 })
  return outcome.kind === 'approved' ? outcome.transaction.stan : ''
}

describe('sale void', () => {
  it('sends the card number from the journal, and names the sale in fields 37, 38 and 61', () => {
    const world = openWorld()
    const stan = sold(world)
    expect(world.run({ kind: 'void', stan })).toMatchObject({ kind: 'approved' })
    expect(world.sent('0200')[1]?.fields).toMatchObject({
      2: PAN,
      3: '200000',
      4: '000000012345',
      11: '000003',
      14: '3010',
      22: '012',
      25: '00',
      37: '000000000002',
      38: '654321',
      60: '23000012000501',
      61: '000012000002',
    })
    expect(world.sent('0200')[1]?.fields[53]).toBeUndefined()
    expect(world.state.transactions.map((each) => each.status)).toEqual(['voided', 'approved'])
  })

  it('a second void of the same sale is refused on the spot', () => {
    const world = openWorld()
    const stan = sold(world)
    world.run({ kind: 'void', stan })
    expect(world.run({ kind: 'void', stan })).toMatchObject({ kind: 'refused', reason: 'notVoidable' })
    expect(world.run({ kind: 'void', stan: '3' })).toMatchObject({ kind: 'refused', reason: 'notVoidable' })
    expect(world.run({ kind: 'void', stan: '77' })).toMatchObject({ reason: 'transactionNotFound' })
  })

  it('a sale of a settled batch can not be voided', () => {
    const world = openWorld()
    const stan = sold(world)
    world.run({ kind: 'settle' })
    expect(world.run({ kind: 'void', stan })).toMatchObject({
      kind: 'refused',
      reason: 'transactionNotFound',
    })
  })

  it('where the profile wants the card, another card is refused', () => {
    const world = openWorld({ voidNeedsCard: true })
    const stan = sold(world)
    world.cards = [
      { kind: 'stripe', track1: undefined, track2: '6210948000000029=30101010000000000', track3: undefined },
    ]
    expect(world.run({ kind: 'void', stan })).toEqual({ kind: 'refused', reason: 'cardDiffers' })
    world.cards = [STRIPE]
    expect(world.run({ kind: 'void', stan })).toMatchObject({ kind: 'approved' })
    expect(world.sent('0200')[1]?.fields[22]).toBe('022')
  })
})

describe('refund', () => {
  const REFUND = {
    kind: 'refund',
    amountMinor: 700,
    originalReferenceNumber: '112300000002',
    original: { batch: '000011', stan: '000900', date: '1122' },
  } as const

  it('is a 0220 with the original in fields 37 and 61 and the organisation in 63', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    expect(world.run(REFUND)).toMatchObject({ kind: 'approved' })
    expect(world.sent('0220')[0]?.fields).toMatchObject({
      3: '200000',
      37: '112300000002',
      60: '25000012000501',
      61: '0000110009001122',
      63: 'CUP',
    })
  })

  it('names no batch and trace number where the profile says so', () => {
    const world = openWorld({ refundOriginal: 'zeros' })
    world.cards = [STRIPE]
    world.run(REFUND)
    expect(world.sent('0220')[0]?.fields[61]).toBe('0000000000001122')
  })

  it('without an answer it is sent again, not reversed; 94 means that the host has it', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'silent' }]
    expect(world.run(REFUND)).toEqual({ kind: 'queued', stan: '000002' })
    expect(world.run({ kind: 'sendPending' })).toEqual({ kind: 'done' })
    const [first, second] = world.sent('0220')
    expect(second?.fields[11]).toBe(first?.fields[11])
    expect(second?.fields).toMatchObject({ 2: PAN, 14: '3010' })
    expect([26, 35, 36, 52, 53].some((bit) => second?.fields[bit] !== undefined)).toBe(false)
    expect(world.sent('0400')).toEqual([])
    expect(world.state.notices).toEqual([])
    expect(world.state.transactions[0]?.status).toBe('approved')
    expect(world.host.balanceMinor()).toBe(-700)
  })

  it.each([
    [{ originalReferenceNumber: 'short' }],
    [{ original: { batch: '1', stan: '2', date: '3' } }],
    [{ amountMinor: 0 }],
    [{ amountMinor: 1.5 }],
    [{ amountMinor: 1e12 }],
  ])('is refused before the card with %o', (wrong) => {
    const world = openWorld()
    world.cards = [STRIPE]
    expect(world.run({ ...REFUND, ...wrong })).toMatchObject({ kind: 'refused', reason: 'badValue' })
    expect(world.cards).toHaveLength(1)
  })
})

describe('pre-authorisation family', () => {
  it('pre-authorisation: 0100, 03, condition 06, and no part in the totals', () => {
    const world = openWorld()
    sold(world, 'preAuthorisation')
    expect(world.sent('0100')[0]?.fields).toMatchObject({ 3: '030000', 25: '06', 60: '1000001200050' })
    expect(world.run({ kind: 'report' })).toMatchObject({ totals: { domestic: { debitCount: 0 } } })
  })

  it('one of this batch is completed by its trace number alone, and the completion can be voided', () => {
    const world = openWorld()
    const stan = sold(world, 'preAuthorisation')
    world.answers = { enterStan: entered(stan) }
    expect(world.run({ kind: 'completion', amountMinor: 12000 })).toMatchObject({ kind: 'approved' })
    expect(world.sent('0200')[0]?.fields).toMatchObject({
      2: PAN,
      3: '000000',
      25: '06',
      38: '654321',
      60: '2000001200050',
      61: '0000120000021123',
    })
    expect(world.run({ kind: 'void', stan: '3' })).toMatchObject({ kind: 'approved' })
    expect(world.sent('0200')[1]?.fields).toMatchObject({ 3: '200000', 25: '06', 60: '2100001200050' })
    expect(world.state.transactions.map((each) => each.status)).toEqual(['approved', 'voided', 'approved'])
  })

  it('an older one is named by its slip, with the card', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    const outcome = world.run({
      kind: 'completion',
      amountMinor: 12000,
      authorisationCode: '777777',
      original: { batch: '000010', stan: '000123', date: '1101' },
    })
    expect(outcome).toMatchObject({ kind: 'approved' })
    expect(world.sent('0200')[0]?.fields).toMatchObject({ 22: '021', 38: '777777', 61: '0000100001231101' })
  })

  it('cancel takes the whole amount and marks the pre-authorisation', () => {
    const world = openWorld()
    const stan = sold(world, 'preAuthorisation')
    world.answers = { enterStan: entered(stan) }
    expect(world.run({ kind: 'preAuthorisationCancel' })).toMatchObject({ kind: 'approved' })
    expect(world.sent('0100')[1]?.fields).toMatchObject({
      3: '200000',
      4: '000000012345',
      60: '1100001200050',
    })
    expect(world.state.transactions[0]?.status).toBe('voided')
    expect(world.run({ kind: 'completion', amountMinor: 1 })).toMatchObject({ reason: 'notVoidable' })
  })

  it('a completion advice without an answer is sent again', () => {
    const world = openWorld()
    const stan = sold(world, 'preAuthorisation')
    world.answers = { enterStan: entered(stan) }
    world.behaviours = [{ kind: 'dropped' }]
    expect(world.run({ kind: 'completionAdvice', amountMinor: 9000 })).toEqual({
      kind: 'queued',
      stan: '000003',
    })
    world.run({ kind: 'sendPending' })
    expect(world.sent('0220')).toHaveLength(2)
    expect(world.host.balanceMinor()).toBe(9000)
  })
})

describe('balance', () => {
  it('shows field 54, sends no amount, and leaves nothing in the batch', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    expect(world.run({ kind: 'balance' })).toEqual({ kind: 'balance', amountMinor: 12345, currency: '156' })
    expect(world.sent('0200')[0]?.fields[4]).toBeUndefined()
    expect(world.sent('0200')[0]?.fields[60]).toBe('0100001200050')
    expect(world.state.transactions).toEqual([])
    expect(world.printed()).toEqual([])
  })

  it('without an answer nothing is owed', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'silent' }]
    expect(world.run({ kind: 'balance' })).toEqual({ kind: 'failed', reason: 'noReply' })
    expect(world.state.reversal).toBeUndefined()
  })
})
