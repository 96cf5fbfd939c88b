import { parseAmount } from '../../src/base/money.ts'
import { err, ok, type Result } from '../../src/base/result.ts'
import { SCREEN_TEXTS } from '../../src/terminal/flows/screen-texts.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import type { PhoneDeed } from '../world/sim-wallet.ts'
import { CARD_NAMES, type CardName } from './card-names.ts'
import { DEED_NAMES, DEEDS, type DeedValue, PHONE_DEEDS, type ScenarioDeed } from './deeds.ts'
import { parseDuration } from './duration.ts'
import { parseFaultPhrase } from './fault-phrase.ts'
import type { OriginalStep, ScenarioFault, ScenarioStep, StepExpectation } from './scenario.ts'
import { faultOfIssue } from './scenario-fault.ts'
import { STEP_MEMBERS, type StepMembers } from './scenario-file.ts'

const CURRENCY = '156'
const USUAL_PAUSE_MS = 100
const CUSTOMER_THINKS_MS = 1000

type StepText = string | Readonly<Record<string, unknown>>
type StepWithFaults = ScenarioStep & { faults: Fault[] }

/** Reads the day: each step by its deed, references by the names of earlier steps. */
export function readSteps(
  day: readonly StepText[],
  faults: readonly string[] | undefined,
): Result<readonly ScenarioStep[], readonly ScenarioFault[]> {
  const reading = new StepReading()
  for (const [index, text] of day.entries()) reading.step(text, index)
  for (const [index, text] of (faults ?? []).entries()) reading.faultElsewhere(text, index)
  return reading.faults.length > 0 ? err(reading.faults) : ok(reading.steps)
}

class StepReading {
  readonly faults: ScenarioFault[] = []
  readonly steps: StepWithFaults[] = []
  readonly #counts = new Map<ScenarioDeed, number>()
  #path: readonly (string | number)[] = []

  step(text: StepText, index: number): void {
    this.#path = ['day', index]
    const all = Object.entries(typeof text === 'string' ? { [text]: '' } : text)
    const deeds = DEED_NAMES.filter((deed) => all.some(([name]) => name === deed))
    const [deed] = deeds
    if (deed === undefined || deeds.length > 1) {
      const what = all.map(([name]) => `"${name}"`).join(', ')
      this.#fault(
        deed === undefined
          ? `${what}: none of it is a deed; known are ${DEED_NAMES.join(', ')}`
          : `${what}: a step is one deed; begin another one with "- "`,
      )
      return
    }
    const members = STEP_MEMBERS.safeParse(Object.fromEntries(all.filter(([name]) => name !== deed)))
    if (!members.success) {
      for (const issue of members.error.issues) {
        const { path, message } = faultOfIssue(issue)
        this.#fault(message, ...path)
      }
      return
    }
    const number = (this.#counts.get(deed) ?? 0) + 1
    this.#counts.set(deed, number)
    const value = all.find(([name]) => name === deed)?.[1]
    const step = this.#stepOf(deed, number, value, members.data, index + 1)
    this.steps.push(step)
    for (const [place, phrase] of (members.data.faults ?? []).entries())
      this.#addFault(step.faults, phrase, ['faults', place])
  }

  /** A fault that names its step. */
  faultElsewhere(text: string, index: number): void {
    this.#path = ['faults', index]
    const phrase = parseFaultPhrase(text)
    if (!phrase.ok) {
      this.#fault(phrase.error)
      return
    }
    const { fault, step } = phrase.value
    const [only, ...more] = this.steps
    const where =
      step === undefined && more.length === 0
        ? only
        : this.steps.find(({ title }) => title === titleOf(step ?? ''))
    if (where === undefined)
      this.#fault(
        `"${text}" must name a step of the day, like "in ${this.steps[0]?.title ?? 'sale 1'}"; steps are ${this.steps.map(({ title }) => title).join(', ')}`,
      )
    else where.faults.push(fault)
  }

  #addFault(faults: Fault[], text: string, path: readonly (string | number)[]): void {
    const phrase = parseFaultPhrase(text)
    if (!phrase.ok) this.#fault(phrase.error, ...path)
    else if (phrase.value.step !== undefined)
      this.#fault(`"${text}" names a step: such a fault stands under "faults" of the whole scenario`, ...path)
    else faults.push(phrase.value.fault)
  }

  #stepOf(
    deed: ScenarioDeed,
    number: number,
    value: unknown,
    members: StepMembers,
    id: number,
  ): StepWithFaults {
    const kind: DeedValue = DEEDS[deed].value
    if (typeof value !== 'string') this.#fault(`"${deed}" takes one text`, deed)
    const given = typeof value === 'string' && value !== '' ? value : undefined
    this.#checkValue(deed, kind, given !== undefined)
    const amount = kind === 'amount' ? given : members.amount
    const original = kind === 'original' && given !== undefined ? this.#original(given) : undefined
    this.#checkAnswers(members.answers ?? {})
    return {
      id,
      title: `${deed} ${number}`,
      deed,
      amountMinor: amount === undefined ? undefined : this.#amount(amount),
      card: this.#card(deed, members.card, original),
      customer: this.#customer(deed, members.customer),
      original,
      argument: kind === 'text' ? given : undefined,
      pauseMs: this.#duration(kind === 'duration' ? given : members.pause),
      answers: members.answers ?? {},
      faults: [],
      expect: expectationOf(members),
    }
  }

  #checkValue(deed: ScenarioDeed, kind: DeedValue, isGiven: boolean): void {
    if (kind === 'none' && isGiven) this.#fault(`"${deed}" takes no value`)
    if (kind === 'original' && !isGiven) this.#fault(`"${deed}" needs its original, like "sale 1"`)
    if (kind === 'amount' && !isGiven) this.#fault(`"${deed}" needs an amount, like 12.34`)
    if (kind === 'duration' && !isGiven) this.#fault(`"${deed}" needs a duration, like 5 s`)
  }

  #amount(text: string): number {
    const minor = parseAmount(text, CURRENCY)
    if (minor === undefined) this.#fault(`"${text}" is no amount: write it like 12.34`)
    return minor ?? 0
  }

  /** The card of the original, unless another one is named. */
  #card(
    deed: ScenarioDeed,
    name: string | undefined,
    original: OriginalStep | undefined,
  ): CardName | undefined {
    if (name === undefined) {
      const before = this.steps.find(({ id }) => original?.kind === 'step' && original.id === id)
      return DEEDS[deed].card ? (before?.card ?? 'stripe') : undefined
    }
    const card = CARD_NAMES.find((each) => each === name)
    if (card === undefined) this.#fault(`"${name}" is no card; known are ${CARD_NAMES.join(', ')}`, 'card')
    else if (!DEEDS[deed].card) this.#fault(`"${deed}" needs no card`, 'card')
    return card
  }

  /** `confirms`, `refuses after 3 s`, `nothing`; somebody who is asked confirms after a second. */
  #customer(deed: ScenarioDeed, text: string | undefined): PhoneDeed | undefined {
    const hasPhone = PHONE_DEEDS.includes(deed)
    if (text === undefined) return hasPhone ? { answer: 'confirms', afterMs: CUSTOMER_THINKS_MS } : undefined
    const match = /^(confirms|refuses|nothing)(?: after (.+))?$/.exec(text.trim())
    const afterMs = match?.[2] === undefined ? CUSTOMER_THINKS_MS : parseDuration(match[2])
    if (!hasPhone) this.#fault(`"${deed}" has no customer with a phone`, 'customer')
    else if (match === null || afterMs === undefined)
      this.#fault(`"${text}": write confirms, refuses after 3 s, or nothing`, 'customer')
    const answer = match?.[1]
    return answer === 'confirms' || answer === 'refuses' ? { answer, afterMs: afterMs ?? 0 } : undefined
  }

  #checkAnswers(answers: Readonly<Record<string, string>>): void {
    for (const name of Object.keys(answers)) {
      if (!(name in SCREEN_TEXTS))
        this.#fault('no question is called so: "tillwire scenario words screens" lists them', 'answers', name)
    }
  }

  #original(text: string): OriginalStep {
    if (/^\d{1,6}$/.test(text)) return { kind: 'stan', stan: text.padStart(6, '0') }
    const title = titleOf(text)
    const step = this.steps.find((each) => each.title === title)
    if (step === undefined)
      this.#fault(`"${text}" is no earlier step: write it like "sale 1", or a trace number`)
    return { kind: 'step', id: step?.id ?? 0, title }
  }

  #duration(text: string | undefined): number {
    if (text === undefined) return USUAL_PAUSE_MS
    const ms = parseDuration(text)
    if (ms === undefined) this.#fault(`"${text}" is no duration: write it like 500 ms, 5 s, 2 min, 1 h`)
    return ms ?? 0
  }

  #fault(message: string, ...path: readonly (string | number)[]): void {
    this.faults.push({ path: [...this.#path, ...path], message })
  }
}

/** `sale` alone is the first. */
function titleOf(text: string): string {
  return /\d$/.test(text) ? text : `${text} 1`
}

function expectationOf({ expect }: StepMembers): StepExpectation {
  const full: Partial<StepExpectation> = expect ?? {}
  return {
    outcome: full.outcome,
    screens: full.screens,
    messages: full.messages,
    receipt: full.receipt,
    journal: full.journal,
  }
}
