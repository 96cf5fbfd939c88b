import { STEP_NAMES } from '../terminal/adapters/commissioning/step-names.ts'
import { COMMISSIONING_STEPS } from '../terminal/flows/commissioning/step-evidence.ts'
import { CONSOLE_COMMANDS } from './terminal-console-table.ts'

/** What the last word of `line` may become, in the language that it was begun in: commands first, then what they take. */
export function completionsOf(line: string): readonly string[] {
  const words = line.trimStart().split(/\s+/)
  const begun = words.at(-1)?.toLowerCase() ?? ''
  const [name = ''] = words
  const entry = CONSOLE_COMMANDS.find(
    (each) => each.name === name.toLowerCase() || each.aliases.includes(name),
  )
  const candidates =
    words.length === 1
      ? CONSOLE_COMMANDS.flatMap((each) => [each.name, ...(begun === '' ? [] : each.aliases)])
      : entry === undefined
        ? []
        : argumentsOf(entry.usage, words.length - 1, begun !== '')
  return candidates.filter((each) => each.toLowerCase().startsWith(begun))
}

/** Words that stand at `place` of a usage; those in capitals stand for a value that only the operator knows. */
function argumentsOf(usage: string, place: number, isBegun: boolean): readonly string[] {
  const tokens = usage.replaceAll(/[[\]]/g, '').split(' ').slice(1)
  const here = (tokens[place - 1] ?? '').split('|')
  const anywhere = tokens.slice(place).filter((token) => token === 'keyed' || token === 'again')
  return [...here, ...anywhere].flatMap((word): readonly string[] => {
    if (word === 'STEP')
      return [
        ...COMMISSIONING_STEPS,
        ...(isBegun ? COMMISSIONING_STEPS.map((step) => STEP_NAMES[step][0]) : []),
      ]
    return word === '' || word === word.toUpperCase() ? [] : [word]
  })
}
