import { valueToText } from '../../src/iso8583/message-text.ts'
import type { Screen } from '../../src/terminal/flows/screen.ts'
import { renderScreen } from '../../src/terminal/flows/screen-texts.ts'
import { faultWords } from './fault-phrase.ts'
import type { ScenarioStep, StepExpectation } from './scenario.ts'
import { type SentMessage, type StepRecord, wordsOfMessage } from './step-record.ts'

/** Something that came otherwise than the scenario says. */
export interface Difference {
  /** The step, or `books`. */
  readonly where: string
  readonly what: string
  readonly expected: string
  /** What came instead, one line each. */
  readonly came: readonly string[]
}

type Came = Omit<Difference, 'where'> | undefined
type Comparison = (expect: StepExpectation, record: StepRecord) => Came

/** What it means that a deed succeeds. */
const SUCCESSES: readonly string[] = ['approved', 'done', 'settled', 'balance', 'report', 'echoed', 'devices']

const COMPARISONS: readonly Comparison[] = [
  ({ outcome }, record) => {
    const isGood =
      outcome === undefined
        ? SUCCESSES.some((each) => beginsWith(record.outcome, each))
        : beginsWith(record.outcome, outcome)
    return isGood
      ? undefined
      : { what: 'outcome', expected: outcome ?? 'it succeeds', came: [record.outcome] }
  },
  ({ screens }, record) => {
    const missing = missingInOrder(screens ?? [], record.screens, isScreen)
    return differenceOf('screen', missing, record.screens.map(wordsOfScreen))
  },
  ({ messages }, record) => {
    const wrong = messages && compareMessages(messages, record.messages)
    const came = record.messages.map((each) => wordsOfMessage(each, fieldsOf(messages)))
    return differenceOf('message', wrong, came)
  },
  ({ receipt }, record) => {
    const lines = record.paper.filter((line) => line.trim() !== '')
    const isOnLine = (wanted: string, line: string): boolean => squeezed(line).includes(squeezed(wanted))
    const missing =
      receipt?.length === 0 && lines.length > 0 ? 'none' : missingInOrder(receipt ?? [], lines, isOnLine)
    return differenceOf('receipt', missing, lines)
  },
  ({ journal }, record) => {
    const kinds = record.journal.map(({ kind }) => kind)
    const missing = missingInOrder(journal ?? [], kinds, (wanted, kind) => wanted === kind)
    return differenceOf('journal', missing, kinds)
  },
]

/** Holds what happened in a step against what the scenario expects of it. */
export function compareStep(step: ScenarioStep, record: StepRecord | undefined): readonly Difference[] {
  const where = step.title
  if (record === undefined)
    return [{ where, what: 'step', expected: 'it is done', came: ['the run ended before it'] }]
  const differences = COMPARISONS.flatMap((compare) => {
    const difference = compare(step.expect, record)
    return difference === undefined ? [] : [{ where, ...difference }]
  })
  // A scenario whose fault never came would show nothing of it.
  const left = [...record.struck]
  const missing = step.faults.filter(({ kind }) => {
    const at = left.indexOf(kind)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  return [
    ...differences,
    ...missing.map(({ kind, nth }) => ({
      where,
      what: 'fault',
      expected: `${faultWords(kind)} ${nth}`,
      came: ['its moment never came'],
    })),
  ]
}

function differenceOf(what: string, expected: string | undefined, came: readonly string[]): Came {
  return expected === undefined ? undefined : { what, expected, came: came.length > 0 ? came : ['nothing'] }
}

/** Whole words: `declined 5` is not the beginning of `declined 51`. */
function beginsWith(text: string, beginning: string): boolean {
  return `${text} `.startsWith(`${beginning.trim()} `)
}

/** The first of `wanted` that does not come after the one before it; undefined when all do. */
function missingInOrder<T>(
  wanted: readonly string[],
  came: readonly T[],
  matches: (wanted: string, item: T) => boolean,
): string | undefined {
  let at = 0
  for (const each of wanted) {
    const found = came.findIndex((item, index) => index >= at && matches(each, item))
    if (found < 0) return each
    at = found + 1
  }
  return undefined
}

function isScreen(wanted: string, screen: Screen): boolean {
  if (wanted === screen.id) return true
  return (['en', 'zh'] as const).some((language) =>
    squeezed(renderScreen(screen, language)).includes(squeezed(wanted)),
  )
}

function wordsOfScreen(screen: Screen): string {
  return `${screen.id}: ${renderScreen(screen, 'en')} / ${renderScreen(screen, 'zh')}`
}

/** Columns of a slip move with the width of the paper. */
function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

const ANY = '...'

/** All messages, in order; undefined when they are as expected, else the line that finds no message. */
function compareMessages(wanted: readonly string[], came: readonly SentMessage[]): string | undefined {
  let at = 0
  let isOpen = false
  for (const line of wanted) {
    if (line.trim() === ANY) {
      isOpen = true
      continue
    }
    const found = isOpen
      ? came.findIndex((message, index) => index >= at && isMessage(line, message))
      : came[at] !== undefined && isMessage(line, came[at] as SentMessage)
        ? at
        : -1
    if (found < 0) return line
    at = found + 1
    isOpen = false
  }
  return isOpen || at === came.length ? undefined : 'nothing more'
}

/** `0200 4=000000001234 55=*`: type, and what fields hold; `*` for the rest of a value, `-` for no field. */
function isMessage(line: string, { mti, fields }: SentMessage): boolean {
  const [type, ...conditions] = line.trim().split(/\s+/)
  if (type !== mti) return false
  return conditions.every((condition) => {
    const [bit = '', wanted = ''] = condition.split('=')
    const value = fields[Number(bit)]
    if (value === undefined) return wanted === '-'
    const text = valueToText(value)
    return wanted.endsWith('*') ? text.startsWith(wanted.slice(0, -1)) : text === wanted
  })
}

/** The fields that a scenario looks at, so that the list of what came shows them. */
function fieldsOf(lines: readonly string[] | undefined): readonly number[] {
  return (lines ?? []).flatMap((line) => [...line.matchAll(/(?<= )(\d+)=/g)].map(([, bit]) => Number(bit)))
}
