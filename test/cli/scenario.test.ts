import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { afterAll, describe, expect, it } from 'vitest'
import { runHere } from './run-here.ts'

const directory = mkdtempSync(join(tmpdir(), 'tillwire-scenario-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const file = (name: string, text: string): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

async function runProgram(...args: readonly string[]) {
  const { code, output, errors } = await runHere('scenario', ...args)
  return { code, stdout: output, stderr: errors }
}

const GOOD = 'scenario: It works\nzh: 正常\nday:\n  - sale: 12.34\n    expect: approved 12.34\n'
const WRONG = 'scenario: <It> & "does not"\nday:\n  - sale: 7700.51\n    expect: approved 7700.51\n'

describe('tillwire scenario', () => {
  it('runs one and says that it passed', async () => {
    const { code, stdout } = await runProgram('run', file('good.yaml', GOOD))
    expect(code).toBe(0)
    expect(stdout).toMatch(/✓ .*good\.yaml {2}It works {2}正常/)
    expect(stdout).toContain('1 passed, 0 failed, 0 skipped')
  })

  it('a wrong expectation: exit code 1, which step, what was expected, what came, and the chart when asked', async () => {
    const path = file('wrong.yaml', WRONG)
    const { code, stdout, stderr } = await runProgram('run', path)
    expect(code).toBe(1)
    expect(stdout).toContain('sale 1: outcome: expected approved 7700.51\n      came declined 51')
    expect(stdout).not.toContain('═ step')
    expect(stderr).toBe('tillwire: 1 of 1 scenarios failed\n')
    expect((await runProgram('run', path, '--verbose')).stdout).toMatch(/◀─+ 0210 .* answer 51/)
  })

  it('writes JUnit that a parser takes, and JSON', async () => {
    const folder = mkdtempSync(join(directory, 'two-'))
    writeFileSync(join(folder, 'a.yaml'), GOOD)
    writeFileSync(join(folder, 'b.yaml'), WRONG)
    const report = join(directory, 'junit.xml')
    const { code, stdout } = await runProgram('run', folder, '--junit', report, '--json')
    expect(code).toBe(1)
    const xml = readFileSync(report, 'utf8')
    expect(XMLValidator.validate(xml)).toBe(true)
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(xml)
    const { testsuite } = testsuites
    expect(testsuite).toMatchObject({ '@_tests': '2', '@_failures': '1', '@_skipped': '0' })
    expect(testsuite.testcase).toMatchObject([
      { '@_name': 'It works' },
      {
        '@_name': '<It> & "does not"',
        failure: { '@_message': 'sale 1: outcome: expected approved 7700.51' },
      },
    ])
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 1,
      failed: 1,
      skipped: 0,
      scenarios: [
        { status: 'passed', outcomes: [{ step: 'sale 1', outcome: 'approved 12.34' }] },
        { status: 'failed', differences: [{ where: 'sale 1', what: 'outcome', came: ['declined 51'] }] },
      ],
    })
  })

  it('what new writes passes, and is not written over', async () => {
    const path = join(directory, 'new.yaml')
    expect((await runProgram('new', path)).code).toBe(0)
    expect((await runProgram('run', path)).code).toBe(0)
    const again = await runProgram('new', path)
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('is there already')
    expect((await runProgram('new')).stdout).toBe(readFileSync(path, 'utf8'))
  })

  it('lists the scenarios of the project, in both languages', async () => {
    const { code, stdout } = await runProgram('list')
    expect(code).toBe(0)
    expect(stdout).toContain('scenarios/faults/lose-reply.yaml\n    The reply is lost  应答丢失\n')
    const json = JSON.parse((await runProgram('list', '--json')).stdout) as { readonly name: string }[]
    expect(json.length).toBeGreaterThan(120)
  })

  it('check only reads: exit code 2 with file and line', async () => {
    const { code, stderr } = await runProgram('check', file('bad.yaml', `${GOOD}  - sell: 1\n`))
    expect(code).toBe(2)
    expect(stderr).toContain('bad.yaml:6: "sell": none of it is a deed')
    expect((await runProgram('check', 'all')).stdout).toMatch(/^\d{3} scenarios, no mistake found/)
  })

  it('lists the words', async () => {
    const { stdout } = await runProgram('words', 'faults')
    expect(stdout).toContain('lose reply 2 in sale 1')
    expect(stdout).toContain('应答丢失')
  })

  it.each([
    [['run', '/nowhere/x.yaml'], 'there is no /nowhere/x.yaml'],
    [['run', mkdtempSync(join(directory, 'none-'))], 'there is no scenario in'],
    [['run'], "missing required argument 'paths'"],
    [['words', 'colours'], 'Allowed choices are deeds, cards, faults, screens'],
  ])('%j: exit code 2 and one line', async (args, message) => {
    const { code, stderr } = await runProgram(...args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })
})
