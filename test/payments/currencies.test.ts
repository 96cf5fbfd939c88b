import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RateContent } from '../../src/host/estate/rate-content.ts'
import type { AwaitCardAnswer } from '../../src/terminal/flows/peripheral-effect.ts'
import type { QuestionAnswer } from '../../src/terminal/flows/screen.ts'
import type { CommandOutcome } from '../../src/terminal/flows/terminal-command.ts'
import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import { balanceOf } from '../host/core/books.ts'
import { MID } from '../host/core/test-host.ts'
import { type Behaviour, fakeMac } from '../terminal/flows/fake-host.ts'
import { PowerCut, visibleText } from '../terminal/flows/fake-world.ts'
import { text } from '../terminal/flows/text-codec.ts'
import { FIRST_BALANCE, JointWorld } from './joint-world.ts'

const USD_CARD = '4761739001010218'
const JPY_CARD = '4761739002020001'
const HOME: QuestionAnswer = { kind: 'chosen', id: 'home' }
const LOCAL: QuestionAnswer = { kind: 'chosen', id: 'local' }

function stripe(pan: string): AwaitCardAnswer {
  return { kind: 'stripe', track1: undefined, track2: `${pan}=30121010000000000`, track3: undefined }
}

function begin(profile: Partial<TerminalProfile> = {}, change: Partial<RateContent> = {}): JointWorld {
  const world = new JointWorld({
    conversionOffers: true,
    pinTransactions: [],
    trackEncryption: false,
    ...profile,
  })
  const { version, ...content } = world.rates.current()
  const ranges = [
    { prefix: '4761739', currency: '392' },
    { prefix: '476173900101', currency: '840' },
  ]
  world.rates.change(version, { ...content, ranges, ...change })
  world.addForeignAccount(USD_CARD, '840')
  world.addForeignAccount(JPY_CARD, '392')
  return world
}

function sell(
  world: JointWorld,
  answer: QuestionAnswer,
  pan = USD_CARD,
  amountMinor = 12_345,
): CommandOutcome {
  world.terminal.cards = [stripe(pan)]
  world.terminal.answers = { chooseCurrency: answer }
  return world.terminal.run({ kind: 'sale', amountMinor })
}

const asked = ({ terminal }: JointWorld) =>
  terminal.story.flatMap((each) =>
    each.kind === 'asked' && each.question.screen.id === 'chooseCurrency' ? [each.question] : [],
  )
const balance = (world: JointWorld, pan = USD_CARD) => world.host.test.account(pan).state.balanceMinor
const slip = ({ terminal }: JointWorld) => JSON.stringify(terminal.printed().at(-1))

describe("the cardholder's choice", () => {
  it('shows both amounts, rate, markup and source, and sets no answer beforehand', () => {
    const world = begin()
    sell(world, HOME)
    const [question] = asked(world)
    expect(question).toMatchObject({
      kind: 'choose',
      screen: {
        values: {
          base: 'CNY',
          currency: 'USD',
          rate: '0.14484375',
          markup: '3.00 %',
          source: 'TILLWIRE TEST RATES',
        },
      },
      options: [
        { id: 'local', screen: { values: { amount: 'CNY 123.45' } } },
        { id: 'home', screen: { values: { amount: 'USD 17.88' } } },
      ],
    })
  })

  it('for the own currency: charged so, on the wire, on the slip and in the journal before the request left', () => {
    const world = begin()
    expect(sell(world, HOME)).toMatchObject({
      kind: 'approved',
      transaction: {
        amountMinor: 12_345,
        currency: '156',
        conversion: { currency: '840', amountMinor: 1788, rate: '0.14484375' },
      },
    })
    const [sale] = world.terminal.sent('0200')
    expect(text(sale, 4)).toBe('000000012345')
    expect(text(sale, 49)).toBe('156')
    expect(text(sale, 59)).toBe('C103384000000203000000000017880.140625')
    // No part of it may be approved.
    expect(text(sale, 60)).toHaveLength(13)
    expect(balance(world)).toBe(FIRST_BALANCE - 1788)
    const { story } = world.terminal
    const durable = story.findIndex(
      (each) =>
        each.kind === 'durable' &&
        each.record.kind === 'requested' &&
        each.record.request.conversion?.amountMinor === 1788,
    )
    const left = story.findIndex((each) => each.kind === 'sent' && each.message.mti === '0200')
    expect(durable).toBeGreaterThan(0)
    expect(durable).toBeLessThan(left)
    for (const words of [
      'CNY 123.45',
      'USD 17.88',
      '0.14484375',
      '3.00 %',
      'TILLWIRE TEST RATES',
      'AND CHOSE USD',
    ])
      expect(slip(world)).toContain(words)
  })

  it('for the currency of here: an ordinary sale, converted by the issuer without a markup', () => {
    const world = begin()
    expect(sell(world, LOCAL)).toMatchObject({ kind: 'approved' })
    expect(text(world.terminal.sent('0200')[0], 59)).toBeUndefined()
    expect(balance(world)).toBe(FIRST_BALANCE - 1736)
    expect(slip(world)).not.toContain('USD')
  })

  it.each<QuestionAnswer>([{ kind: 'cancelled' }, { kind: 'timeout' }])('%o: nothing leaves', (answer) => {
    const world = begin()
    expect(sell(world, answer)).toEqual({ kind: 'cancelled' })
    expect(world.terminal.sent('0200')).toEqual([])
    expect(balance(world)).toBe(FIRST_BALANCE)
  })

  it('yen have no decimal places, anywhere', () => {
    const world = begin()
    sell(world, HOME, JPY_CARD)
    expect(JSON.stringify(asked(world))).toContain('JPY 2731')
    expect(slip(world)).toContain('JPY 2731')
    expect(balance(world, JPY_CARD)).toBe(FIRST_BALANCE - 2731)
  })

  it('stands in field 63 where the profile wants it there', () => {
    const world = begin({ conversionField: 63 })
    expect(sell(world, HOME)).toMatchObject({ kind: 'approved' })
    const [sale] = world.terminal.sent('0200')
    expect(text(sale, 59)).toBeUndefined()
    expect(text(sale, 63)).toBe('DCC84000000203000000000017880.140625')
    expect(balance(world)).toBe(FIRST_BALANCE - 1788)
  })

  it('the PIN pad shows the amount that was chosen', () => {
    for (const [answer, amount] of [
      [HOME, 'USD 17.88'],
      [LOCAL, 'CNY 123.45'],
    ] as const) {
      const world = begin({ pinTransactions: ['sale'] })
      let shown: unknown
      const { terminal } = world
      const perform = terminal.perform.bind(terminal)
      terminal.perform = (flow) =>
        perform(
          (function* () {
            let step = flow.next()
            while (step.done !== true) {
              const effect = step.value
              if (effect.kind === 'pinPad' && effect.command.op === 'enterPin')
                shown = effect.command.amountText
              step = flow.next(yield effect)
            }
            return step.value
          })(),
        )
      sell(world, answer)
      expect(shown).toBe(amount)
    }
  })
})

describe('no offer', () => {
  it.each<[string, () => JointWorld, string?]>([
    ['to a card of here', () => begin(), '6210948000000011'],
    ['where the profile has it off', () => begin({ conversionOffers: false })],
    ['without a rate', () => begin({}, { rates: [] })],
    [
      'where the rate is over',
      () =>
        begin(
          {},
          {
            rates: [
              {
                currency: '840',
                rate: '0.140625',
                markupBasisPoints: 300,
                validFrom: '20260301000000',
                validUntil: '20260313235959',
              },
            ],
          },
        ),
    ],
    [
      'by rates of another currency',
      () => begin({}, { base: '344', rates: [], ranges: [{ prefix: '4761', currency: '840' }] }),
    ],
  ])('%s', (_, make, pan = USD_CARD) => {
    const world = make()
    sell(world, HOME, pan)
    expect(asked(world)).toEqual([])
    expect(text(world.terminal.sent('0200')[0], 59)).toBeUndefined()
  })

  it('to a pre-authorisation, a keyed code or a sale in another currency', () => {
    const world = begin({ currencies: ['840'] })
    const { terminal } = world
    terminal.answers = { chooseCurrency: HOME }
    terminal.cards = [stripe(USD_CARD)]
    terminal.run({ kind: 'preAuthorisation', amountMinor: 12_345 })
    terminal.cards = [stripe(USD_CARD)]
    terminal.run({ kind: 'sale', amountMinor: 12_345, currency: '840' })
    expect(asked(world)).toEqual([])
  })

  it('is told to the operator where only the rate is missing', () => {
    const world = begin({}, { rates: [] })
    sell(world, HOME)
    expect(world.terminal.screens()).toContain('noRateInForce')
  })

  it('a sale that was chosen in another currency is not made offline', () => {
    const world = begin({ offlineSales: true, offlineEntries: ['stripe'] })
    sell(world, LOCAL)
    world.terminal.behaviours = [{ kind: 'notSent' }]
    expect(sell(world, HOME)).toMatchObject({ kind: 'failed', reason: 'noConnection' })
    world.terminal.behaviours = [{ kind: 'notSent' }]
    expect(sell(world, LOCAL)).toMatchObject({ kind: 'queued' })
  })
})

describe('taking back what was chosen', () => {
  it('a void carries it and gives back exactly that', () => {
    const world = begin()
    sell(world, HOME)
    const [sale] = world.terminal.sent('0200')
    expect(world.terminal.run({ kind: 'void', stan: text(sale, 11) ?? '' })).toMatchObject({
      kind: 'approved',
    })
    expect(text(world.terminal.sent('0200')[1], 59)).toBe(text(sale, 59))
    expect(balance(world)).toBe(FIRST_BALANCE)
    expect(slip(world)).toContain('USD 17.88')
  })

  it('so does the reversal of a sale whose answer is lost', () => {
    const world = begin()
    sell(world, LOCAL)
    world.terminal.behaviours = [{ kind: 'silent' }]
    expect(sell(world, HOME)).toMatchObject({ kind: 'reversed', reversal: 'accepted' })
    const [reversal] = world.terminal.sent('0400')
    expect(text(reversal, 59)).toBe(text(world.terminal.sent('0200')[1], 59))
    expect(balance(world)).toBe(FIRST_BALANCE - 1736)
  })

  it('refunds go by the rate of the sale: the host says how much, and the slip shows it', () => {
    const world = begin()
    const sale = sell(world, HOME)
    const reference = sale.kind === 'approved' ? (sale.transaction.referenceNumber ?? '') : ''
    const { version, ...content } = world.rates.current()
    world.rates.change(version, {
      ...content,
      rates: content.rates.map((each) => ({ ...each, rate: '9.9' })),
    })
    for (const [amountMinor, words] of [
      [5000, 'USD 7.24'],
      [7345, 'USD 10.64'],
    ] as const) {
      world.terminal.cards = [stripe(USD_CARD)]
      const outcome = world.terminal.run({ kind: 'refund', amountMinor, originalReferenceNumber: reference })
      expect(outcome).toMatchObject({ kind: 'approved' })
      expect(slip(world)).toContain(words)
    }
    expect(balance(world)).toBe(FIRST_BALANCE)
  })

  it('a host that says another amount is not believed', () => {
    const world = begin()
    sell(world, LOCAL)
    const exchange = world.host.exchange.bind(world.host)
    world.host.exchange = (frame, behaviour) => {
      const replies = exchange(frame, behaviour)
      return replies.map((reply) => spoiled(world, reply))
    }
    expect(sell(world, HOME)).toMatchObject({ kind: 'reversed', reason: '96' })
  })
})

/** Another amount in C1, and a MAC that fits. */
function spoiled({ terminal }: JointWorld, reply: Uint8Array): Uint8Array {
  const decoded = terminal.codec.decode(reply.slice(11))
  if (!decoded.ok || decoded.value.mti !== '0210') return reply
  const field59 = String(decoded.value.fields[59] ?? '').replace('000000001788', '000000001789')
  const message = { ...decoded.value, fields: { ...decoded.value.fields, 59: field59 } }
  const encoded = terminal.codec.encode(message)
  if (!encoded.ok) throw new Error('the spoilt reply does not encode')
  const bytes = encoded.value.slice()
  bytes.set(fakeMac(bytes.subarray(0, bytes.length - 8)), bytes.length - 8)
  return Uint8Array.from([...reply.subarray(0, 11), ...bytes])
}

describe('rates', () => {
  it('are loaded before the first sale, and again when the host does not know what was offered', () => {
    const world = begin()
    sell(world, LOCAL)
    expect(world.terminal.state.downloads?.rates?.[0]).toBe('V000002156TILLWIRE TEST RATES')
    const { version, ...content } = world.rates.current()
    // Long ago, so that the old version is no longer good.
    Object.assign(world.rates, {
      ofVersion: () => undefined,
    })
    world.rates.change(version, { ...content, source: 'ANOTHER' })
    expect(sell(world, HOME)).toMatchObject({ kind: 'declined', responseCode: 'A1' })
    expect(world.terminal.state.downloads?.rates?.[0]).toBe('V000003156ANOTHER')
  })

  it('whose time is over are loaded again after a transaction', () => {
    const world = begin()
    sell(world, LOCAL)
    const { version, ...content } = world.rates.current()
    world.rates.change(version, { ...content, source: 'NEXT DAY' })
    const records = world.terminal.records.length
    sell(world, LOCAL)
    expect(world.terminal.records.slice(records).some(({ kind }) => kind === 'downloadBegun')).toBe(false)
    const state = world.terminal.state.downloads
    const over = state?.rates?.map((each) => each.replace('20991231235959', '20260101000000'))
    world.terminal.state = { ...world.terminal.state, downloads: { staged: {}, ...state, rates: over ?? [] } }
    sell(world, LOCAL)
    expect(world.terminal.state.downloads?.rates?.[0]).toContain('NEXT DAY')
  })
})

describe('several currencies', () => {
  it('a sale in one that the merchant has; others are refused before a card is asked for', () => {
    const world = begin({ currencies: ['840'] })
    expect(world.terminal.run({ kind: 'sale', amountMinor: 1234, currency: '978' })).toMatchObject({
      kind: 'refused',
      reason: 'currencyNotTaken',
      detail: 'EUR',
    })
    world.terminal.cards = [stripe(USD_CARD)]
    expect(world.terminal.run({ kind: 'sale', amountMinor: 1234, currency: '840' })).toMatchObject({
      kind: 'declined',
      responseCode: 'A1',
    })
    expect(text(world.terminal.sent('0200')[0], 49)).toBe('840')
  })
})

it('a batch holds one currency: settle before a sale in another, and the totals are in it', () => {
  const world = begin({ currencies: ['840'] })
  const { terminal } = world
  terminal.answers = { chooseCurrency: LOCAL }
  terminal.cards = [stripe(USD_CARD)]
  expect(terminal.run({ kind: 'sale', amountMinor: 500 })).toMatchObject({ kind: 'approved' })
  expect(terminal.run({ kind: 'sale', amountMinor: 1234, currency: '840' })).toMatchObject({
    kind: 'refused',
    reason: 'otherCurrency',
    detail: 'CNY',
  })
  expect(terminal.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
  expect(text(terminal.sent('0500')[0], 49)).toBe('156')
})

type Deed = 'home' | 'local' | 'yen' | 'domestic' | 'void' | 'refund' | 'settle'

const script = fc.record({
  deeds: fc.array(fc.constantFrom<Deed>('home', 'local', 'yen', 'domestic', 'void', 'refund', 'settle'), {
    minLength: 1,
    maxLength: 6,
  }),
  behaviours: fc.array(
    fc.constantFrom<Behaviour>(
      { kind: 'answer' },
      { kind: 'answer' },
      { kind: 'silent' },
      { kind: 'lost' },
      { kind: 'notSent' },
    ),
    { maxLength: 20 },
  ),
  cuts: fc.array(fc.record({ deed: fc.nat(5), at: fc.nat(90), after: fc.boolean() }), { maxLength: 2 }),
})

function perform(world: JointWorld, deed: Deed, index: number): void {
  const { terminal } = world
  const sales = terminal.state.transactions.filter(
    ({ request, status }) => request.type === 'sale' && status === 'approved',
  )
  const last = sales.at(-1)
  switch (deed) {
    case 'home':
    case 'local':
      sell(world, deed === 'home' ? HOME : LOCAL, USD_CARD, 1000 + index)
      break
    case 'yen':
      sell(world, HOME, JPY_CARD, 777 + index)
      break
    case 'domestic':
      sell(world, HOME, '6210948000000011', 500 + index)
      break
    case 'void':
      terminal.run({ kind: 'void', stan: last?.request.stan ?? '999999' })
      break
    case 'refund':
      terminal.cards = last === undefined ? [] : [stripe(panOf(last.request.panTruncated))]
      terminal.run({
        kind: 'refund',
        amountMinor: 123,
        originalReferenceNumber: last?.reply?.referenceNumber ?? '000000000000',
      })
      break
    case 'settle':
      terminal.run({ kind: 'settle' })
  }
}

function panOf(truncated: string): string {
  return [USD_CARD, JPY_CARD].find((pan) => pan.endsWith(truncated.slice(-4))) ?? '6210948000000011'
}

it('the books balance in each currency, and settlement balances, whatever is chosen, lost or cut', () => {
  fc.assert(
    fc.property(script, ({ deeds, behaviours, cuts }) => {
      const world = begin({ reversalExhausted: 'keep' })
      const { terminal } = world
      terminal.behaviours = [...behaviours]
      deeds.forEach((deed, index) => {
        terminal.cut = cuts.find((cut) => cut.deed === index)
        try {
          perform(world, deed, index)
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error
          terminal.restart()
        }
      })
      terminal.cut = undefined
      terminal.behaviours = []
      const settled = terminal.run({ kind: 'settle' })
      expect(settled).toMatchObject({
        kind: 'settled',
        summary: { domesticFlag: '1', foreignFlag: '1' },
      })
      expect(world.store.checkBooks()).toEqual([])
      // What the acquirer took in one currency it gave in the other, at rates of the table: never just one side.
      const exchanged = world.store.ledgerBalances().filter(({ account }) => account === 'exchange')
      expect(exchanged.length === 0 || exchanged.length >= 2).toBe(true)
      expect(balanceOf(world.host.test, 'merchant', MID)).toBeGreaterThanOrEqual(0)
      for (const pan of [USD_CARD, JPY_CARD]) expect(visibleText(terminal)).not.toContain(pan)
    }),
    { numRuns: 60 },
  )
})
