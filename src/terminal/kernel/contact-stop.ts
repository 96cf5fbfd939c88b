import type { Device } from '../flows/peripheral-effect.ts'

/** Why a chip transaction stopped before a cryptogram decided it. The card's application is of no more use. */
export type ContactStop =
  | { readonly kind: 'cardRemoved' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'deviceTrouble'; readonly device: Device; readonly trouble: 'missing' | 'fault' }
  /** The PIN pad holds no PIN key: a sign-in is needed. */
  | { readonly kind: 'keyMissing' }
  | { readonly kind: 'noCommonApplication' }
  /** Every common application is blocked. */
  | { readonly kind: 'applicationBlocked' }
  | { readonly kind: 'cardBlocked' }
  /** The card broke the standard; `step` is for the operator, without data. */
  | { readonly kind: 'badCard'; readonly step: ContactStep }

export type ContactStep =
  | 'selection'
  | 'processingOptions'
  | 'records'
  | 'offlineAuthentication'
  | 'riskManagement'
  | 'firstCryptogram'
  | 'issuerAuthentication'
  | 'secondCryptogram'
