import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FAULT_KINDS, FAULT_NAMES, type FaultKind, type FaultKindInfo } from '../../sim/plan/fault-kinds.ts'
import { notProvokable } from '../../sim/real/not-provokable.ts'
import { CARD_TEXTS } from '../../sim/scenario/card-names.ts'
import { DEEDS } from '../../sim/scenario/deeds.ts'
import { faultWords, parseFaultPhrase } from '../../sim/scenario/fault-phrase.ts'
import { readScenario } from '../../sim/scenario/read-scenario.ts'
import { runScenario } from '../../sim/scenario/run-scenario.ts'
import type { Scenario } from '../../sim/scenario/scenario.ts'
import { BOOKS, EXPECT, SCENARIO_FILE, STEP_MEMBERS } from '../../sim/scenario/scenario-file.ts'
import { statusOf } from '../../sim/scenario/scenario-result.ts'

const PAGE = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8')

/** The rows of a table of the page, by the name of its first column. */
function table(first: string): readonly (readonly string[])[] {
  const lines = PAGE.split('\n')
  const start = lines.findIndex((line) => new RegExp(`^\\| ${first} +\\|`).test(line))
  const rows = lines.slice(start + 2)
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

const names = (rows: readonly (readonly string[])[]): readonly string[] =>
  rows.map(([name = '']) => name.replaceAll('`', ''))

/** Tables that begin with `member`, in their order on the page. */
function memberTables(): readonly (readonly string[])[] {
  const found: string[][] = []
  for (const [, rows = ''] of PAGE.matchAll(/^\| member +\|.*\n\|.*\n((?:\|.*\n)+)/gm))
    found.push([...rows.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name))
  return found
}

function scenarioWith(kind: FaultKind): Scenario {
  const { device } = FAULT_KINDS[kind] as FaultKindInfo
  const phrase = `${faultWords(kind)}${(device?.length ?? 0) > 1 ? ' reader' : ''}`
  const read = readScenario(
    `scenario: x\nday: ["sale"]\n`.replace('"sale"', `{sale: 1, faults: ${phrase}}`),
    'x',
  )
  if (!read.ok) throw new Error(read.error)
  return read.value
}

describe('docs/scenarios.md', () => {
  it('has every deed, with what the program says of it', () => {
    expect(table('deed').map(([name, , text]) => [name?.replaceAll('`', ''), text])).toEqual(
      Object.entries(DEEDS).map(([name, { en }]) => [name, en]),
    )
  })

  it('has every card', () => {
    const documented = new Map(table('card').map(([name = '', text]) => [name.replaceAll('`', ''), text]))
    expect(documented).toEqual(new Map(Object.entries(CARD_TEXTS).map(([name, [, en]]) => [name, en])))
  })

  it('has every fault, whether it takes a device and a length, and whether it can be provoked for real', () => {
    expect(table('name').map(([phrase, text, real]) => [phrase?.replaceAll('`', ''), text, real])).toEqual(
      FAULT_NAMES.map((kind) => {
        const { device, ms, en }: FaultKindInfo = FAULT_KINDS[kind]
        const time = kind === 'cutPowerAtTime' ? ' after TIME' : ' for TIME'
        const phrase = [
          faultWords(kind),
          (device?.length ?? 0) > 1 ? ' DEVICE' : '',
          ms !== undefined && ms[1] > 0 ? time : '',
        ]
        return [phrase.join(''), en, notProvokable(scenarioWith(kind), 'own') === undefined ? 'yes' : 'no']
      }),
    )
  })

  it('has every member of a file, a step, an expectation and the books', () => {
    const shapes = [SCENARIO_FILE, STEP_MEMBERS, EXPECT, BOOKS].map(({ shape }) => Object.keys(shape).sort())
    expect(memberTables().map((each) => [...each].sort())).toEqual(shapes)
    expect(names(table('member')).length).toBeGreaterThan(5)
  })

  it('shows scenarios that come out as it says', () => {
    const examples = [...PAGE.matchAll(/```yaml\n(scenario:[^`]*)```/g)].map(([, text = '']) => {
      const read = readScenario(text, 'first.yaml')
      if (!read.ok) throw new Error(read.error)
      return runScenario(read.value)
    })
    expect(examples.map(statusOf)).toEqual(['passed', 'failed', 'passed'])
    expect(examples[1]?.differences).toEqual([
      { where: 'sale 1', what: 'outcome', expected: 'it succeeds', came: ['reversed 98 accepted'] },
    ])
  })

  it('shows faults that can be read', () => {
    const [, block = ''] = /```yaml\nfaults:\n([^`]*)```/.exec(PAGE) ?? []
    const phrases = [...block.matchAll(/^ {2}- ([^#\n]+)/gm)].map(([, phrase = '']) => phrase.trim())
    expect(phrases.length).toBe(4)
    expect(phrases.filter((phrase) => !parseFaultPhrase(phrase).ok)).toEqual([])
  })
})
