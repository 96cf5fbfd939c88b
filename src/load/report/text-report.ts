import { LOAD_EVENTS, LOAD_FAULTS } from '../load-fault.ts'
import { EVENT_WORDS, FAULT_WORDS } from '../load-findings.ts'
import type { LatencyFigures, LoadResult } from '../load-result.ts'
import { soakLines } from './soak-lines.ts'

const WIDTH = 10

/** A load's figures for people, in lines of plain text. */
export function renderText(result: LoadResult): string {
  return [
    `${result.subject}; ${result.pacing}; ${result.mix}`,
    `${castWords(result)}, ${result.seconds} s`,
    '',
    `offered   ${count(result.offered).padStart(WIDTH)}   ${count(result.offeredPerSecond)} a second`,
    `answered  ${count(result.answered).padStart(WIDTH)}   ${count(result.answeredPerSecond)} a second`,
    `  approved${count(result.approved).padStart(WIDTH)}`,
    `  declined${count(result.declined).padStart(WIDTH)}   ${declines(result)}`,
    `failed    ${count(result.failed).padStart(WIDTH)}`,
    ...LOAD_FAULTS.filter((fault) => result.faults[fault] > 0).map(
      (fault) => `  ${count(result.faults[fault]).padStart(WIDTH + 8)}   ${FAULT_WORDS[fault]}`,
    ),
    ...LOAD_EVENTS.filter((event) => result.events[event] > 0).map(
      (event) => `  ${count(result.events[event]).padStart(WIDTH + 8)}   ${EVENT_WORDS[event]}`,
    ),
    '',
    `${'milliseconds'.padEnd(26)}${heads(['mean', 'p50', 'p90', 'p99', 'p99.9', 'max'])}`,
    latencyLine('response (from intended)', result.response),
    latencyLine('service (from sent)', result.service),
    ...lateLines(result),
    ...kindLines(result),
    ...stepLines(result),
    ...booksLines(result),
    ...soakLines(result.soak),
    ...result.findings.map((finding) => `! ${finding}`),
    '',
  ].join('\n')
}

/** `200 terminals on 8 connections, 2 processes`. */
export function castWords({ terminals, connections, workers }: LoadResult): string {
  const on = `${counted(terminals, 'terminal', 'terminals')} on ${counted(connections, 'connection', 'connections')}`
  return `${on}, ${counted(workers, 'process', 'processes')}`
}

/** A closed loop has no times that anything could leave late of. */
function lateLines({ ownDelayMaxMs }: LoadResult): readonly string[] {
  if (ownDelayMaxMs === 0) return []
  return [`of the response time, at most ${milliseconds(ownDelayMaxMs)} ms are the generator's own lateness`]
}

/** Whole numbers with thousands apart. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** `1 terminal`, `2 terminals`. */
function counted(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Milliseconds with as many places as they are worth; a dash where nothing was timed, since no time is nought. */
export function milliseconds(value: number): string {
  if (value === 0) return '–'
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** An object puts 51 before 05. */
export function codesInOrder(codes: LoadResult['codes']): readonly (readonly [string, number])[] {
  return Object.entries(codes).sort(([left], [right]) => left.localeCompare(right))
}

function declines({ codes }: LoadResult): string {
  return codesInOrder(codes)
    .filter(([code]) => !['00', '10', '11'].includes(code))
    .map(([code, times]) => `${code}: ${count(times)}`)
    .join(', ')
}

function heads(names: readonly string[]): string {
  return names.map((name) => name.padStart(WIDTH)).join('')
}

function latencyLine(name: string, { meanMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: LatencyFigures): string {
  const values = [meanMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs]
  return `${name.padEnd(26)}${heads(values.map(milliseconds))}`
}

function kindLines({ kinds }: LoadResult): readonly string[] {
  if (kinds.length === 0) return []
  return [
    '',
    `${'kind'.padEnd(18)}${heads(['sent', 'approved', 'declined', 'failed', 'p50', 'p99', 'max'])}`,
    ...kinds.map(({ name, sent, approved, declined, failed, service }) => {
      const counts = [sent, approved, declined, failed].map(count)
      const times = [service.p50Ms, service.p99Ms, service.maxMs].map(milliseconds)
      return `${name.padEnd(18)}${heads([...counts, ...times])}`
    }),
  ]
}

function stepLines({ steps }: LoadResult): readonly string[] {
  if (steps.length < 2) return []
  return [
    '',
    `${'rate'.padEnd(18)}${heads(['offered', 'answered', 'failed', 'p50', 'p99', 'max'])}`,
    ...steps.map(({ ratePerSecond, offered, answered, failed, response }) => {
      const times = [response.p50Ms, response.p99Ms, response.maxMs].map(milliseconds)
      return `${`${count(ratePerSecond)} a second`.padEnd(18)}${heads([...[offered, answered, failed].map(count), ...times])}`
    }),
  ]
}

function booksLines({ books }: LoadResult): readonly string[] {
  if (books === undefined) return []
  const { answered, rows, wrong } = books
  return [
    '',
    `books: ${count(rows)} rows for ${count(answered)} answered requests, warm-up included; ${wrong.length === 0 ? 'the ledger agrees' : 'the ledger is wrong'}`,
  ]
}
