import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FAULT_NAMES } from '../../sim/plan/fault-kinds.ts'
import { readScenario } from '../../sim/scenario/read-scenario.ts'
import { runScenario } from '../../sim/scenario/run-scenario.ts'
import type { Scenario } from '../../sim/scenario/scenario.ts'
import type { ScenarioResult } from '../../sim/scenario/scenario-result.ts'
import { RESPONSE_CODES } from '../../src/terminal/flows/response-codes.ts'

const LIBRARY = new URL('../../scenarios/', import.meta.url)
const FILES = readdirSync(LIBRARY, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
)

function scenarioOf(file: string): Scenario {
  const read = readScenario(readFileSync(new URL(file, LIBRARY), 'utf8'), file)
  if (!read.ok) throw new Error(read.error)
  return read.value
}

const results = new Map<string, ScenarioResult>()

/** Of one run in the simulated world, which is the same each time. */
function resultOf(file: string): ScenarioResult {
  const result = results.get(file) ?? runScenario(scenarioOf(file))
  results.set(file, result)
  return result
}

describe('the scenarios of the project', () => {
  it.each(FILES)('%s passes in the simulated world', (file) => {
    const { differences, findings } = resultOf(file)
    expect({ differences, findings }).toEqual({ differences: [], findings: [] })
  })

  it.each(RESPONSE_CODES.map(({ code }) => code))(
    'response code %s has one, and the host answers so',
    (code) => {
      const { steps } = resultOf(`response-codes/${code.toLowerCase()}.yaml`)
      const answers = steps.flatMap(({ messages }) => messages).filter(({ mti }) => mti.endsWith('10'))
      expect(answers.map(({ fields }) => fields[39])).toContain(code)
    },
  )

  it.each(FAULT_NAMES)('fault %s has one, and strikes in it', (kind) => {
    const name = kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    const { steps } = resultOf(`faults/${name}.yaml`)
    expect(steps.flatMap(({ struck }) => struck)).toContain(kind)
  })

  it('each says what it is about in both languages, and looks at the books', () => {
    const wanting = FILES.filter((file) => {
      const { nameZh, books } = scenarioOf(file)
      return nameZh === undefined || books?.accounts === undefined || books.merchantMinor === undefined
    })
    expect(wanting).toEqual([])
  })
})
