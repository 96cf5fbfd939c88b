import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parse,
  parseDocument,
  type YAMLError,
} from 'yaml'
import { err, ok, type Result } from '../../src/base/result.ts'
import { parseProfile } from '../../src/terminal/adapters/profile-file.ts'
import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import { readBooks } from './read-books.ts'
import { readSteps } from './read-steps.ts'
import type { Scenario, ScenarioFault } from './scenario.ts'
import { faultOfIssue } from './scenario-fault.ts'
import { SCENARIO_FILE } from './scenario-file.ts'

/** A scenario should not wait half a minute for what never comes, and its slips are short, unless its file says else. */
export const SCENARIO_PROFILE = {
  replyTimeoutMs: 3000,
  pinTimeoutMs: 4000,
  cardTimeoutMs: 4000,
  operatorTimeoutMs: 4000,
  receiptLanguage: 'en',
  cardholderCopy: false,
  receiptQr: false,
} as const satisfies Partial<TerminalProfile>

/** The slip that is made most often has an answer; the others are told as the reader of YAML tells them. */
function syntaxText({ code, message }: YAMLError): string {
  if (code === 'MULTILINE_IMPLICIT_KEY')
    return 'a deed that has members needs a colon: "- settle:", and below it "expect: ..."'
  return `this is no YAML: ${(message.split('\n')[0] ?? '').replace(/ at line .*$/, '')}`
}

type Path = readonly (string | number)[]

/** Reads a scenario file (YAML). The error has one line for each fault: file, line, what should be there. */
export function readScenario(text: string, file: string): Result<Scenario, string> {
  const lines = new LineCounter()
  // No text becomes a number, a date or nothing behind the writer's back.
  const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe' })
  const [syntax] = document.errors
  if (syntax !== undefined) return err(`${file}:${lines.linePos(syntax.pos[0]).line}: ${syntaxText(syntax)}`)
  const result = readValue(document.toJS(), text, file)
  if (result.ok) return result
  const lineOf = (path: Path): number => lines.linePos(offsetOf(document.contents, path)).line
  return err(
    result.error
      .map(
        ({ path, message }) =>
          `${file}:${lineOf(path)}: ${[...path.slice(-1).filter((each) => typeof each === 'string'), message].join(': ')}`,
      )
      .join('\n'),
  )
}

/** Where the member at `path` begins; where it is not there, the one that it should be in. */
function offsetOf(root: Node | null, path: Path): number {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const step of path) {
    const found = memberOf(node, step)
    if (found === undefined) break
    offset = found.offset ?? offset
    node = found.value
  }
  return offset
}

function memberOf(
  node: unknown,
  step: string | number,
): { readonly value: unknown; readonly offset: number | undefined } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(step)]
    return isNode(value) ? { value, offset: value.range?.[0] } : undefined
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
  return pair === undefined
    ? undefined
    : { value: pair.value, offset: isNode(pair.key) ? pair.key.range?.[0] : undefined }
}

function readValue(value: unknown, text: string, file: string): Result<Scenario, readonly ScenarioFault[]> {
  const parsed = SCENARIO_FILE.safeParse(value)
  if (!parsed.success) return err(parsed.error.issues.map(faultOfIssue))
  const { data } = parsed
  const profile = data.terminal === undefined ? ok({}) : readTerminal(text)
  const steps = readSteps(data.day, data.faults)
  const books = readBooks(data.books)
  const faults = [profile, steps, books].flatMap((each) => (each.ok ? [] : each.error))
  if (faults.length > 0 || !profile.ok || !steps.ok || !books.ok) return err(faults)
  return ok({
    file,
    name: data.scenario,
    nameZh: data.zh,
    about: data.about,
    seed: data.seed ?? 1,
    hosts: data.hosts === '2' ? 2 : 1,
    sharedLine: data['shared line'] ?? false,
    signsIn: data['sign in'] ?? true,
    profile: { ...SCENARIO_PROFILE, ...profile.value },
    steps: steps.value,
    books: books.value,
  })
}

/** Members of the terminal's profile, as in a profile file: here numbers are numbers. */
function readTerminal(text: string): Result<Partial<TerminalProfile>, readonly ScenarioFault[]> {
  const changes = (parse(text) as { readonly terminal: Readonly<Record<string, unknown>> }).terminal
  if ('terminalId' in changes || 'merchantId' in changes)
    return err([{ path: ['terminal'], message: 'who the terminal is can not be changed in a scenario' }])
  const checked = parseProfile(JSON.stringify(changes), 'terminal')
  if (!checked.ok)
    return err([{ path: ['terminal'], message: checked.error.message.replace(/^terminal: /, '') }])
  const profile: Readonly<Record<string, unknown>> = { ...checked.value.profile }
  return ok(Object.fromEntries(Object.keys(changes).map((name) => [name, profile[name]])))
}
