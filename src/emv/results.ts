import { invariant } from '../base/invariant.ts'

/** One bit of a result field: byte index from 0, mask. */
export type ResultBit = readonly [byteIndex: number, mask: number]

/** Terminal verification results, tag 95, 5 bytes. Source: EMV Book 3, annex C5. */
export const TVR = {
  offlineAuthenticationNotPerformed: [0, 0x80],
  sdaFailed: [0, 0x40],
  iccDataMissing: [0, 0x20],
  onExceptionFile: [0, 0x10],
  ddaFailed: [0, 0x08],
  cdaFailed: [0, 0x04],
  sdaSelected: [0, 0x02],
  versionsDiffer: [1, 0x80],
  expired: [1, 0x40],
  notYetEffective: [1, 0x20],
  serviceNotAllowed: [1, 0x10],
  newCard: [1, 0x08],
  verificationFailed: [2, 0x80],
  unrecognisedCvm: [2, 0x40],
  pinTryLimitExceeded: [2, 0x20],
  pinPadAbsent: [2, 0x10],
  pinNotEntered: [2, 0x08],
  onlinePinEntered: [2, 0x04],
  floorLimitExceeded: [3, 0x80],
  lowerOfflineLimitExceeded: [3, 0x40],
  upperOfflineLimitExceeded: [3, 0x20],
  randomlySelected: [3, 0x10],
  merchantForcedOnline: [3, 0x08],
  defaultTdolUsed: [4, 0x80],
  issuerAuthenticationFailed: [4, 0x40],
  scriptFailedBeforeFinal: [4, 0x20],
  scriptFailedAfterFinal: [4, 0x10],
} as const satisfies { readonly [name: string]: ResultBit }

/** Transaction status information, tag 9B, 2 bytes. Source: EMV Book 3, annex C6. */
export const TSI = {
  offlineAuthenticationPerformed: [0, 0x80],
  verificationPerformed: [0, 0x40],
  cardRiskManagementPerformed: [0, 0x20],
  issuerAuthenticationPerformed: [0, 0x10],
  terminalRiskManagementPerformed: [0, 0x08],
  scriptPerformed: [0, 0x04],
} as const satisfies { readonly [name: string]: ResultBit }

/** Application interchange profile, tag 82, 2 bytes. Source: EMV Book 3, annex C1. */
export const AIP = {
  sda: [0, 0x40],
  dda: [0, 0x20],
  cardholderVerification: [0, 0x10],
  terminalRiskManagement: [0, 0x08],
  issuerAuthentication: [0, 0x04],
  cda: [0, 0x01],
} as const satisfies { readonly [name: string]: ResultBit }

/** Terminal capabilities, tag 9F33, 3 bytes. Source: EMV Book 4, annex A2. */
export const CAPABILITY = {
  manualKeyEntry: [0, 0x80],
  magneticStripe: [0, 0x40],
  contactChip: [0, 0x20],
  plaintextPin: [1, 0x80],
  onlinePin: [1, 0x40],
  signature: [1, 0x20],
  offlineEncipheredPin: [1, 0x10],
  noCvm: [1, 0x08],
  sda: [2, 0x80],
  dda: [2, 0x40],
  cardCapture: [2, 0x20],
  cda: [2, 0x08],
} as const satisfies { readonly [name: string]: ResultBit }

export function setBit(field: Uint8Array, [byteIndex, mask]: ResultBit): void {
  invariant(byteIndex < field.length, `result field of ${field.length} bytes`)
  field[byteIndex] = (field[byteIndex] ?? 0) | mask
}

export function hasBit(field: Uint8Array, [byteIndex, mask]: ResultBit): boolean {
  return ((field[byteIndex] ?? 0) & mask) !== 0
}

/** Whether any bit is on in both. */
export function intersects(left: Uint8Array, right: Uint8Array): boolean {
  return left.some((byte, index) => (byte & (right[index] ?? 0)) !== 0)
}

/** Result in the third byte of CVM results, tag 9F34. Source: EMV Book 4, annex A4. */
export const CVM_RESULT = { unknown: 0, failed: 1, successful: 2 } as const

/** The two high bits of cryptogram information data, tag 9F27. Source: EMV Book 3, 6.5.5.4. */
export type CryptogramKind = 'AAC' | 'TC' | 'ARQC' | 'AAR'

const CRYPTOGRAM_KINDS: readonly CryptogramKind[] = ['AAC', 'TC', 'ARQC', 'AAR']

export function cryptogramKind(cryptogramInformation: number): CryptogramKind {
  return CRYPTOGRAM_KINDS[(cryptogramInformation >> 6) & 3] ?? 'AAR'
}
