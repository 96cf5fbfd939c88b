import { fromHex } from '../../base/bytes.ts'
import { compareVersions } from '../../base/software-package.ts'
import type { TerminalRow, TerminalSoftware } from '../core/records.ts'
import { packageServices } from '../security-module/package-services.ts'
import type { ShelvedPackage } from './package-shelf.ts'

/** How far a roll-out goes, and when it stops by itself. */
export interface RolloutRule {
  /** Of all terminals that it is for, 1 to 100. */
  readonly percent: number
  /** It stops when more than this share of the results are failures, 0 to 100. */
  readonly failurePercentMax: number
  /** Failures before the share counts: one broken printer must not stop it. */
  readonly failuresMin: number
}

export interface RolloutCounts {
  /** Within the percentage, with an older version or this package. */
  readonly targets: number
  readonly loading: number
  /** Complete; in force from the terminal's next start, or on trial. */
  readonly loaded: number
  readonly active: number
  readonly failed: number
}

const FAILED: readonly TerminalSoftware['state'][] = ['refused', 'rolledBack']
const SHARES = 10_000

/**
 * Whether `tid` belongs to the first `percent` of a package's terminals. Always the same answer for one package, and each
 * package begins with other terminals. A higher percentage holds the lower one.
 */
export function isWithin(tid: string, packageId: string, percent: number): boolean {
  const salt = fromHex(packageId)
  const hash = packageServices.sha256(Uint8Array.from([...salt, ...new TextEncoder().encode(tid)]))
  const [a = 0, b = 0, c = 0] = hash
  return ((a << 16) | (b << 8) | c) % SHARES < percent * (SHARES / 100)
}

/** Whether a terminal with `version` in force may load it. */
export function mayFollow(
  {
    version,
    rollbackFrom,
    minimumVersion,
  }: Pick<ShelvedPackage, 'version' | 'rollbackFrom' | 'minimumVersion'>,
  running: string,
): boolean {
  const leadsBack = rollbackFrom !== null && compareVersions(rollbackFrom, running) === 0
  const isNewer = compareVersions(version, running) > 0
  return (isNewer || leadsBack) && compareVersions(running, minimumVersion) >= 0
}

/** It ran or refused this package already: it is not asked again. */
export function hasResult(software: TerminalSoftware | undefined, packageId: string): boolean {
  return software?.packageId === packageId && (software.state === 'active' || FAILED.includes(software.state))
}

/** Whether a package is for this terminal, as far as the roll-out goes. */
export function isTarget(
  row: TerminalRow,
  plan: Pick<ShelvedPackage, 'id' | 'version' | 'rollbackFrom' | 'minimumVersion'> &
    Pick<RolloutRule, 'percent'>,
  isOfType: (tid: string) => boolean,
): boolean {
  const software = row.setup?.software
  const isDone =
    software?.packageId === plan.id && software.state !== 'offered' && software.state !== 'loading'
  return (
    row.status === 'active' &&
    row.profile.signInRequired &&
    !isDone &&
    isWithin(row.tid, plan.id, plan.percent) &&
    mayFollow(plan, software?.running ?? '0.0.0') &&
    isOfType(row.tid)
  )
}

/** More failures than the rule allows. */
export function isTooBad(
  { failurePercentMax, failuresMin }: RolloutRule,
  counts: Pick<RolloutCounts, 'active' | 'failed'>,
): boolean {
  const { active, failed } = counts
  return failed >= failuresMin && failed * 100 > failurePercentMax * (active + failed)
}

/** How many terminals stand in each state with one package. */
export type ReachedStates = Readonly<Partial<Record<TerminalSoftware['state'], number>>>

/** The same, from rows. */
export function reachedStates(rows: readonly TerminalRow[], packageId: string): ReachedStates {
  const reached: Partial<Record<TerminalSoftware['state'], number>> = {}
  for (const { setup } of rows) {
    const software = setup?.software
    if (software?.packageId === packageId) reached[software.state] = (reached[software.state] ?? 0) + 1
  }
  return reached
}

/** What stands now at the terminals that a roll-out is for. */
export function countStates(reached: ReachedStates, targetsMin: number): RolloutCounts {
  const sum = (...states: readonly TerminalSoftware['state'][]): number =>
    states.reduce((total, state) => total + (reached[state] ?? 0), 0)
  const loading = sum('offered', 'loading')
  const loaded = sum('loaded', 'trial')
  const active = sum('active')
  const failed = sum(...FAILED)
  return {
    targets: Math.max(targetsMin, loading + loaded + active + failed),
    loading,
    loaded,
    active,
    failed,
  }
}
