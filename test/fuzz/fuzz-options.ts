import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { CampaignOptions } from './campaign.ts'
import { TARGET_NAMES } from './target-names.ts'

export const USAGE = `Usage: npm run fuzz -- [options]

Feeds bytes that follow coverage to everything that takes bytes from outside.

  --minutes M       of all targets together (default 5)
  --executions N    at most so many of each target
  --target NAME     one target; may be given several times (default: all)
  --seed S          another search (default: the time)
  --workers W       targets at once (default: the number of processors)
  --replay FILE     runs one kept input of --target, without search
  --json            one JSON object on standard output
  --list            the names of all targets
  --help

Exit codes: 0 nothing found, 1 something found (its input is in test/fuzz/found), 2 bad use.
`

export type FuzzOptions =
  | { readonly kind: 'help' | 'list' }
  | { readonly kind: 'replay'; readonly target: string; readonly path: string }
  | { readonly kind: 'fuzz'; readonly campaign: CampaignOptions; readonly json: boolean }

/** The options, or what is wrong with them in one sentence. */
export function parseFuzzOptions(words: readonly string[], nowMs: number): FuzzOptions | string {
  let values: ReturnType<typeof parseWords>
  try {
    values = parseWords(words)
  } catch (error) {
    return error instanceof Error ? (error.message.split('. ')[0] ?? '') : 'bad options'
  }
  if (values.help === true) return { kind: 'help' }
  if (values.list === true) return { kind: 'list' }
  const targets = values.target ?? TARGET_NAMES
  const strange = targets.find((name) => !TARGET_NAMES.includes(name))
  if (strange !== undefined) return `there is no target ${strange}; --list names all`
  if (values.replay !== undefined) {
    const [target] = targets
    if (target === undefined || targets.length !== 1) return '--replay needs one --target'
    return { kind: 'replay', target, path: values.replay }
  }
  const minutes = Number(values.minutes ?? (values.executions === undefined ? 5 : 24 * 60))
  const executions = Number(values.executions ?? Number.MAX_SAFE_INTEGER)
  const seed = Number(values.seed ?? Math.floor(nowMs / 1000))
  const workers = Number(values.workers ?? availableParallelism())
  if (!(minutes > 0 && minutes <= 7 * 24 * 60)) return '--minutes is a number above 0, a week at most'
  if (!(Number.isInteger(executions) && executions > 0)) return '--executions is a whole number above 0'
  if (!(Number.isSafeInteger(seed) && seed >= 0)) return '--seed is a whole number from 0'
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= 64)) return '--workers is from 1 to 64'
  const campaign = { targets, minutes, executions, seed, workers }
  return { kind: 'fuzz', campaign, json: values.json === true }
}

function parseWords(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    options: {
      minutes: { type: 'string' },
      executions: { type: 'string' },
      target: { type: 'string', multiple: true },
      seed: { type: 'string' },
      workers: { type: 'string' },
      replay: { type: 'string' },
      json: { type: 'boolean' },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values
}
