import { createInterface } from 'node:readline'
import { Command, InvalidArgumentError } from 'commander'
import { CalcInputs } from '../calc/calc-inputs.ts'
import { answerLine, calculate } from '../calc/json-lines.ts'
import type { CalcOutputs, CalcValue, Operation } from '../calc/operation.ts'
import { OPERATIONS } from '../calc/operations.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { readStandardInput } from '../message/input.ts'

export function buildCommand(): Command {
  const command = new Command('calc')
    .description(
      'The calculator of payment engineers. 支付工程师的计算器。\n' +
        'Values are hexadecimal where nothing else is said; - reads one of them from standard input.',
    )
    .option(
      '--json-lines',
      'each line of standard input {"id","category","inputs"} gives {"id","outputs"} or {"id","error"}',
    )
    .argument('[calculation]', 'one of the commands below')
    .action(async (name: string | undefined, flags: { readonly jsonLines?: boolean }) => {
      if (name !== undefined) throw new UsageFailure(`there is no calculation '${name}'; see calc --help`)
      if (flags.jsonLines !== true) throw new UsageFailure('say what to calculate; see calc --help')
      await answerLines()
    })
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  tillwire calc kcv --key 0123456789ABCDEF\n' +
        '  tillwire calc pin-block --format 0 --pin 1234 --pan 5544332211009966\n' +
        '  tillwire calc tlv --hex 9F2701809F36020C66 --describe yes',
    )
  for (const operation of OPERATIONS) command.addCommand(operationCommand(operation))
  return command
}

/** `macData` is `--mac-data`. */
function optionName(input: string): string {
  return input.replace(/[A-Z](?![A-Z0-9]|$)/g, (letter) => `-${letter.toLowerCase()}`)
}

function operationCommand(operation: Operation): Command {
  const command = new Command(operation.category)
    .description(`${operation.zh}  ${operation.en}`)
    .option('--json', 'print JSON')
  const names = new Map<string, string>()
  for (const [input, help] of operation.inputs) {
    const option = command.createOption(`--${optionName(input)} <value>`, help).argParser(notEmptyOption)
    names.set(option.attributeName(), input)
    command.addOption(option)
  }
  return command.action(async (flags: Readonly<Record<string, string | boolean>>) => {
    const values: Record<string, string> = {}
    for (const [attribute, input] of names) {
      const value = flags[attribute]
      if (typeof value === 'string') values[input] = value === '-' ? await readSecret(values) : value
    }
    if (Object.keys(values).length === 0)
      throw new UsageFailure(`nothing to calculate with; see calc ${operation.category} --help`)
    const result = calculate(operation, new CalcInputs(values))
    if ('error' in result) throw new UsageFailure(result.error)
    process.stdout.write(
      flags['json'] === true ? `${JSON.stringify(result.outputs)}\n` : renderOutputs(result.outputs),
    )
  })
}

/** An empty message is a message; an option without its value is a slip of the pen. */
function notEmptyOption(value: string): string {
  if (value.startsWith('--')) throw new InvalidArgumentError('the value is missing')
  return value
}

let secret: Promise<string> | undefined

/** Standard input can be one value only. */
function readSecret(values: Readonly<Record<string, string>>): Promise<string> {
  if (secret !== undefined)
    throw new UsageFailure(
      `only one value can come from standard input (${Object.keys(values).length} given)`,
    )
  secret = readStandardInput().then((input) => input.toString('utf8').trim())
  return secret
}

async function answerLines(): Promise<void> {
  let failures = 0
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) {
    if (line.trim() === '') continue
    const answer = answerLine(line)
    if ('error' in answer) failures += 1
    if (!process.stdout.write(`${JSON.stringify(answer)}\n`))
      await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
  if (failures > 0) throw new Finding(`${failures} lines could not be calculated`)
}

/** One result a line; results within results are indented. */
function renderOutputs(outputs: CalcOutputs, indent = ''): string {
  const width = Math.max(...Object.keys(outputs).map((name) => name.length))
  return Object.entries(outputs)
    .map(([name, value]) => {
      if (Array.isArray(value))
        return `${indent}${name}\n${value.map((each) => renderItem(each, indent)).join('')}`
      if (isGroup(value)) return `${indent}${name}\n${renderOutputs(value, `${indent}  `)}`
      return `${indent}${name.padEnd(width)}  ${value}\n`
    })
    .join('')
}

function isGroup(value: CalcValue): value is CalcOutputs {
  return typeof value === 'object' && !Array.isArray(value)
}

function renderItem(item: CalcValue, indent: string): string {
  return `${indent}  ${Array.isArray(item) ? item.join('  ') : String(item)}\n`
}
