import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runHere } from '../cli/run-here.ts'
import { BenchOfParts } from './bench-of-parts.ts'
import { Program } from './program.ts'

const directory = mkdtempSync(join(tmpdir(), 'tillwire-real-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const file = (name: string, text: string): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

async function runScenarios(...args: readonly string[]) {
  const program = new Program(['scenario', 'run', ...args])
  const code = await program.ended()
  return { code, stdout: program.output, stderr: program.errors }
}

/** What is refused starts nothing: it needs no program of its own. */
const refuse = (...args: readonly string[]) => runHere('scenario', 'run', ...args)

interface JsonReport {
  readonly passed: number
  readonly skipped: number
  readonly scenarios: readonly {
    readonly status: string
    readonly reason?: string
    readonly outcomes: readonly { readonly outcome: string }[]
    readonly differences: readonly { readonly what: string; readonly came: readonly string[] }[]
    readonly findings: readonly unknown[]
    readonly notChecked: readonly string[]
  }[]
}

const BREAKS = new URL('../../scenarios/days/everything-breaks.yaml', import.meta.url).pathname
const TORN = new URL('../../scenarios/faults/cut-power-in-append.yaml', import.meta.url).pathname
const WRONG = `scenario: x
day:
  - sale: 7700.51
    expect: {outcome: approved 7700.51, receipt: none}
books: {merchant: 7700.51}
`

describe('scenarios over pseudo-terminals and TCP', () => {
  it('one fault of each sort strikes for real; what can not be provoked is skipped, and said; what differs fails', async () => {
    const junit = join(directory, 'junit.xml')
    const { code, stdout } = await runScenarios(
      ...[BREAKS, TORN, file('wrong.yaml', WRONG), '--real', '--json', '--junit', junit],
    )
    const { scenarios, ...counts } = JSON.parse(stdout) as JsonReport
    expect(scenarios[0]).toMatchObject({ status: 'passed', differences: [], findings: [] })
    expect(scenarios[1]).toMatchObject({ status: 'skipped', outcomes: [{ outcome: '' }, { outcome: '' }] })
    expect(scenarios[1]?.reason).toContain('torn')
    expect(scenarios[2]?.differences).toMatchObject([
      { what: 'outcome', came: ['declined 51'] },
      { what: 'merchant', came: ['0.00'] },
    ])
    expect(counts).toEqual({ passed: 1, failed: 1, skipped: 1 })
    expect(code).toBe(1)
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(readFileSync(junit, 'utf8'))
    expect(testsuites.testsuite.testcase[1].skipped['@_message']).toContain('torn')
  }, 120_000)

  it('says so when nothing could be run', async () => {
    const { code, stdout, stderr } = await runScenarios(TORN, '--real')
    expect(code).toBe(1)
    expect(stdout).toContain('SKIPPED')
    expect(stdout).toContain('1 scenarios were NOT run here')
    expect(stderr).toBe('tillwire: no scenario could be run here\n')
  }, 60_000)
})

describe('scenarios against a host that is not ours', () => {
  let bench: BenchOfParts
  let flags: readonly string[]

  beforeAll(async () => {
    bench = await BenchOfParts.in(directory)
    const board = await bench.startBoard()
    board.signal('SIGTERM')
    await board.ended()
    await bench.makeCard('chip', '6210948000000029')
    await bench.makeCard('stripe', '6210948000000011', '--stripe-only')
    const keyBlock = file('key-block', await bench.makeKeyBlock())
    const profile = file(
      'profile.json',
      await bench.run('host', 'terminal', 'profile', '--tid', '10000001', '--data', bench.path('host')),
    )
    await bench.startHost()
    flags = [
      ...['--host', bench.address, '--profile', profile, '--key-block-file', keyBlock],
      ...['--board', bench.path('board'), '--cards', bench.path('cards')],
    ]
  }, 60_000)
  afterAll(() => bench.stopAll())

  const STORY = `scenario: Black box
terminal: {replyTimeoutMs: 1500}
day:
  - sale: 12.34
    card: chip
    expect:
      outcome: approved 12.34
      messages: [0200 4=000000001234 41=10000001, 0210 39=00]
      receipt: [CNY 12.34, TC]
      journal: [requested, answered, receiptPrinted]
  - sale: 20.00
    expect: {outcome: reversed 98 accepted, messages: [0200, 0210, 0400 39=98, 0410 39=00]}
  - sale: 7700.51
    expect: {outcome: declined 51, screens: [Insufficient funds]}
  - void: sale 1
  - settle
faults: lose reply to sale 2
books: {merchant: 1.00}
`

  it('outcome, screens, messages, receipt and journal are looked at; the books are not, and that is said', async () => {
    const lost = STORY.replace('card: chip', 'card: lost card')
    const hosts = 'scenario: x\nday: [settle]\nfaults: restart host\n'
    const wrong = STORY.replace('declined 51', 'declined 52')
    const { code, stdout } = await runScenarios(
      ...[file('a.yaml', STORY), file('b.yaml', lost), file('c.yaml', hosts), file('d.yaml', wrong)],
      ...[...flags, '--json'],
    )
    const { scenarios } = JSON.parse(stdout) as JsonReport
    expect(scenarios[0]).toMatchObject({
      differences: [],
      findings: [],
      status: 'passed',
      notChecked: ["the host's books: they are its own"],
    })
    expect(scenarios[1]).toMatchObject({ status: 'skipped' })
    expect(scenarios[1]?.reason).toContain('cards/lost-card.json')
    expect(scenarios[2]).toMatchObject({ status: 'skipped' })
    expect(scenarios[2]?.reason).toContain("the host is somebody else's")
    expect(scenarios[3]?.differences).toMatchObject([{ what: 'outcome', came: ['declined 51'] }])
    expect(code).toBe(1)
  }, 120_000)

  it('nobody listens there: exit code 2', async () => {
    const dead = flags.map((flag) => (flag === bench.address ? '127.0.0.1:1' : flag))
    const { code, errors } = await refuse(file('a.yaml', STORY), ...dead)
    expect(code).toBe(2)
    expect(errors).toContain('127.0.0.1:1: connection refused; is the host running there?')
  })

  it.each([
    [['--key-block-file'], 'needs --key-block-file'],
    [['--board'], 'needs --board DIR'],
    [['--cards'], 'needs --cards DIR'],
  ])('without %j: exit code 2 and what to do', async ([left], message) => {
    const at = flags.indexOf(left ?? '')
    const { code, errors } = await refuse(
      file('a.yaml', STORY),
      ...flags.filter((_, index) => index !== at && index !== at + 1),
    )
    expect(code).toBe(2)
    expect(errors).toContain(message)
  })
})
