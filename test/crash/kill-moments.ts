import { SeededRandom } from '../../sim/world/seeded-random.ts'
import type { OrderKind } from './orders.ts'

export type Victim = 'host' | 'terminal'

/** A moment after which a program may be killed. */
interface KillMoment {
  readonly name: string
  /** Names of moments; empty: any. */
  readonly after: readonly string[]
  /** The kill comes at a random time up to this after the moment. */
  readonly delayMaxMs: number
  readonly weight: number
  /** Follows the kill before it at once, without any work in between. */
  readonly isRapid?: boolean
  /** Only while the host owes answers to two terminals or more. */
  readonly isCrowded?: boolean
  /** What an operator is asked for, so that the moment comes. */
  readonly order?: OrderKind
}

/** One kill of the schedule, all of it from the seed. */
export interface Kill extends Omit<KillMoment, 'weight' | 'delayMaxMs'> {
  readonly victim: Victim
  /** From 1. */
  readonly number: number
  /** Commands that are done before it is waited for. */
  readonly worked: number
  readonly delayMs: number
}

/** A program needs about this long until it works. */
const START_MS = 1500

const SETTLING = ['settlingTotals', 'settlingUpload', 'settlingEnd', 'settled']

const TERMINAL_MOMENTS: readonly KillMoment[] = [
  { name: 'start-up', after: ['spawned'], delayMaxMs: START_MS, weight: 8, isRapid: true },
  { name: 'recovery', after: ['opened'], delayMaxMs: 120, weight: 10, isRapid: true },
  { name: 'card wanted', after: ['lamp cardWanted'], delayMaxMs: 60, weight: 5 },
  { name: 'PIN entry', after: ['enterPin'], delayMaxMs: 60, weight: 5 },
  { name: 'PIN entered', after: ['PIN entered'], delayMaxMs: 40, weight: 5 },
  { name: 'request out', after: ['waitingForHost'], delayMaxMs: 12, weight: 22 },
  { name: 'answer slow', after: ['waitingForHost'], delayMaxMs: 900, weight: 5, order: 'slowSale' },
  { name: 'chip finishing', after: ['completingChip'], delayMaxMs: 15, weight: 8 },
  { name: 'approved', after: ['approved', 'approvedPartially'], delayMaxMs: 20, weight: 8 },
  { name: 'partial approval', after: ['acceptPartial'], delayMaxMs: 60, weight: 4, order: 'partialSale' },
  { name: 'printing', after: ['printing'], delayMaxMs: 150, weight: 8 },
  { name: 'reversing', after: ['reversing'], delayMaxMs: 10, weight: 10, order: 'lostSale' },
  { name: 'notice', after: ['sendingNotice'], delayMaxMs: 10, weight: 6, order: 'lostRefund' },
  { name: 'voiding', after: ['waitingForHost'], delayMaxMs: 12, weight: 8, order: 'void' },
  { name: 'settlement', after: SETTLING, delayMaxMs: 20, weight: 12, order: 'settle' },
  { name: 'closing the batch', after: ['settlingEnd'], delayMaxMs: 12, weight: 6, order: 'settle' },
  { name: 'sign-in', after: ['signingIn'], delayMaxMs: 25, weight: 4, order: 'signIn' },
  { name: 'any time', after: [], delayMaxMs: 400, weight: 8 },
]

const HOST_MOMENTS: readonly KillMoment[] = [
  { name: 'start-up', after: ['spawned'], delayMaxMs: START_MS, weight: 8, isRapid: true },
  { name: 'just listening', after: ['listening'], delayMaxMs: 150, weight: 8, isRapid: true },
  { name: 'request on its way', after: ['waitingForHost'], delayMaxMs: 5, weight: 24 },
  {
    name: 'several requests',
    after: ['waitingForHost'],
    delayMaxMs: 5,
    weight: 14,
    isCrowded: true,
    order: 'slowSale',
  },
  { name: 'answers owed', after: ['waitingForHost'], delayMaxMs: 900, weight: 4, order: 'slowSale' },
  { name: 'decided', after: ['decided'], delayMaxMs: 3, weight: 16 },
  { name: 'reversal', after: ['reversing'], delayMaxMs: 8, weight: 10, order: 'lostSale' },
  { name: 'notice', after: ['sendingNotice'], delayMaxMs: 8, weight: 5, order: 'lostRefund' },
  { name: 'void', after: ['waitingForHost'], delayMaxMs: 8, weight: 6, order: 'void' },
  { name: 'settlement', after: SETTLING, delayMaxMs: 15, weight: 12, order: 'settle' },
  { name: 'sign-in', after: ['signingIn'], delayMaxMs: 15, weight: 5, order: 'signIn' },
  { name: 'any time', after: [], delayMaxMs: 400, weight: 8 },
]

/** The same kills for the same seed. */
export function killSchedule(victim: Victim, count: number, seed: number): readonly Kill[] {
  const random = new SeededRandom(seed, victim === 'host' ? 1 : 2)
  const table = victim === 'host' ? HOST_MOMENTS : TERMINAL_MOMENTS
  const choices = table.map((moment) => [moment, moment.weight] as const)
  return Array.from({ length: count }, (_, index) => {
    const { weight: _weight, delayMaxMs, ...moment } = random.weighted(choices)
    // Most steps of a transaction are over in a millisecond: early moments are tried more often than late ones.
    const delayMs = delayMaxMs * (random.below(10_000) / 10_000) ** 2
    return {
      ...moment,
      victim,
      number: index + 1,
      worked: random.between(1, victim === 'host' ? 6 : 3),
      delayMs,
    }
  })
}
