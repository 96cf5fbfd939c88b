import { createHash, createPublicKey, verify } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import { type PackageServices, parsePackageHead } from '../../base/software-package.ts'
import type { PackageContent, PackagePort } from '../flows/package-content.ts'
import type { PackageAnswers, PackageEffect } from '../flows/package-effect.ts'
import type { PackageSlot } from '../flows/package-model.ts'
import type { PackageSlots } from '../runtime/terminal-world.ts'
import { decodePackageContent } from './package-content-file.ts'

/** DER of an Ed25519 public key before its 32 bytes. Source: RFC 8410, 4. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** Hash and signature by Node. */
export const packageServices: PackageServices = {
  sha256: (data) => new Uint8Array(createHash('sha256').update(data).digest()),
  verifyEd25519(publicKey, data, signature) {
    const key = createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, publicKey]),
      format: 'der',
      type: 'spki',
    })
    return verify(null, data, key, signature)
  },
}

/** Two files in the terminal's folder, one a slot; and what was loaded from one of them. */
export class PackageSlotFiles implements PackageSlots, PackagePort {
  readonly sha256 = packageServices.sha256
  readonly verifyEd25519 = packageServices.verifyEd25519
  readonly decode = decodePackageContent
  readonly #directory: string
  #inForce: PackageContent | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  get inForce(): PackageContent | undefined {
    return this.#inForce
  }

  perform<K extends PackageEffect['kind']>(
    effect: Extract<PackageEffect, { readonly kind: K }>,
    done: (answer: PackageAnswers[K]) => void,
  ): void
  perform(effect: PackageEffect, done: (answer: PackageAnswers[PackageEffect['kind']]) => void): void {
    switch (effect.kind) {
      case 'storeChunk':
        done(this.#store(effect.slot, effect.offset, effect.bytes))
        return
      case 'readSlot': {
        const bytes = this.#read(effect.slot, effect.offset, effect.size)
        done(bytes === undefined ? { kind: 'failed' } : { kind: 'bytes', bytes })
        return
      }
      case 'loadSlot':
        done(this.#load(effect.installed))
    }
  }

  #store(slot: PackageSlot, offset: number, bytes: Uint8Array): PackageAnswers['storeChunk'] {
    let file: number | undefined
    try {
      file = openSync(this.#path(slot), constants.O_RDWR | constants.O_CREAT, 0o600)
      // What stood behind it belongs to an earlier package.
      ftruncateSync(file, offset)
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, offset + at)
      fsyncSync(file)
      if (offset === 0) this.#syncDirectory()
      return { kind: 'stored' }
    } catch {
      return { kind: 'failed' }
    } finally {
      if (file !== undefined) closeSync(file)
    }
  }

  /** A new file is there after a power cut only when its folder is written too. */
  #syncDirectory(): void {
    const folder = openSync(this.#directory, constants.O_RDONLY)
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  }

  #read(slot: PackageSlot, offset: number, size: number): Uint8Array | undefined {
    let file: number | undefined
    try {
      file = openSync(this.#path(slot), constants.O_RDONLY)
      const bytes = new Uint8Array(Math.max(0, Math.min(size, fstatSync(file).size - offset)))
      const count = readSync(file, bytes, 0, bytes.length, offset)
      return bytes.subarray(0, count)
    } catch {
      return undefined
    } finally {
      if (file !== undefined) closeSync(file)
    }
  }

  /** The signature was checked before the package was taken; the hash says that it is still that package. */
  #load(
    installed: { readonly slot: PackageSlot; readonly id: string } | undefined,
  ): PackageAnswers['loadSlot'] {
    if (installed === undefined) {
      this.#inForce = undefined
      return { kind: 'loaded' }
    }
    const bytes = this.#read(installed.slot, 0, Number.MAX_SAFE_INTEGER)
    if (bytes === undefined || toHex(this.sha256(bytes)) !== installed.id) return { kind: 'unusable' }
    const head = parsePackageHead(bytes)
    invariant(head.ok, 'a package that was checked has no head')
    const content = this.decode(bytes.subarray(head.value.size))
    if (content === undefined) return { kind: 'unusable' }
    this.#inForce = content
    return { kind: 'loaded' }
  }

  #path(slot: PackageSlot): string {
    return join(this.#directory, `package-${slot}.twpk`)
  }
}
