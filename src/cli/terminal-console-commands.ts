import { err, ok, type Result } from '../base/result.ts'
import type { CliLanguage } from './language.ts'
import { Arguments, type Text } from './terminal-console-arguments.ts'
import type { ConsoleCommand } from './terminal-console-entry.ts'
import { CONSOLE_COMMANDS } from './terminal-console-table.ts'

/** Never holds what was typed: it may be a card number or a password that went to the wrong prompt. */
export type ConsoleCommandError =
  | { readonly kind: 'unknownCommand'; readonly nearest: string | undefined }
  /** `argument` counts from 1. */
  | {
      readonly kind: 'badArgument'
      readonly argument: number
      readonly expected: Text
      readonly usage: string
    }
  | { readonly kind: 'tooManyArguments'; readonly usage: string }

/** Understands one line. `currency`: ISO 4217 numeric, for amounts. */
export function parseConsoleCommand(
  line: string,
  currency: string,
): Result<ConsoleCommand, ConsoleCommandError> {
  const [word = '', ...words] = line.trim().split(/\s+/)
  if (word === '' || word.startsWith('#')) return ok({ kind: 'nothing' })
  const name = word.toLowerCase()
  const entry = CONSOLE_COMMANDS.find((each) => each.name === name || each.aliases.includes(name))
  if (entry === undefined) return err({ kind: 'unknownCommand', nearest: nearestName(name) })
  const args = new Arguments(words, currency)
  const command = entry.build(args)
  if (args.failed !== undefined) return err({ kind: 'badArgument', ...args.failed, usage: entry.usage })
  if (args.leftOver) return err({ kind: 'tooManyArguments', usage: entry.usage })
  return ok(command)
}

/** The commands of a script such as `sale 12.34; settle`. */
export function splitScript(script: string): readonly string[] {
  return script
    .split(/[;；\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** One line for the operator, that says what to do. */
export function describeCommandError(error: ConsoleCommandError, language: CliLanguage): string {
  const zh = language === 'zh'
  switch (error.kind) {
    case 'unknownCommand': {
      const { nearest } = error
      if (nearest === undefined) return zh ? '没有这个命令，请输入 help' : 'no such command; type help'
      return zh ? `没有这个命令；是不是 ${nearest}？` : `no such command; did you mean ${nearest}?`
    }
    case 'badArgument': {
      const expected = error.expected[language]
      return zh
        ? `第 ${error.argument} 个参数应为${expected}。用法：${error.usage}`
        : `argument ${error.argument} should be ${expected}. Usage: ${error.usage}`
    }
    case 'tooManyArguments':
      return zh ? `参数太多。用法：${error.usage}` : `too many arguments. Usage: ${error.usage}`
  }
}

/** The list of all commands, and how questions are answered. */
export function consoleHelp(language: CliLanguage): string {
  const width = Math.max(...CONSOLE_COMMANDS.map(({ usage }) => usage.length))
  const lines = CONSOLE_COMMANDS.map(
    ({ usage, summary }) => `  ${usage.padEnd(Math.min(width, 32))}  ${summary[language]}`,
  )
  return `${[...lines, '', ...ANSWERS[language]].join('\n')}\n`
}

const ANSWERS: { readonly [language in CliLanguage]: readonly string[] } = {
  zh: [
    '省略的值由终端询问；用 - 跳过中间的值。以 # 开头的行是注释。',
    '回答提问：确认用 y 或回车，取消用 n；选择用序号或名称；输入直接键入。单独一个 - 表示取消。',
    '从管道或脚本输入时，每行一个命令，提问由后面的行依次回答；输入结束时未答的提问即取消。',
    'Ctrl-C 取消当前操作，连按两次退出。',
  ],
  en: [
    'What is left out is asked for; - skips a value in the middle. A line that begins with # is a comment.',
    'Answers: y or Enter confirms, n cancels; a choice by its number or name; a value as it is. A lone - cancels.',
    'From a pipe or script: one command a line; a question takes the line after it; at the end of input an open question is cancelled.',
    'Ctrl-C cancels what is going on; twice quits.',
  ],
}

const LONGEST_NAME = Math.max(...CONSOLE_COMMANDS.map(({ name }) => name.length))

/** The command that was probably meant: at most two keys off. */
function nearestName(word: string): string | undefined {
  let nearest: string | undefined
  let least = 3
  if (word.length > LONGEST_NAME + 2) return undefined
  for (const { name } of CONSOLE_COMMANDS) {
    const distance = editDistance(word, name)
    if (distance >= least || distance >= name.length) continue
    least = distance
    nearest = name
  }
  return nearest
}

/** Levenshtein distance. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const change = left[row - 1] === right[column - 1] ? 0 : 1
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + change,
        ),
      )
    }
    previous = current
  }
  return previous[right.length] ?? 0
}
