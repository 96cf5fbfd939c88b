import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ArrivalProcess, RateStep } from '../../load/arrivals.ts'
import type { LineAddress } from '../../load/load-line.ts'
import type { PacingOrder } from '../../load/load-orders.ts'
import { UsageFailure } from '../failure.ts'
import type { CliLanguage } from '../language.ts'

/** The options of `tillwire load` as they were written. */
export interface LoadFlags {
  readonly host?: string
  readonly data?: string
  readonly estate?: string
  readonly target?: string
  readonly mix?: string
  readonly terminals?: string
  readonly connections: string
  readonly outstanding?: string
  readonly rate?: string
  readonly arrivals?: string
  readonly steps?: string
  readonly duration?: string
  readonly warmup: string
  readonly timeout: string
  readonly workers: string
  readonly seed: string
  readonly soak?: string
  readonly hostPid?: string
  readonly html?: string
  readonly lang: CliLanguage
  readonly json?: boolean
  readonly progressJson?: boolean
}

const MIXES = new URL('../../../mixes/', import.meta.url)
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const DURATION_MAX_MS = 366 * 24 * 3_600_000
const RATE_MAX = 10_000_000
export const DEFAULT_DURATION_MS = 10_000
const DEFAULT_OUTSTANDING = 8

/** `30`, `30s`, `500ms`, `5m` or `8h` in milliseconds. @throws {UsageFailure} */
export function durationOf(name: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
  const ms = Math.round(Number(match?.[1] ?? Number.NaN) * (UNITS[match?.[2] ?? 's'] ?? 0))
  if (!(ms >= 0 && ms <= DURATION_MAX_MS))
    throw new UsageFailure(`${name} takes a time such as 30s, 5m or 8h`)
  return ms
}

/** @throws {UsageFailure} */
export function wholeNumberOf(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageFailure(`${name} takes a whole number from ${least} to ${most}`)
  return value
}

/** `127.0.0.1:8583` or `[::1]:8583`. @throws {UsageFailure} */
export function addressOf(text: string): LineAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port < 1 || port > 65_535)
    throw new UsageFailure(`--host takes HOST:PORT, such as 127.0.0.1:8583`)
  return { host: match[1] ?? match[2] ?? '', port }
}

/** Closed loop unless a rate or steps are given. @throws {UsageFailure} when the flags contradict each other. */
export function pacingOf(flags: LoadFlags, durationMs: number): PacingOrder {
  const { rate, steps, arrivals, outstanding } = flags
  const process = arrivals ?? (steps === undefined ? 'poisson' : 'steps')
  if (rate === undefined && steps === undefined) {
    if (arrivals !== undefined) throw new UsageFailure('--arrivals belongs to --rate or --steps')
    return {
      kind: 'closed',
      outstanding: wholeNumberOf('--outstanding', outstanding ?? String(DEFAULT_OUTSTANDING), 1, 10_000),
    }
  }
  if (rate !== undefined && steps !== undefined)
    throw new UsageFailure('--rate and --steps exclude each other: a rate is one step')
  if (outstanding !== undefined)
    throw new UsageFailure('--outstanding is for a closed loop: an open loop takes what comes')
  if (process === 'steps' && steps === undefined)
    throw new UsageFailure('--arrivals steps needs --steps, such as --steps 100:10s,200:10s')
  return {
    kind: 'open',
    process: (process === 'even' ? 'even' : 'poisson') satisfies ArrivalProcess,
    steps:
      steps === undefined ? [{ ratePerSecond: rateOf('--rate', rate ?? ''), durationMs }] : stepsOf(steps),
  }
}

/** `100:10s,200:10s`. @throws {UsageFailure} */
export function stepsOf(text: string): readonly RateStep[] {
  return text.split(',').map((part) => {
    const [rate = '', duration = '', ...rest] = part.split(':')
    if (rest.length > 0 || duration === '')
      throw new UsageFailure('--steps takes rate:time pairs, such as 100:10s,200:10s')
    const durationMs = durationOf('--steps', duration)
    if (durationMs < 1000 || durationMs % 1000 !== 0)
      throw new UsageFailure('each of --steps lasts whole seconds')
    return { ratePerSecond: rateOf('--steps', rate), durationMs }
  })
}

function rateOf(name: string, text: string): number {
  const rate = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || rate <= 0 || rate > RATE_MAX)
    throw new UsageFailure(`${name} takes arrivals a second, above 0`)
  return rate
}

/** The file of a mix: a path, or the name of one that comes with the program. @throws {UsageFailure} */
export function mixFileOf(text: string): string {
  const own = fileURLToPath(new URL(`${text}.yaml`, MIXES))
  if (/^[a-z0-9-]+$/.test(text) && existsSync(own)) return own
  if (existsSync(text)) return text
  throw new UsageFailure(`there is no mix ${text}: give stripe, chip, day or the path of a file`)
}
