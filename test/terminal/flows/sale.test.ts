import { describe, expect, it } from 'vitest'
import { renderScreen } from '../../../src/terminal/flows/screen-texts.ts'
import { CHIP_STRIPE, openWorld, PAN, PowerCut, STRIPE } from './fake-world.ts'
import { text } from './text-codec.ts'

const SALE = { kind: 'sale', amountMinor: 12345 } as const

describe('sale by stripe', () => {
  it('sends the fields of the catalogue, prints two slips, and counts in the totals', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    const outcome = world.run(SALE)
    expect(outcome).toMatchObject({
      kind: 'approved',
      transaction: { amountMinor: 12345, status: 'approved' },
    })
    const [request] = world.sent('0200')
    expect(request?.fields).toMatchObject({
      3: '000000',
      4: '000000012345',
      11: '000002',
      22: '021',
      25: '00',
      26: '12',
      41: '10000001',
      42: '001290058120001',
      49: '156',
      53: '2610000000000000',
      60: '22000012000501',
    })
    expect(request?.fields[2]).toBeUndefined()
    expect(request?.fields[14]).toBeUndefined()
    expect(text(request, 35)).not.toContain(PAN)
    expect(world.printed()).toHaveLength(2)
    expect(world.state.owedReceipts).toEqual([])
    expect(world.host.balanceMinor()).toBe(12345)
  })

  it('a card with a chip is sent to the chip slot', () => {
    const world = openWorld()
    world.cards = [CHIP_STRIPE]
    expect(world.run(SALE)).toEqual({ kind: 'cancelled' })
    expect(world.screens()).toContain('useChip')
    expect(world.sent()).toEqual([])
  })

  it('a chip that gives no answer falls back to the stripe: 02x and field 60.5 = 2', () => {
    const world = openWorld()
    world.cards = [{ kind: 'chipUnreadable' }, CHIP_STRIPE]
    expect(world.run(SALE)).toMatchObject({ kind: 'approved' })
    const [request] = world.sent('0200')
    expect(request?.fields[22]).toBe('021')
    expect(request?.fields[60]).toBe('22000012000521')
  })

  it('where fallback is not allowed, a card without a working chip is refused', () => {
    const world = openWorld({ fallbackAllowed: false })
    world.cards = [{ kind: 'chipUnreadable' }, CHIP_STRIPE]
    expect(world.run(SALE)).toEqual({ kind: 'refused', reason: 'cardNotReadable' })
  })

  it('a stripe that can not be read may be tried again, five times in all', () => {
    const world = openWorld()
    world.cards = [{ kind: 'stripeUnreadable' }, { kind: 'stripeUnreadable' }, STRIPE]
    expect(world.run(SALE)).toMatchObject({ kind: 'approved' })
    world.cards = Array.from({ length: 6 }, () => ({ kind: 'stripeUnreadable' }) as const)
    expect(world.run(SALE)).toEqual({ kind: 'refused', reason: 'cardNotReadable' })
    expect(world.cards).toHaveLength(1)
  })

  it('without a track key the tracks are sent as they are, and field 53 says so', () => {
    const world = openWorld({ keySet: '003' })
    world.cards = [STRIPE]
    world.run(SALE)
    expect(world.sent('0200')[0]?.fields).toMatchObject({
      35: `${PAN}D30101010000000000`,
      53: '2600000000000000',
    })
  })

  it('an operator who allows it may leave the PIN out: no 26, no 52, signature on the slip', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.padAnswers = { enterPin: { kind: 'pinBypassed' } }
    world.run(SALE)
    const fields = world.sent('0200')[0]?.fields
    expect(fields).toMatchObject({ 22: '022', 53: '0610000000000000' })
    expect([fields?.[26], fields?.[52]]).toEqual([undefined, undefined])
    expect(JSON.stringify(world.printed())).toContain('CARDHOLDER SIGNATURE')
    const strict = openWorld({ pinBypassAllowed: false })
    strict.cards = [STRIPE]
    strict.padAnswers = { enterPin: { kind: 'pinBypassed' } }
    expect(strict.run(SALE)).toMatchObject({ kind: 'refused', reason: 'notAllowed' })
  })

  it('a decline shows code, text and action, and owes nothing', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'answer', code: '51' }]
    expect(world.run(SALE)).toMatchObject({ kind: 'declined', responseCode: '51' })
    expect(world.state).toMatchObject({ transactions: [], owedReceipts: [], nextStan: 3 })
    expect(world.state.reversal).toBeUndefined()
    expect(world.story).toContainEqual({
      kind: 'shown',
      screen: {
        id: 'declined',
        values: {
          code: '51',
          shownZh: '可用余额不足',
          shownEn: 'Insufficient funds',
          actionZh: '请改金额或换卡',
          actionEn: 'Another amount or another card',
        },
      },
    })
  })
})

describe('keyed sale', () => {
  const keyed = (pan: string, expiry: string) => {
    const world = openWorld()
    world.answers = {
      enterPan: { kind: 'entered', text: pan },
      enterExpiry: { kind: 'entered', text: expiry },
    }
    return { world, outcome: world.run({ ...SALE, entry: 'keyed' }) }
  }

  it('sends card number and expiry, entry mode 01', () => {
    const { world, outcome } = keyed(PAN, '1030')
    expect(outcome).toMatchObject({ kind: 'approved' })
    expect(world.sent('0200')[0]?.fields).toMatchObject({
      2: PAN,
      14: '3010',
      22: '011',
      53: '2600000000000000',
    })
  })

  it.each([
    ['6210948000000012', '1030', 'badValue'],
    [PAN, '1330', 'badValue'],
    [PAN, '1026', 'cardExpired'],
  ])('refuses %s with expiry %s: %s', (pan, expiry, reason) => {
    const { world, outcome } = keyed(pan, expiry)
    expect(outcome).toMatchObject({ kind: 'refused', reason })
    expect(world.sent()).toEqual([])
  })

  it('is good until the last month of its life', () => {
    expect(keyed(PAN, '1126').outcome).toMatchObject({ kind: 'approved' })
  })

  it('is refused where the profile does not allow it', () => {
    const world = openWorld({ keyedAllowed: false })
    expect(world.run({ ...SALE, entry: 'keyed' })).toMatchObject({ kind: 'refused', reason: 'notEnabled' })
  })
})

describe('partial approval', () => {
  const partially = (answer: 'confirmed' | 'cancelled') => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.answers = { acceptPartial: { kind: answer } }
    world.behaviours = [{ kind: 'answer', code: '10', fields: { 4: '000000010000', 38: '654321' } }]
    return { world, outcome: world.run(SALE) }
  }

  it('accepted: the smaller amount counts', () => {
    const { world, outcome } = partially('confirmed')
    expect(outcome).toMatchObject({ kind: 'approved', transaction: { amountMinor: 10000 } })
    expect(world.state.undecidedPartial).toBeUndefined()
    expect(world.run({ kind: 'report' })).toMatchObject({ totals: { domestic: { debitAmountMinor: 10000 } } })
  })

  it.each(['000000000000', '000000012346'])('an approved amount of %s makes no sense: reversed', (amount) => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'answer', code: '10', fields: { 4: amount } }]
    expect(world.run(SALE)).toMatchObject({ kind: 'reversed', reason: '96' })
    expect(world.state.undecidedPartial).toBeUndefined()
  })

  it('not accepted: voided with the smaller amount, without asking the supervisor', () => {
    const { world } = partially('cancelled')
    const [, voiding] = world.sent('0200')
    expect(voiding?.fields).toMatchObject({ 3: '200000', 4: '000000010000', 61: '000012000002' })
  })

  it('not accepted, and the void came to nothing: the batch is not settled over it', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.answers = { acceptPartial: { kind: 'cancelled' } }
    const partialApproval = { kind: 'answer', code: '10', fields: { 4: '000000010000' } } as const
    world.behaviours = [partialApproval, { kind: 'silent' }]
    expect(world.run(SALE)).toMatchObject({ kind: 'reversed' })
    world.behaviours = [{ kind: 'silent' }]
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'reversed' })
    expect(world.state.undecidedPartial).toBeDefined()
    world.answers = { acceptPartial: { kind: 'confirmed' } }
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
    expect(world.state.lastSettlement?.totals.domestic).toMatchObject({
      debitAmountMinor: 10000,
      creditCount: 0,
    })
  })

  it('a power cut before the decision: the question comes again at the start', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.behaviours = [{ kind: 'answer', code: '10', fields: { 4: '000000010000' } }]
    world.answers = { acceptPartial: { kind: 'timeout' } }
    const asked = () =>
      world.story.filter((each) => each.kind === 'asked' && each.question.screen.id === 'acceptPartial')
    for (let at = 0; asked().length === 0; at++) {
      world.cut = { at, after: true }
      world.cards = [STRIPE]
      world.behaviours = [{ kind: 'answer', code: '10', fields: { 4: '000000010000' } }]
      expect(() => world.run(SALE)).toThrow(PowerCut)
      if (asked().length === 0) world.restart()
    }
    world.answers = {}
    world.restart()
    expect(asked()).toHaveLength(2)
    expect(world.state.undecidedPartial).toBeUndefined()
  })
})

describe('devices that go away', () => {
  it.each(['protect', 'encryptTrack', 'mac', 'enterPin'] as const)(
    'the pad is missing at "%s": the sale is undone, nothing was sent, nothing is owed',
    (op) => {
      const world = openWorld()
      world.cards = [STRIPE]
      world.padAnswers = { [op]: { kind: 'missing', device: 'pinPad' } }
      const before = world.records.length
      expect(world.run(SALE)).toEqual({ kind: 'failed', reason: 'device', detail: 'pinPad missing' })
      expect(world.sent()).toEqual([])
      expect(world.records).toHaveLength(before)
      world.padAnswers = {}
      world.cards = [STRIPE]
      expect(world.run(SALE)).toMatchObject({ kind: 'approved' })
    },
  )

  it('a pad without keys asks for a sign-in, which the next sale does', () => {
    const world = openWorld()
    world.cards = [STRIPE, STRIPE]
    world.padAnswers = { mac: { kind: 'keyMissing', slot: 'macKey' } }
    expect(world.run(SALE)).toEqual({ kind: 'failed', reason: 'keyMissing', detail: 'macKey' })
    world.padAnswers = {}
    expect(world.run(SALE)).toMatchObject({ kind: 'approved' })
    expect(world.sent().map((each) => each.mti)).toEqual(['0800', '0200'])
  })

  it('the reader is missing', () => {
    const world = openWorld()
    world.cards = [{ kind: 'missing', device: 'cardReader' }]
    expect(world.run(SALE)).toEqual({ kind: 'failed', reason: 'device', detail: 'cardReader missing' })
  })

  it('the printer never decides about money: approved, the slip stays owed, and comes out later marked', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.prints = [{ kind: 'notPrinted', cause: 'missing', linesPrinted: 0 }]
    expect(world.run(SALE)).toMatchObject({ kind: 'approved' })
    expect(world.state.owedReceipts).toHaveLength(1)
    world.restart()
    expect(world.state.owedReceipts).toEqual([])
    expect(world.printed()).toHaveLength(2)
    for (const document of world.printed()) expect(JSON.stringify(document)).toContain('DUPLICATE')
  })

  it('paper out in the middle of a slip: again after a retry, with the duplicate mark', () => {
    const world = openWorld()
    world.cards = [STRIPE]
    world.prints = [{ kind: 'notPrinted', cause: 'paperEnd', linesPrinted: 7 }]
    world.answers = { choosePrinterTrouble: { kind: 'chosen', id: 'retry' } }
    world.run(SALE)
    const [first, second] = world.printed()
    expect(JSON.stringify(first)).toContain('DUPLICATE')
    expect(JSON.stringify(second)).not.toContain('DUPLICATE')
    expect(world.screens()).toContain('printer.paperEnd')
    const [question] = world.story.flatMap((each) => (each.kind === 'asked' ? [each.question.screen] : []))
    expect(question?.id).toBe('choosePrinterTrouble')
    if (question === undefined) throw new Error('nobody was asked')
    expect(renderScreen(question, 'en')).toBe('Out of paper: put in a new roll. Print again? [E-PAPER]')
    expect(renderScreen(question, 'zh')).toBe('打印机缺纸,请装纸。重试打印? [E-PAPER]')
  })

  it('reprints the last slip, and any of the batch, with the mark', () => {
    const world = openWorld()
    expect(world.run({ kind: 'reprint' })).toEqual({ kind: 'refused', reason: 'nothingToPrint' })
    world.cards = [STRIPE]
    world.run(SALE)
    expect(world.run({ kind: 'reprint' })).toEqual({ kind: 'done' })
    expect(world.run({ kind: 'reprint', stan: '2' })).toEqual({ kind: 'done' })
    expect(JSON.stringify(world.printed().slice(2)).match(/DUPLICATE/g)).toHaveLength(4)
    expect(world.run({ kind: 'reprint', settlement: true })).toMatchObject({ reason: 'nothingToPrint' })
    world.run({ kind: 'settle' })
    expect(world.run({ kind: 'reprint', settlement: true })).toEqual({ kind: 'done' })
    expect(JSON.stringify(world.printed().at(-1))).toContain('SETTLEMENT SLIP')
    expect(world.run({ kind: 'reprint' })).toEqual({ kind: 'done' })
    expect(world.run({ kind: 'reprint', stan: '2' })).toMatchObject({ reason: 'nothingToPrint' })
  })
})
