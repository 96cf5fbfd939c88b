import fc from 'fast-check'
import { CARDS } from './day-books.ts'
import { CALM_HANDS, type Hands } from './day-hands.ts'
import type { Deed } from './deeds.ts'

const plainAmount = fc.integer({ min: 1, max: 30_000 })

/** Amounts that force an answer. Source: docs/host-test-behaviour.md. */
const forcedAmount = fc.constantFrom(
  ...[5, 10, 11, 12, 25, 30, 45, 51, 55, 68, 75, 77, 91, 94, 96, 99, 0].map((code) => 770_000 + code),
  ...[0, 1, 2, 3, 4, 7].map((code) => 770_100 + code),
  770_205,
  770_245,
  ...[0, 1, 2, 3, 4].map((rest) => 770_300 + rest),
  ...[0, 1, 2, 3, 4, 5].map((rest) => 770_400 + rest),
  ...[10, 20, 50, 90].map((percent) => 770_500 + percent),
)

const amount = fc.oneof({ weight: 1, arbitrary: plainAmount }, { weight: 1, arbitrary: forcedAmount })

const mishap = fc.option(
  fc.record({
    kind: fc.constantFrom<('loseRequest' | 'loseReply' | 'cutPower')[]>(
      'loseRequest',
      'loseReply',
      'cutPower',
    ),
    at: fc.constantFrom<(1 | 2)[]>(1, 2),
  }),
  { nil: undefined, freq: 5 },
)

/** Mostly calm; a PIN is wrong with plain amounts only, where the rules alone answer. */
const hands: fc.Arbitrary<Hands> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(CALM_HANDS) },
  {
    weight: 3,
    arbitrary: fc.record({
      supervisorPassword: fc.constantFrom<('right' | 'wrong')[]>('right', 'right', 'right', 'right', 'wrong'),
      pin: fc.constant('right' as const),
      partial: fc.constantFrom<('accept' | 'refuse')[]>('accept', 'refuse'),
      mishap,
    }),
  },
)

const pinHands: fc.Arbitrary<Hands> = fc.record({
  supervisorPassword: fc.constant('right' as const),
  pin: fc.constantFrom<('wrong' | 'cancelled')[]>('wrong', 'wrong', 'cancelled'),
  partial: fc.constant('accept' as const),
  mishap: fc.constant(undefined),
})

/** Dynamic signatures take most of the time of a day. */
const card = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...CARDS.filter((name) => name !== 'dynamicChip')) },
  { weight: 1, arbitrary: fc.constant('dynamicChip' as const) },
)
const pick = fc.nat({ max: 5 })

const part = fc.oneof(
  { weight: 4, arbitrary: fc.record({ percent: fc.constantFrom(100, 50, 30, 115, 116, 200) }) },
  { weight: 1, arbitrary: fc.record({ amount: forcedAmount }) },
)

function plain<D extends Deed['do']>(...deeds: readonly D[]): fc.Arbitrary<{ readonly do: D }> {
  return fc.constantFrom(...deeds).map((deed) => ({ do: deed }))
}

const payment = fc.record({
  do: fc.constantFrom<('sale' | 'preAuthorisation')[]>('sale', 'sale', 'preAuthorisation'),
  card,
  amount,
  keyed: fc.constantFrom(false, false, false, true),
  hands,
})

const paymentWithPinTrouble = fc.record({
  do: fc.constantFrom<('sale' | 'preAuthorisation')[]>('sale', 'preAuthorisation'),
  card,
  amount: plainAmount,
  keyed: fc.boolean(),
  hands: pinHands,
})

/** Deeds by how often they happen. */
export const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 24, arbitrary: payment },
  { weight: 2, arbitrary: paymentWithPinTrouble },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('badSale' as const),
      fault: fc.constantFrom<('amount' | 'number' | 'expiry')[]>('amount', 'number', 'expiry'),
      hands,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('balance' as const), card, hands }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('void' as const), pick, hands }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('voidUnknown' as const), hands }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('refund' as const), pick, part, hands }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom<('completion' | 'completionAdvice')[]>('completion', 'completionAdvice'),
      pick,
      part,
      hands,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancelHold' as const), pick, hands }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('settle' as const), hands }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('powerCycle' as const), devicesToo: fc.boolean(), hands }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('logOn' as const),
      operator: fc.constantFrom<('00' | '01' | '77')[]>('00', '01', '01', '77'),
      password: fc.constantFrom<('right' | 'wrong')[]>('right', 'right', 'wrong'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reprint' as const), pick }) },
  { weight: 1, arbitrary: plain('logOff') },
  { weight: 3, arbitrary: plain('signIn', 'signOff') },
  {
    weight: 5,
    arbitrary: plain('echo', 'report', 'devices', 'reprintLast', 'reprintLast', 'reprintSettlement'),
  },
  { weight: 4, arbitrary: plain('sendPending', 'printOwed') },
  { weight: 1, arbitrary: plain('hostDown') },
  { weight: 4, arbitrary: plain('hostUp') },
  { weight: 2, arbitrary: plain('unplugPrinter', 'paperOut') },
  { weight: 3, arbitrary: plain('printerReady') },
)
