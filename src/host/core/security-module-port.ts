/**
 * A key as it may lie outside the security module: wrapped under the local master key, of no use elsewhere.
 * Text without line breaks; safe in a database row.
 */
export interface WrappedKey {
  readonly block: string
  /** Key check value, upper-case hexadecimal, 6 or 8 digits. May be shown. */
  readonly checkValue: string
}

export type KeyAlgorithm = 'des' | 'tdes2' | 'aes128' | 'sm4'
export type KeyUsage =
  | 'terminalMaster'
  | 'pin'
  | 'mac'
  | 'track'
  | 'issuerMasterAc'
  | 'issuerMasterSmi'
  | 'issuerMasterSmc'
  | 'pinVerification'
  | 'panEncryption'
  | 'keyBlockProtection'

export type MessageMacAlgorithm = 'unionpay-ecb' | 'x9.9' | 'x9.19' | 'aes-cmac' | 'sm4-ecb'

/** How an issuer's cards make cryptograms. Source: EMV Book 2, 8; scheme documents named in docs/security.md. */
export type CryptogramScheme = 'visa-cvn10' | 'visa-cvn18' | 'mchip-16' | 'mchip-17' | 'pboc-01'

export interface CryptogramInput {
  readonly scheme: CryptogramScheme
  readonly pan: string
  /** Two digits. */
  readonly panSequence: string
  /** 2 bytes. */
  readonly applicationTransactionCounter: Uint8Array
  /** 4 bytes. */
  readonly unpredictableNumber: Uint8Array
  /** The data of the scheme in its order, before padding. */
  readonly data: Uint8Array
  /** 8 bytes. */
  readonly cryptogram: Uint8Array
}

export interface ProtectedPan {
  /** Authenticated ciphertext; the only form of a full PAN at rest. */
  readonly ciphertext: Uint8Array
  /** Keyed hash for look-up, 32 hexadecimal digits. */
  readonly lookup: string
  /** First six and last four digits. */
  readonly truncated: string
}

/**
 * The host's security module. Clear keys and PINs exist only behind this wall. Every call is synchronous:
 * it is on the path of an authorisation. A key that cannot be unwrapped throws `SecurityModuleError`.
 */
export interface SecurityModule {
  generateKey(usage: KeyUsage, algorithm: KeyAlgorithm): WrappedKey
  /** `key` encrypted (ECB) under `master`, with its check value: what field 62 of a sign-in reply carries. */
  exportUnder(master: WrappedKey, key: WrappedKey): { cryptogram: Uint8Array; checkValue: Uint8Array }
  /** TR-31 key block of `key` under the key block protection key of a PIN pad. */
  exportKeyBlock(protection: WrappedKey, key: WrappedKey): string
  mac(key: WrappedKey, algorithm: MessageMacAlgorithm, data: Uint8Array): Uint8Array
  /** Constant-time comparison. */
  verifyMac(key: WrappedKey, algorithm: MessageMacAlgorithm, data: Uint8Array, mac: Uint8Array): boolean
  /** Clear track digits of a UnionPay-encrypted track (separator `D`). */
  decryptTrack(key: WrappedKey, digits: string): string
  /** Keyed one-way reference of a PIN for storage beside an account, 16 hexadecimal digits. */
  pinReference(key: WrappedKey, pan: string, pin: string): string
  /** `panInBlock` undefined: the block was made without a card number. */
  verifyPin(input: {
    readonly pinKey: WrappedKey
    readonly verificationKey: WrappedKey
    readonly pinBlock: Uint8Array
    readonly panInBlock: string | undefined
    readonly pan: string
    readonly reference: string
  }): 'correct' | 'wrong' | 'malformed'
  verifyCryptogram(key: WrappedKey, input: CryptogramInput): boolean
  /** Field 55 tag 91 for the reply: ARPC and ARC (method 1) or ARPC, CSU (method 2), as the scheme says. */
  issuerAuthentication(key: WrappedKey, input: CryptogramInput, authorisationResponseCode: string): Uint8Array
  protectPan(pan: string): ProtectedPan
  lookupOf(pan: string): string
  revealPan(ciphertext: Uint8Array): string
}
