import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import { SeededRandom } from '../world/seeded-random.ts'
import {
  FAULT_KINDS,
  FAULT_NAMES,
  type Fault,
  type FaultKind,
  type FaultKindInfo,
  TAP_FAULTS,
} from './fault-kinds.ts'
import type { Deed, Plan, Step, TerminalPlan } from './plan.ts'

/** Steps in a thousand that have a fault of each kind. */
export type FaultRates = Readonly<Record<FaultKind, number>>

export interface PlanOptions {
  readonly terminals: number
  readonly days: number
  readonly rates: FaultRates
}

export const DEFAULT_RATES: FaultRates = Object.fromEntries(
  FAULT_NAMES.map((kind) => [kind, FAULT_KINDS[kind].perMille]),
) as Record<FaultKind, number>

const DEEDS: readonly (readonly [Deed, number])[] = [
  ['sale', 40],
  ['keyedSale', 4],
  ['void', 8],
  ['voidAgain', 2],
  ['voidUnknown', 1],
  ['refund', 6],
  ['refundTooMuch', 1],
  ['balance', 4],
  ['preAuthorisation', 6],
  ['completion', 4],
  ['completionAdvice', 3],
  ['preAuthorisationCancel', 3],
  ['completionVoid', 3],
  ['settle', 3],
  ['signIn', 2],
  ['signOff', 1],
  ['echo', 1],
  ['reprint', 2],
  ['report', 1],
  ['logOff', 2],
  ['logOnWrong', 1],
  ['sendPending', 2],
  ['printOwed', 1],
  ['devices', 1],
  ['powerCycle', 2],
]

/** All deeds of this release. */
export const DEED_NAMES: readonly string[] = DEEDS.map(([deed]) => deed)

const STEPS_A_DAY = [12, 28] as const
const NIGHT_MS = 14 * 3_600_000

/** The plan of a seed: the same for the same options, on every machine. */
export function makePlan(seed: number, options: PlanOptions): Plan {
  const random = new SeededRandom(seed, 0)
  return {
    seed,
    hosts: random.chance(250) ? 2 : 1,
    terminals: Array.from({ length: options.terminals }, (_, index) => makeTerminal(seed, index, options)),
  }
}

function makeTerminal(seed: number, index: number, { days, rates }: PlanOptions): TerminalPlan {
  const random = new SeededRandom(seed, index + 1)
  const steps: Step[] = []
  for (let day = 0; day < days; day++) {
    const count = random.between(...STEPS_A_DAY)
    for (let number = 0; number < count; number++) {
      const isMorning = number === 0 && day > 0
      steps.push({
        id: steps.length + 1,
        deed: random.weighted(DEEDS),
        amountMinor: amountOf(random),
        pick: random.below(1_000_000),
        pauseMs: isMorning ? NIGHT_MS : random.between(0, 700),
        ...(isMorning ? { isNight: true as const } : {}),
        faults: makeFaults(random, rates),
      })
    }
    if (random.chance(700)) steps.push(plain(steps.length + 1, 'settle', makeFaults(random, rates)))
  }
  const plan = { index, profile: profileOf(random), sharedLine: random.chance(300), steps }
  return withTaps(new SeededRandom(seed, TAP_STREAM + index), plan, rates)
}

/** Chance of its own, so that the day of a terminal without taps stays what it was. */
const TAP_STREAM = 10_000

/** One terminal in four has a contactless reader; amounts around the limit without PIN come more often there. */
function withTaps(random: SeededRandom, plan: TerminalPlan, rates: FaultRates): TerminalPlan {
  if (!random.chance(250)) return plan
  const steps = plan.steps.map((step): Step => {
    const faults = [...step.faults, ...makeFaults(random, rates, TAP_NAMES)]
    const isLarge = step.deed === 'sale' && step.amountMinor <= 50_000 && random.chance(150)
    return isLarge ? { ...step, amountMinor: random.between(99_990, 120_000), faults } : { ...step, faults }
  })
  return { ...plan, profile: { ...plan.profile, contactlessReader: true }, steps }
}

const TAP_NAMES = FAULT_NAMES.filter((kind) => TAP_FAULTS.has(kind))
const USUAL_NAMES = FAULT_NAMES.filter((kind) => !TAP_FAULTS.has(kind))

function plain(id: number, deed: Deed, faults: readonly Fault[]): Step {
  return { id, deed, amountMinor: 0, pick: 0, pauseMs: 500, faults }
}

/** Now and then an amount that the test host answers in its own way. */
function amountOf(random: SeededRandom): number {
  if (random.chance(60)) {
    return random.pick([
      770_051, 770_055, 770_091, 770_096, 770_100, 770_094, 770_205, 770_300, 770_301, 770_302, 770_303,
      770_304, 770_400, 770_401, 770_402, 770_403, 770_404, 770_405, 770_550, 770_530,
    ])
  }
  return random.between(1, 50_000)
}

function profileOf(random: SeededRandom): Partial<TerminalProfile> {
  return {
    replyTimeoutMs: random.pick([4000, 8000, 15_000]),
    pinTimeoutMs: 12_000,
    cardTimeoutMs: 12_000,
    operatorTimeoutMs: 12_000,
    reversalExhausted: random.chance(150) ? 'clear' : 'keep',
    reverseAtOnce: !random.chance(250),
    reversalReasonAfterFailure: random.chance(300) ? '06' : 'keep',
    trackEncryption: !random.chance(300),
    macAlgorithm: 'unionpay-ecb',
    cardholderCopy: random.chance(300),
    receiptLanguage: random.pick(['zh', 'en', 'both']),
    receiptQr: random.chance(100),
    voidNeedsCard: random.chance(150),
    duplicateStanJump: random.pick([0, 50]),
    autoSignOff: random.chance(200),
  }
}

function makeFaults(random: SeededRandom, rates: FaultRates, names = USUAL_NAMES): readonly Fault[] {
  const faults: Fault[] = []
  for (const kind of names) {
    if (!random.chance(rates[kind])) continue
    const info: FaultKindInfo = FAULT_KINDS[kind]
    faults.push({
      kind,
      nth: nthOf(random, info.nthMax),
      ms: info.ms === undefined ? 0 : random.between(...info.ms),
      part: random.below(1000),
      ...(info.device === undefined ? {} : { device: random.pick(info.device) }),
    })
  }
  return faults
}

/** Early moments are likelier than late ones, so that short steps are hit as well: each doubling is as likely. */
function nthOf(random: SeededRandom, most: number): number {
  const least = 2 ** random.below(Math.floor(Math.log2(most)) + 1)
  return random.between(least, Math.min(most, least * 2 - 1))
}
