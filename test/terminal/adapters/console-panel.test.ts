import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ConsolePanel } from '../../../src/terminal/adapters/console-panel.ts'
import { ReadlineSource } from '../../../src/terminal/adapters/line-source.ts'
import { JsonPanelOutput, TextPanelOutput } from '../../../src/terminal/adapters/panel-output.ts'
import { answerOf } from '../../../src/terminal/adapters/question-answer.ts'
import type { Question, QuestionAnswer, Screen } from '../../../src/terminal/flows/screen.ts'

const CONFIRM: Question = { kind: 'confirm', screen: { id: 'sure' } }
const CHOOSE: Question = {
  kind: 'choose',
  screen: { id: 'which' },
  options: [
    { id: 'debit', screen: { id: 'debitOption' } },
    { id: 'credit', screen: { id: 'creditOption' } },
  ],
}
const enter = (
  input: Extract<Question, { readonly kind: 'enter' }>['input'],
  lengthMin = 4,
  lengthMax = 6,
): Question => ({
  kind: 'enter',
  screen: { id: 'type' },
  input,
  lengthMin,
  lengthMax,
})
const text = (screen: Screen, language: 'zh' | 'en'): string => `${language}:${screen.id}`

describe('a typed line as an answer', () => {
  const answers: readonly (readonly [Question, string, QuestionAnswer | undefined])[] = [
    [CONFIRM, '', { kind: 'confirmed' }],
    [CONFIRM, ' Y ', { kind: 'confirmed' }],
    [CONFIRM, '是', { kind: 'confirmed' }],
    [CONFIRM, 'n', { kind: 'cancelled' }],
    [CONFIRM, '-', { kind: 'cancelled' }],
    [CONFIRM, 'sale 5', undefined],
    [CHOOSE, '2', { kind: 'chosen', id: 'credit' }],
    [CHOOSE, 'debit', { kind: 'chosen', id: 'debit' }],
    [CHOOSE, '0', undefined],
    [CHOOSE, '3', undefined],
    [CHOOSE, '', undefined],
    [CHOOSE, '-', { kind: 'cancelled' }],
    [enter('digits'), '1234', { kind: 'entered', text: '1234' }],
    [enter('digits'), '123', undefined],
    [enter('digits'), '12a4', undefined],
    [enter('digits', 0), '', { kind: 'entered', text: '' }],
    [enter('amount', 1, 12), '12.34', { kind: 'entered', text: '12.34' }],
    [enter('amount', 1, 12), '-5', undefined],
    [enter('text'), ' abcd ', { kind: 'entered', text: 'abcd' }],
    [enter('secret'), ' abc ', { kind: 'entered', text: ' abc ' }],
    [enter('secret'), 'much too long', undefined],
    [enter('pan', 13, 19), '6210 9480-0000 0011', { kind: 'entered', text: '6210948000000011' }],
    [enter('pan', 13, 19), '6210948x00000011', undefined],
  ]
  for (const [question, line, answer] of answers) {
    it(`"${line}" to ${question.kind} is ${answer?.kind ?? 'none'}`, () =>
      expect(answerOf(question, line)).toEqual(answer))
  }
})

/** A keyboard at a terminal, or a pipe. */
function setUp(isTTY: boolean) {
  const input = Object.assign(new PassThrough(), { isTTY })
  const output = new PassThrough()
  let interrupts = 0
  const lines = new ReadlineSource({ input, output, interrupted: () => interrupts++ })
  const panel = new ConsolePanel(lines, new TextPanelOutput((each) => lines.print(each), text, 'en'))
  return {
    input,
    lines,
    panel,
    interrupts: () => interrupts,
    written: () => String(output.read() ?? ''),
    ask: (question: Question) => new Promise<QuestionAnswer>((done) => panel.ask(question, done)),
  }
}

describe('the console panel on a pipe', () => {
  it('shows screens, asks, and takes the lines that follow as answers', async () => {
    const { input, panel, ask, written, lines } = setUp(false)
    input.write('2\nmaybe\n123\n1234\n')
    panel.show({ id: 'welcome' })
    expect(await ask(CHOOSE)).toEqual({ kind: 'chosen', id: 'credit' })
    expect(await ask(enter('digits'))).toEqual({ kind: 'entered', text: '1234' })
    expect(written()).toBe(
      '  en:welcome\n? en:which\n    1  en:debitOption\n    2  en:creditOption\n? en:type\n' +
        '! enter digits, 4 to 6 characters, or - to cancel\n! enter digits, 4 to 6 characters, or - to cancel\n',
    )
    lines.close()
  })

  it('the end of the input cancels what is asked, and all that is asked later', async () => {
    const { input, ask, written } = setUp(false)
    const asked = ask(CONFIRM)
    input.end()
    expect(await asked).toEqual({ kind: 'cancelled' })
    expect(await ask(enter('digits'))).toEqual({ kind: 'cancelled' })
    expect(written()).toContain('no more input: cancelled')
  })

  it('a question that is withdrawn leaves its line to the next one', async () => {
    const { input, panel, ask, lines } = setUp(false)
    let answered = false
    panel.ask(CONFIRM, () => {
      answered = true
    })
    panel.withdraw()
    panel.withdraw()
    const next = ask(enter('digits'))
    input.write('4321\n')
    expect(await next).toEqual({ kind: 'entered', text: '4321' })
    expect(answered).toBe(false)
    lines.close()
  })
})

describe('the console panel at a keyboard', () => {
  it('shows a secret only as stars and keeps it out of the history', async () => {
    const { input, ask, written, lines } = setUp(true)
    const asked = ask(enter('secret'))
    for (const key of ['s', 'e', 'c', 'x', '\u007f', 'r']) input.write(key)
    input.write('\r')
    expect(await asked).toEqual({ kind: 'entered', text: 'secr' })
    const shown = written()
    expect(shown).toContain('****')
    expect(shown).not.toMatch(/sec|x/)
    const next = ask(enter('text'))
    // Up: what is in the history.
    input.write('\u001b[A')
    input.write('abcd\r')
    expect(await next).toEqual({ kind: 'entered', text: 'abcd' })
    lines.close()
  })

  it('drops what was typed before anybody asked', async () => {
    const { input, ask, lines } = setUp(true)
    input.write('y\r')
    await new Promise((resume) => setImmediate(resume))
    const asked = ask(CONFIRM)
    input.write('n\r')
    expect(await asked).toEqual({ kind: 'cancelled' })
    lines.close()
  })

  it('Ctrl-C is told, and what was typed for a withdrawn question is gone', async () => {
    const { input, panel, ask, interrupts, lines } = setUp(true)
    panel.ask(enter('text'), () => {})
    input.write('ab')
    input.write('\u0003')
    await new Promise((resume) => setImmediate(resume))
    expect(interrupts()).toBe(1)
    panel.withdraw()
    const next = ask(enter('text'))
    input.write('wxyz\r')
    expect(await next).toEqual({ kind: 'entered', text: 'wxyz' })
    lines.close()
  })

  it('prints above the line that is being typed', async () => {
    const { input, panel, ask, written, lines } = setUp(true)
    const asked = ask(enter('text'))
    input.write('ab')
    await new Promise((resume) => setImmediate(resume))
    panel.show({ id: 'news' })
    input.write('cd\r')
    expect(await asked).toEqual({ kind: 'entered', text: 'abcd' })
    expect(written()).toContain('\r\u001b[K  en:news\n')
    lines.close()
  })
})

describe('the panel for programs', () => {
  it('gives one JSON object a line, with both languages', () => {
    const lines: unknown[] = []
    const output = new JsonPanelOutput((line) => lines.push(JSON.parse(line)), text)
    output.screen({ id: 'welcome', values: { amount: '1.00' } })
    output.question(CHOOSE)
    output.question(enter('pan', 13, 19))
    output.notAnAnswer(CONFIRM)
    output.inputEnded(CONFIRM)
    expect(lines).toEqual([
      {
        event: 'screen',
        id: 'welcome',
        values: { amount: '1.00' },
        text: { zh: 'zh:welcome', en: 'en:welcome' },
      },
      {
        event: 'question',
        ask: 'choose',
        id: 'which',
        text: { zh: 'zh:which', en: 'en:which' },
        options: [
          { option: 'debit', id: 'debitOption', text: { zh: 'zh:debitOption', en: 'en:debitOption' } },
          { option: 'credit', id: 'creditOption', text: { zh: 'zh:creditOption', en: 'en:creditOption' } },
        ],
      },
      {
        event: 'question',
        ask: 'enter',
        id: 'type',
        text: { zh: 'zh:type', en: 'en:type' },
        input: 'pan',
        lengthMin: 13,
        lengthMax: 19,
      },
      { event: 'notAnAnswer', id: 'sure', expected: { zh: '请回答 y 或 n', en: 'answer y or n' } },
      { event: 'inputEnded', id: 'sure' },
    ])
  })

  it('text in both languages stands side by side', () => {
    const lines: string[] = []
    const output = new TextPanelOutput((line) => lines.push(line), text, 'both')
    output.screen({ id: 'welcome' })
    expect(lines).toEqual(['  zh:welcome  en:welcome\n'])
  })
})
