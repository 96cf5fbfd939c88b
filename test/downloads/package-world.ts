import { toHex } from '../../src/base/bytes.ts'
import { invariant } from '../../src/base/invariant.ts'
import { parsePackageHead } from '../../src/base/software-package.ts'
import {
  generatePackageKey,
  makePackage,
  type PackageWish,
  signPackage,
  softwarePackageServices,
} from '../../src/crypto/software-signature.ts'
import type { SoftwareOffer, SoftwareSource } from '../../src/host/core/software-source.ts'
import { decodePackageContent } from '../../src/terminal/adapters/package-content-file.ts'
import { startUp } from '../../src/terminal/flows/main-flow.ts'
import type { PackageContent, PackagePort } from '../../src/terminal/flows/package-content.ts'
import type { PackageAnswers, PackageEffect } from '../../src/terminal/flows/package-effect.ts'
import { concludeTrial } from '../../src/terminal/flows/package-trial.ts'
import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import type { PackageSlots } from '../../src/terminal/runtime/terminal-world.ts'
import { type DownloadHost, DownloadTerminal } from './download-world.ts'

export const KEYS = generatePackageKey()
export const OTHER_KEYS = generatePackageKey()

/** Two slots in memory: the bytes outlive a power cut, what was loaded does not. */
export class MemorySlots implements PackageSlots, PackagePort {
  readonly sha256 = softwarePackageServices.sha256
  readonly verifyEd25519 = softwarePackageServices.verifyEd25519
  decode: PackagePort['decode'] = decodePackageContent
  readonly files = new Map<string, Uint8Array>()
  stored = 0
  inForce: PackageContent | undefined

  perform<K extends PackageEffect['kind']>(
    effect: Extract<PackageEffect, { readonly kind: K }>,
    done: (answer: PackageAnswers[K]) => void,
  ): void
  perform(effect: PackageEffect, done: (answer: PackageAnswers[PackageEffect['kind']]) => void): void {
    if (effect.kind === 'storeChunk') {
      const before = this.files.get(effect.slot) ?? new Uint8Array(0)
      invariant(before.length >= effect.offset, 'a hole in a slot')
      this.files.set(effect.slot, Uint8Array.from([...before.subarray(0, effect.offset), ...effect.bytes]))
      this.stored++
      done({ kind: 'stored' })
      return
    }
    if (effect.kind === 'readSlot') {
      const bytes = this.files.get(effect.slot)?.slice(effect.offset, effect.offset + effect.size)
      done(bytes === undefined ? { kind: 'failed' } : { kind: 'bytes', bytes })
      return
    }
    const { installed } = effect
    const bytes = installed === undefined ? undefined : this.files.get(installed.slot)
    const head = bytes === undefined ? undefined : parsePackageHead(bytes)
    if (bytes === undefined || head?.ok !== true || toHex(this.sha256(bytes)) !== installed?.id) {
      done({ kind: 'unusable' })
      return
    }
    this.inForce = this.decode(bytes.subarray(head.value.size))
    done({ kind: 'loaded' })
  }
}

/** Hands out one package to everybody. */
export class OneOffer implements SoftwareSource {
  readonly heards: string[] = []
  file: Uint8Array
  version: string

  constructor(file: Uint8Array, version: string) {
    this.file = file
    this.version = version
  }

  get id(): string {
    return toHex(softwarePackageServices.sha256(this.file))
  }

  offer(): SoftwareOffer {
    return { id: this.id, version: this.version, size: this.file.length }
  }

  chunk(_terminal: unknown, id: string, offset: number, size: number): Uint8Array | undefined {
    return id === this.id ? this.file.slice(offset, offset + size) : undefined
  }

  heard({
    tid,
    setup,
  }: {
    readonly tid: string
    readonly setup?: { readonly software?: { readonly state: string } }
  }): void {
    this.heards.push(`${tid} ${setup?.software?.state}`)
  }
}

/** A terminal that trusts `KEYS`. */
export class PackageTerminal extends DownloadTerminal {
  readonly memory = new MemorySlots()

  constructor(host: DownloadHost, profile: Partial<TerminalProfile> = {}) {
    super(host, { packageKeys: [toHex(KEYS.publicKey)], ...profile })
    this.slots = this.memory
    this.printer = 'ready'
  }

  /** The power comes back. */
  start(): void {
    this.memory.inForce = undefined
    this.perform(startUp(this.context))
  }

  /** What follows a sign-in, and the status upload that is due. */
  proveItself(): void {
    this.perform(concludeTrial(this.context))
    if (this.state.packages?.isReportDue === true) this.run({ kind: 'uploadStatus' })
  }
}

/** A signed package that changes a text, a value and the receipt. */
export function signedPackage(
  version: string,
  { keys = KEYS, fill = 900, ...wish }: Partial<PackageWish> & { keys?: typeof KEYS; fill?: number } = {},
): Uint8Array {
  const content = {
    profile: { receiptFooterZh: `版本 ${version}`, receiptFooterEn: `RELEASE ${version}`, resendCount: 4 },
    texts: { ready: [`欢迎 ${version}`, 'x'.repeat(Math.min(fill, 120))] },
  }
  const text = JSON.stringify(content).padEnd(fill, ' ')
  const made = makePackage(
    {
      name: 'till',
      version,
      minimumVersion: '0.0.0',
      terminalTypes: [],
      blockSize: 512,
      ...wish,
    },
    new TextEncoder().encode(text),
  )
  const signed = signPackage(made, keys.privateKey)
  invariant(signed !== undefined, 'a package that is none')
  return signed
}
