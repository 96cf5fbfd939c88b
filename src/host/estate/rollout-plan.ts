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
  { version, rollbackFrom, minimumVersion }: ShelvedPackage,
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

/** More failures than the rule allows. */
export function isTooBad(
  { failurePercentMax, failuresMin }: RolloutRule,
  counts: Pick<RolloutCounts, 'active' | 'failed'>,
): boolean {
  const { active, failed } = counts
  return failed >= failuresMin && failed * 100 > failurePercentMax * (active + failed)
}

/** What stands now at the terminals that the roll-out is for. */
export function countStates(
  rows: readonly TerminalRow[],
  shelved: ShelvedPackage,
  isTarget: (row: TerminalRow) => boolean,
): RolloutCounts {
  const counts = { targets: 0, loading: 0, loaded: 0, active: 0, failed: 0 }
  for (const row of rows) {
    const software = row.setup?.software
    const isOfThis = software?.packageId === shelved.id
    if (!isOfThis && !isTarget(row)) continue
    counts.targets++
    if (software === undefined || !isOfThis) continue
    if (software.state === 'active') counts.active++
    else if (FAILED.includes(software.state)) counts.failed++
    else if (software.state === 'loaded' || software.state === 'trial') counts.loaded++
    else counts.loading++
  }
  return counts
}
