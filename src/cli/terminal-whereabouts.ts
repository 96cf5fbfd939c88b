import { existsSync } from 'node:fs'
import { profilePath, readPlace } from '../terminal/adapters/activation-place.ts'
import type { HostAddress } from '../terminal/adapters/tcp-stream.ts'
import { UsageFailure } from './failure.ts'
import { parseHostAddress } from './terminal-console-setup.ts'

export interface WhereaboutsFlags {
  /** Of the terminal. */
  readonly data: string
  /** `name:port`. */
  readonly host?: string
  readonly profile?: string
  readonly console?: string
}

/** Where a terminal belongs. */
export interface Whereabouts {
  readonly hostAddress: HostAddress
  /** A profile file; undefined: the usual values. */
  readonly profile: string | undefined
  /** Knows activation codes, and gets evidence. */
  readonly consoleUrl: string | undefined
}

/** Nothing is said to an acquirer before the activation names one. */
export const NOBODY: HostAddress = { host: '127.0.0.1', port: 1 }

/**
 * What the command line says, and what it leaves out as an activation left it beside the journal. Read it again after an
 * activation.
 *
 * @throws {UsageFailure} when nothing leads to a host, and none can be named by an activation.
 */
export function whereaboutsOf({ data, host, profile, console }: WhereaboutsFlags): Whereabouts {
  if (console !== undefined && !isConsoleUrl(console))
    throw new UsageFailure('--console takes an address like https://host:8580/')
  const place = readPlace(data)
  const ofPlace = place === undefined ? undefined : { host: place.host, port: place.port }
  const named = host === undefined ? ofPlace : parseHostAddress(host)
  if (named === undefined && console === undefined)
    throw new UsageFailure(
      `${data} holds no activated terminal: give its host with --host, or --console and then its code with activate`,
    )
  return {
    hostAddress: named ?? NOBODY,
    profile: profile ?? (existsSync(profilePath(data)) ? profilePath(data) : undefined),
    consoleUrl: console ?? place?.console,
  }
}

function isConsoleUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text)
}
