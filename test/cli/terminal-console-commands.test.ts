import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  consoleHelp,
  describeCommandError,
  parseConsoleCommand,
  splitScript,
} from '../../src/cli/terminal-console-commands.ts'
import { completionsOf } from '../../src/cli/terminal-console-completion.ts'
import { CONSOLE_COMMANDS } from '../../src/cli/terminal-console-table.ts'
import type { TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'

const CNY = '156'
const JPY = '392'
const parse = (line: string, currency = CNY) => parseConsoleCommand(line, currency)
const commands = (line: string) => {
  const result = parse(line)
  return result.ok ? result.value : result.error
}

describe('a console line', () => {
  const lines: readonly (readonly [string, TerminalCommand])[] = [
    ['sale 12.34', { kind: 'sale', amountMinor: 1234 }],
    ['SALE 12', { kind: 'sale', amountMinor: 1200 }],
    ['  sale\t0.5  keyed ', { kind: 'sale', amountMinor: 50, entry: 'keyed' }],
    ['sale keyed', { kind: 'sale', entry: 'keyed' }],
    ['消费 1', { kind: 'sale', amountMinor: 100 }],
    ['sale', { kind: 'sale' }],
    ['sale 12.34 tip 1.5 keyed', { kind: 'sale', amountMinor: 1234, tipMinor: 150, entry: 'keyed' }],
    ['sale 1234 JPY tip 100', { kind: 'sale', amountMinor: 1234, currency: '392', tipMinor: 100 }],
    ['tip 12 1.50', { kind: 'tipAdjustment', stan: '000012', tipMinor: 150 }],
    ['小费 12 0', { kind: 'tipAdjustment', stan: '000012', tipMinor: 0 }],
    ['tip', { kind: 'tipAdjustment' }],
    ['void 12', { kind: 'void', stan: '000012' }],
    ['void', { kind: 'void' }],
    [
      'refund 5.00 123456789012 000001-000012-1123',
      {
        kind: 'refund',
        amountMinor: 500,
        originalReferenceNumber: '123456789012',
        original: { batch: '000001', stan: '000012', date: '1123' },
      },
    ],
    [
      'refund - 123456789012 keyed',
      { kind: 'refund', originalReferenceNumber: '123456789012', entry: 'keyed' },
    ],
    ['balance', { kind: 'balance' }],
    ['preauth 100', { kind: 'preAuthorisation', amountMinor: 10_000 }],
    [
      'complete 90.10 A1B2C3 000001-000007',
      {
        kind: 'completion',
        amountMinor: 9010,
        authorisationCode: 'A1B2C3',
        original: { batch: '000001', stan: '000007', date: '0000' },
      },
    ],
    ['complete-advice 1', { kind: 'completionAdvice', amountMinor: 100 }],
    ['cancel-preauth - 123456', { kind: 'preAuthorisationCancel', authorisationCode: '123456' }],
    ['void-completion 3', { kind: 'completionVoid', stan: '000003' }],
    ['settle', { kind: 'settle' }],
    ['signin', { kind: 'signIn' }],
    ['signoff', { kind: 'signOff' }],
    ['echo', { kind: 'echo' }],
    ['send', { kind: 'sendPending' }],
    ['reprint 000012', { kind: 'reprint', stan: '000012' }],
    ['print', { kind: 'printOwed' }],
    ['report transactions', { kind: 'report', detail: 'transactions' }],
    ['report', { kind: 'report' }],
    ['transactions', { kind: 'transactions' }],
    ['devices', { kind: 'deviceReport' }],
    ['login 01', { kind: 'logOn', operator: '01' }],
    ['logout', { kind: 'logOff' }],
    ['password', { kind: 'changePassword' }],
    ['add-operator 02 supervisor', { kind: 'addOperator', number: '02', role: 'supervisor' }],
    ['remove-operator 02', { kind: 'removeOperator', number: '02' }],
    ['load-key B0016D0TN00S0000', { kind: 'loadMasterKey', keyBlock: 'B0016D0TN00S0000' }],
  ]
  for (const [line, command] of lines) {
    it(`"${line.trim()}" is ${command.kind}`, () => expect(commands(line)).toEqual({ kind: 'run', command }))
  }

  it('may be for the console itself', () => {
    expect(commands('language zh')).toEqual({ kind: 'language', language: 'zh' })
    expect(commands('help')).toEqual({ kind: 'help' })
    expect(commands('?')).toEqual({ kind: 'help' })
    expect(commands('quit')).toEqual({ kind: 'quit' })
    for (const line of ['', '   ', '# sale 5', '#']) expect(commands(line)).toEqual({ kind: 'nothing' })
  })

  it('takes amounts by the currency', () => {
    expect(parse('sale 500', JPY)).toMatchObject({ value: { command: { amountMinor: 500 } } })
    expect(parse('sale 5.00', JPY)).toMatchObject({ error: { kind: 'badArgument', argument: 1 } })
  })

  it('that is wrong says which argument and what it should be', () => {
    for (const line of [
      'sale 12.345',
      'sale 0',
      'sale -5',
      'sale 1e3',
      'void x',
      'void 0',
      'void 1234567',
      'login 1',
      'language fr',
      'language',
      'load-key',
      'report all',
    ])
      expect(parse(line), line).toMatchObject({ ok: false, error: { kind: 'badArgument', argument: 1 } })
    expect(parse('complete 1 A1B2C3D')).toMatchObject({ error: { kind: 'badArgument', argument: 2 } })
    expect(parse('settle now')).toMatchObject({ error: { kind: 'tooManyArguments', usage: 'settle' } })
    expect(parse('sale 1 keyed 2')).toMatchObject({ error: { kind: 'tooManyArguments' } })
  })

  it('with a slip of the finger gets the command that was meant', () => {
    expect(parse('slae 5')).toEqual({ ok: false, error: { kind: 'unknownCommand', nearest: 'sale' } })
    expect(parse('setle')).toMatchObject({ error: { nearest: 'settle' } })
    expect(parse('6210948000000011')).toMatchObject({ error: { nearest: undefined } })
  })

  it('is never thrown at and never repeated in an error', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(...CONSOLE_COMMANDS.map(({ name }) => name), 'keyed', '-', '1'),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        const result = parse(words.join(' '))
        if (!result.ok)
          for (const language of ['zh', 'en'] as const) describeCommandError(result.error, language)
      }),
    )
    const secret = parse('sale 6210948000000011')
    expect(secret.ok).toBe(false)
    if (!secret.ok)
      expect(JSON.stringify(secret.error) + describeCommandError(secret.error, 'en')).not.toContain('62109')
  })

  it('an amount is read with the decimal places of the currency behind it', () => {
    const commandOf = (line: string) => {
      const parsed = parse(line)
      return parsed.ok && parsed.value.kind === 'run' ? parsed.value.command : undefined
    }
    expect(commandOf('sale 12.34 usd')).toEqual({ kind: 'sale', amountMinor: 1234, currency: '840' })
    expect(commandOf('sale 1234 JPY keyed')).toEqual({
      kind: 'sale',
      amountMinor: 1234,
      currency: '392',
      entry: 'keyed',
    })
    expect(commandOf('sale 1.234 414')).toMatchObject({ amountMinor: 1234, currency: '414' })
    expect(commandOf('sale - EUR')).toEqual({ kind: 'sale', currency: '978' })
    expect(parse('sale 12.34 JPY').ok).toBe(false)
    expect(parse('sale 12.34 XYZ').ok).toBe(false)
    expect(commandOf('refund 5 USD 000000000123')).toMatchObject({
      amountMinor: 500,
      currency: '840',
      originalReferenceNumber: '000000000123',
    })
  })

  it('errors read well in both languages', () => {
    const error = parse('sale twelve')
    if (error.ok) throw new Error('parsed')
    expect(describeCommandError(error.error, 'en')).toBe(
      'argument 1 should be an amount such as 12.34. Usage: sale [AMOUNT [CURRENCY]] [tip AMOUNT] [keyed]',
    )
    expect(describeCommandError(error.error, 'zh')).toBe(
      '第 1 个参数应为金额，例如 12.34。用法：sale [AMOUNT [CURRENCY]] [tip AMOUNT] [keyed]',
    )
  })
})

describe('a script', () => {
  it('is split at semicolons and ends of lines', () => {
    expect(splitScript('sale 12.34; settle\n signoff；;')).toEqual(['sale 12.34', 'settle', 'signoff'])
    expect(splitScript(' ; ')).toEqual([])
  })
})

describe('the help', () => {
  it('names each command once, in both languages, and no name means two things', () => {
    for (const language of ['zh', 'en'] as const) {
      const help = consoleHelp(language)
      for (const { usage, summary } of CONSOLE_COMMANDS) {
        expect(help).toContain(usage)
        expect(help).toContain(summary[language])
      }
    }
    const names = CONSOLE_COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases])
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('the tab key', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['act', ['activate']],
    ['COMM', ['commission']],
    ['激', ['激活']],
    ['commission net', ['network']],
    ['commission 网', ['网络测试']],
    ['验收 a', ['all', 'again']],
    ['download b', ['blacklist']],
    ['language ', ['zh', 'en', 'both']],
    ['sale 12.34 k', ['keyed']],
    ['nothing x', []],
  ]
  for (const [line, found] of cases)
    it(`offers for "${line}" ${found.join(', ') || 'nothing'}`, () =>
      expect(completionsOf(line)).toEqual(found))

  it('offers each command by its name before anything is typed', () =>
    expect(completionsOf('')).toEqual(CONSOLE_COMMANDS.map(({ name }) => name)))
})
