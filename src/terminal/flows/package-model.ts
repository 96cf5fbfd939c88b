import { DELIVERED_VERSION } from '../../base/software-package.ts'
import type { SoftwareStatus } from '../../iso8583/subfields/software-status.ts'

/** Two places for packages: what runs is never written over. */
export type PackageSlot = 'A' | 'B'

export interface InstalledPackage {
  readonly slot: PackageSlot
  /** SHA-256 of the whole file, hexadecimal. */
  readonly id: string
  readonly name: string
  readonly version: string
  /** Bytes of the whole file. */
  readonly size: number
}

/** Of software packages. JSON-safe; the bytes themselves are in the slots. */
export interface TerminalPackages {
  /** Under way: `received` bytes of it are durable. */
  readonly staged?: {
    readonly slot: PackageSlot
    readonly id: string
    readonly size: number
    readonly received: number
  }
  /** Complete and checked; in force from the next start. */
  readonly ready?: InstalledPackage & { readonly isTold: boolean }
  /** In force; `tries`: starts without a proof that it works. */
  readonly active?: InstalledPackage & { readonly tries: number; readonly isConfirmed: boolean }
  /** Where to go back to while `active` is not confirmed; nothing: as delivered. */
  readonly previous?: InstalledPackage
  /** Files that did not prove themselves here: not fetched again. */
  readonly rejected: readonly string[]
  /** What the host should know. */
  readonly status: SoftwareStatus
  readonly isReportDue: boolean
}

export type PackageRecord =
  | { readonly kind: 'packageBegun'; readonly slot: PackageSlot; readonly id: string; readonly size: number }
  /** So many bytes from the beginning are in the slot, durably. */
  | { readonly kind: 'packageReceived'; readonly size: number }
  /** `version`: where the manifest could be believed. */
  | { readonly kind: 'packageRefused'; readonly version?: string }
  | { readonly kind: 'packageVerified'; readonly installed: InstalledPackage }
  /** The host knows that it is here. */
  | { readonly kind: 'packageTold' }
  | { readonly kind: 'packageActivated' }
  | { readonly kind: 'packageTried' }
  | { readonly kind: 'packageConfirmed' }
  | { readonly kind: 'packageRolledBack' }
  | { readonly kind: 'packageReported' }

export function isPackageRecord<Other extends { readonly kind: string }>(
  record: Other | PackageRecord,
): record is PackageRecord {
  return record.kind.startsWith('package')
}

const REJECTED_MAX = 8
const NOTHING: TerminalPackages = {
  rejected: [],
  status: { state: 'active', version: DELIVERED_VERSION, about: DELIVERED_VERSION },
  isReportDue: false,
}

/** Version of the package in force. */
export function runningVersion(packages: TerminalPackages | undefined): string {
  return packages?.active?.version ?? DELIVERED_VERSION
}

/** The packages after one more record. Pure. */
export function applyPackageRecord(
  packages: TerminalPackages | undefined,
  record: PackageRecord,
): TerminalPackages {
  const before = packages ?? NOTHING
  const { staged, ready: _ready, ...rest } = before
  const version = runningVersion(before)
  switch (record.kind) {
    case 'packageBegun': {
      const { slot, id, size } = record
      return { ...rest, staged: { slot, id, size, received: 0 } }
    }
    case 'packageReceived':
      return staged === undefined ? before : { ...before, staged: { ...staged, received: record.size } }
    case 'packageRefused': {
      const status: SoftwareStatus = { state: 'refused', version, about: record.version ?? DELIVERED_VERSION }
      return { ...rest, status, isReportDue: true }
    }
    case 'packageVerified': {
      const status: SoftwareStatus = { state: 'waiting', version, about: record.installed.version }
      return { ...rest, ready: { ...record.installed, isTold: false }, status, isReportDue: true }
    }
    case 'packageTold':
      return before.ready === undefined ? before : { ...before, ready: { ...before.ready, isTold: true } }
    case 'packageReported':
      return { ...before, isReportDue: false }
    default:
      return applyTrialRecord(before, record.kind)
  }
}

function applyTrialRecord(
  before: TerminalPackages,
  kind: 'packageActivated' | 'packageTried' | 'packageConfirmed' | 'packageRolledBack',
): TerminalPackages {
  const { ready, active, previous, ...rest } = before
  if (kind === 'packageActivated') {
    if (ready === undefined) return before
    const { isTold: _, ...installed } = ready
    const { version } = installed
    return {
      ...rest,
      active: { ...installed, tries: 0, isConfirmed: false },
      ...(active === undefined ? {} : { previous: installedOf(active) }),
      status: { state: 'trial', version, about: version },
      isReportDue: true,
    }
  }
  if (active === undefined) return before
  const { version } = active
  if (kind === 'packageTried') return { ...before, active: { ...active, tries: active.tries + 1 } }
  if (kind === 'packageConfirmed') {
    const status: SoftwareStatus = { state: 'active', version, about: version }
    const waiting = ready === undefined ? {} : { ready }
    return { ...rest, ...waiting, active: { ...active, isConfirmed: true }, status, isReportDue: true }
  }
  return {
    ...rest,
    ...(previous === undefined ? {} : { active: { ...previous, tries: 0, isConfirmed: true } }),
    rejected: withRejected(before, active.id),
    status: { state: 'rolledBack', version: previous?.version ?? DELIVERED_VERSION, about: version },
    isReportDue: true,
  }
}

/** Only what ran and failed: a file that the line damaged is worth another try. */
function withRejected({ rejected }: TerminalPackages, id: string): readonly string[] {
  return [...rejected.filter((each) => each !== id), id].slice(-REJECTED_MAX)
}

function installedOf({ slot, id, name, version, size }: InstalledPackage): InstalledPackage {
  return { slot, id, name, version, size }
}
