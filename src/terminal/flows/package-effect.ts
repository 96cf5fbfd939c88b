import type { PackageSlot } from './package-model.ts'

/** What a flow asks of the places where packages are kept. */
export type PackageEffect =
  /** Durable when it is answered. */
  | {
      readonly kind: 'storeChunk'
      readonly slot: PackageSlot
      readonly offset: number
      readonly bytes: Uint8Array
    }
  | {
      readonly kind: 'readSlot'
      readonly slot: PackageSlot
      readonly offset: number
      readonly size: number
    }
  /** Puts a package in force: the file with this SHA-256 (hexadecimal); undefined: as delivered. */
  | {
      readonly kind: 'loadSlot'
      readonly installed: { readonly slot: PackageSlot; readonly id: string } | undefined
    }

export interface PackageAnswers {
  readonly storeChunk: { readonly kind: 'stored' } | { readonly kind: 'failed' }
  /** Fewer bytes where there are no more. */
  readonly readSlot: { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'failed' }
  /** `unusable`: what was in force before stays. */
  readonly loadSlot: { readonly kind: 'loaded' } | { readonly kind: 'unusable' }
}
