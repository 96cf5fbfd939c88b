import { describe, expect, it } from 'vitest'
import { FAULT_KINDS, FAULT_NAMES } from '../../sim/plan/fault-kinds.ts'
import { example, faultWords, parseFaultPhrase } from '../../sim/scenario/fault-phrase.ts'
import { readScenario } from '../../sim/scenario/read-scenario.ts'
import { runScenario } from '../../sim/scenario/run-scenario.ts'
import type { Scenario } from '../../sim/scenario/scenario.ts'

function read(text: string): Scenario {
  const result = readScenario(text, 'x.yaml')
  if (!result.ok) throw new Error(result.error)
  return result.value
}

function errorOf(text: string): string {
  const result = readScenario(text, 'x.yaml')
  return result.ok ? '' : result.error
}

const HEAD = 'scenario: x\nday:\n'

describe('a scenario file', () => {
  it('takes amounts and message types as they stand', () => {
    const { steps } = read(`${HEAD}  - sale: 12.30\n    expect: {messages: [0200, 0210]}\n  - settle\n`)
    expect(steps).toMatchObject([
      { title: 'sale 1', amountMinor: 1230, card: 'stripe', expect: { messages: ['0200', '0210'] } },
      { title: 'settle 1', amountMinor: undefined, card: undefined },
    ])
  })

  it('a step that refers to another one is done with the same card', () => {
    const { steps } = read(
      `${HEAD}  - sale: 1.00\n    card: chip\n  - void: sale 1\n  - refund: sale\n    card: stripe\n`,
    )
    expect(steps.map(({ card }) => card)).toEqual(['chip', 'chip', 'stripe'])
  })

  it('a fault goes to the step that it names, or to the only one', () => {
    const two = read(
      `${HEAD}  - sale: 1.00\n  - sale: 2.00\nfaults: [lose reply to sale 2, no card in sale]\n`,
    )
    expect(two.steps.map(({ faults }) => faults.map(({ kind }) => kind))).toEqual([
      ['cardAbsent'],
      ['loseReply'],
    ])
    expect(read(`${HEAD}  - sale: 1.00\nfaults: lose reply 2\n`).steps[0]?.faults).toMatchObject([
      { kind: 'loseReply', nth: 2 },
    ])
  })

  it.each([
    ['', 'x.yaml:1: expected members'],
    ['day: [settle]', 'x.yaml:1: scenario: expected the name of the scenario'],
    ['scenario: x', 'x.yaml:1: day: expected a list of what people do'],
    ['scenario: x\nday: []', 'x.yaml:2: day: expected at least one step'],
    ['scenario: x\n\tday: 1', 'x.yaml:2: this is no YAML'],
    [
      `${HEAD}  - settle\n    expect: settled`,
      'x.yaml:3: a deed that has members needs a colon: "- settle:"',
    ],
    [`${HEAD}  - settle\nbokks: {}`, 'x.yaml:4: bokks: not known here; known are scenario, zh, about'],
    [`${HEAD}  - sell: 1`, 'x.yaml:3: "sell": none of it is a deed; known are sale, keyed sale'],
    [`${HEAD}  - {sale: 1, void: sale 1}`, 'a step is one deed'],
    [`${HEAD}  - sale: 1\n    crad: chip`, 'x.yaml:4: crad: not known here; known are amount, card'],
    [`${HEAD}  - sale: 1\n    card: gold`, 'x.yaml:4: card: "gold" is no card; known are chip'],
    [`${HEAD}  - settle:\n    card: chip`, 'x.yaml:4: card: "settle" needs no card'],
    [`${HEAD}  - settle: 1`, '"settle" takes no value'],
    [`${HEAD}  - sale`, '"sale" needs an amount, like 12.34'],
    [`${HEAD}  - sale: 1.234`, '"1.234" is no amount: write it like 12.34'],
    [`${HEAD}  - void`, '"void" needs its original, like "sale 1"'],
    [`${HEAD}  - void: sale 1`, '"sale 1" is no earlier step'],
    [`${HEAD}  - wait`, '"wait" needs a duration, like 5 s'],
    [`${HEAD}  - sale: 1\n    pause: soon`, '"soon" is no duration: write it like 500 ms'],
    [`${HEAD}  - sale: 1\n    answers: {nix: yes}`, 'x.yaml:4: nix: no question is called so'],
    [
      `${HEAD}  - sale: 1\n    expect: {outcom: done}`,
      'x.yaml:4: outcom: not known here; known are outcome, screens',
    ],
    [`${HEAD}  - sale: 1\n    faults: lose everything`, 'x.yaml:4: "lose everything" names no fault'],
    [
      `${HEAD}  - sale: 1\n    faults: lose reply to sale 1`,
      'names a step: such a fault stands under "faults"',
    ],
    [`${HEAD}  - sale: 1\n  - settle\nfaults: lose reply`, 'must name a step of the day, like "in sale 1"'],
    [`${HEAD}  - settle\nhosts: 3`, 'x.yaml:4: hosts: expected 1 or 2'],
    [`${HEAD}  - settle\nshared line: perhaps`, 'x.yaml:4: shared line: expected yes or no'],
    [`${HEAD}  - settle\nseed: few`, 'x.yaml:4: seed: expected a whole number'],
    [`${HEAD}  - settle\nterminal: {pinLengthMin: 3}`, 'x.yaml:4: terminal: pinLengthMin'],
    [`${HEAD}  - settle\nterminal: {terminalId: '1'}`, 'who the terminal is can not be changed'],
    [
      `${HEAD}  - settle\nbooks: {accounts: {gold: 1}}`,
      'x.yaml:4: gold: no card is called so; known are chip',
    ],
    [
      `${HEAD}  - settle\nbooks: {merchant: much}`,
      'x.yaml:4: merchant: "much": expected an amount like 12.34',
    ],
  ])('%j: says where and what', (text, message) => {
    expect(errorOf(text)).toContain(message)
  })

  it('tells all mistakes at once', () => {
    const error = errorOf(`${HEAD}  - sale: x\n  - void: sale 7\nbooks: {merchant: y}\n`)
    expect(error.split('\n').map((line) => line.split(': ')[0])).toEqual(['x.yaml:3', 'x.yaml:4', 'x.yaml:5'])
  })
})

describe('a fault', () => {
  it.each(FAULT_NAMES)('%s: its own example reads as itself', (kind) => {
    const phrase = parseFaultPhrase(example(kind))
    expect(phrase).toMatchObject({ ok: true, value: { step: 'sale 1', fault: { kind } } })
    const { device } = FAULT_KINDS[kind] as { readonly device?: readonly string[] }
    const bare = parseFaultPhrase(faultWords(kind))
    expect(bare.ok).toBe(device === undefined || device.length === 1)
  })

  it.each([
    ['cut power after journal append', { kind: 'cutPowerAfterAppend', nth: 1 }],
    ['cut power after the append 3 for 1 s', { kind: 'cutPowerAfterAppend', nth: 3, ms: 1000 }],
    ['cut power after 3 s', { kind: 'cutPowerAtTime', ms: 3000 }],
    ['Unplug PIN pad at byte 40, for 2 min', { kind: 'unplug', device: 'pinPad', nth: 40, ms: 120_000 }],
    ['lose frame from card reader 2', { kind: 'loseFromDevice', device: 'reader', nth: 2 }],
    ['restart host', { kind: 'restartHost' }],
    ['restart reader', { kind: 'deviceReset', device: 'reader' }],
    ['wrong stan reply variant 20', { kind: 'wrongStanReply', part: 20 }],
  ])('%s', (text, fault) => {
    expect(parseFaultPhrase(text)).toMatchObject({ ok: true, value: { fault } })
  })

  it.each([
    ['unplug', 'needs its device, like "unplug printer at byte 2 for 2 s in sale 1"'],
    ['lose reply on printer', 'is not understood'],
    ['lose reply printer', 'has no device'],
    ['lose reply for 3 s', 'has no length'],
    ['restart printer', 'does not happen to the printer'],
    ['open cover 2', 'strikes once in a step'],
    ['lose reply 0', 'counts from 1'],
    ['lose reply 1 2', '"2" is not understood'],
  ])('%s: %s', (text, message) => {
    const phrase = parseFaultPhrase(text)
    expect(phrase.ok ? '' : phrase.error).toContain(message)
  })
})

describe('what came otherwise', () => {
  const differencesOf = (text: string) => runScenario(read(text)).differences

  it('is told with what came instead, for each kind of expectation', () => {
    const differences = differencesOf(`${HEAD}  - sale: 12.34
    expect:
      outcome: declined 51
      screens: [Approved, Insufficient]
      messages: [0200 4=000000001235, 0210]
      receipt: none
      journal: [answered, requested]
books: {transactions: sale 12.35 approved, accounts: {stripe: 0}, merchant: 12.35}
`)
    expect(differences.map(({ where, what, expected }) => [where, what, expected])).toEqual([
      ['sale 1', 'outcome', 'declined 51'],
      ['sale 1', 'screen', 'Insufficient'],
      ['sale 1', 'message', '0200 4=000000001235'],
      ['sale 1', 'receipt', 'none'],
      ['sale 1', 'journal', 'requested'],
      ['books', 'transactions', 'sale 12.35 approved'],
      ['books', 'merchant', '12.35'],
      ['books', 'account of stripe', '0.00'],
    ])
    expect(differences[2]?.came[0]).toBe('0200 3=000000 4=000000001234 11=000002')
    expect(JSON.stringify(differences)).not.toMatch(/(?<!\d)\d{16}(?!\d)/)
  })

  it.each([
    ['[0200]', 'nothing more'],
    ['[0200, 0210, 0400]', '0400'],
    ['[0210]', '0210'],
    ['[..., 0200]', 'nothing more'],
    ['none', 'nothing more'],
  ])('messages %s are not those of a sale', (messages, expected) => {
    expect(differencesOf(`${HEAD}  - sale: 1.00\n    expect: {messages: ${messages}}\n`)).toMatchObject([
      { what: 'message', expected },
    ])
  })

  it.each(['[0200, 0210]', '[...]', '[..., 0210]', '[0200 55=-, ...]', '[0200 52=*, 0210 39=0*]'])(
    'messages %s are',
    (messages) => {
      expect(differencesOf(`${HEAD}  - sale: 1.00\n    expect: {messages: ${messages}}\n`)).toEqual([])
    },
  )

  it('a step without expectation must succeed', () => {
    expect(differencesOf(`${HEAD}  - sale: 7700.51\n`)).toMatchObject([
      { what: 'outcome', expected: 'it succeeds', came: ['declined 51'] },
    ])
  })

  it('a fault whose moment never came', () => {
    expect(differencesOf(`${HEAD}  - sale: 1.00\nfaults: lose reply 2\n`)).toEqual([
      { where: 'sale 1', what: 'fault', expected: 'lose reply 2', came: ['its moment never came'] },
    ])
  })
})
