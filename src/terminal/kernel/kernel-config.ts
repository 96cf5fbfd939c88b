import { fromHex } from '../../base/bytes.ts'
import { currencyExponent } from '../../base/money.ts'
import type { Sha1 } from '../../emv/emv-cipher.ts'

/** An application that the terminal accepts, with its acquirer's parameters. Binary values are bytes. */
export interface ApplicationParameters {
  /** 5 to 16 bytes. */
  readonly aid: Uint8Array
  /** Card applications whose AID only begins with `aid` are accepted too. Source: EMV Book 1, 12.3.1. */
  readonly partialMatch: boolean
  /** Tag 9F09, 2 bytes. */
  readonly version: Uint8Array
  /** 5 bytes each, laid out as the TVR. */
  readonly tacDefault: Uint8Array
  readonly tacDenial: Uint8Array
  readonly tacOnline: Uint8Array
  readonly floorLimitMinor: number
  /** For random selection. Percentages 0 to 99; target at most maximum. Source: EMV Book 3, 10.6.2. */
  readonly randomThresholdMinor: number
  readonly randomTargetPercent: number
  readonly randomMaximumPercent: number
  /** DDOL for cards that have none. */
  readonly defaultDdol: Uint8Array
  readonly onlinePin: boolean
  /** Left out: the application is not open to taps. */
  readonly contactless?: ContactlessLimits
}

/** In minor units. Source: docs of the UnionPay dialect, 5.3, DF19 to DF21; EMV Contactless Book B, 3.1.1. */
export interface ContactlessLimits {
  /** From here on the issuer is asked. DF19. */
  readonly floorLimitMinor: number
  /** From here on the card must be put in. DF20. */
  readonly transactionLimitMinor: number
  /** From here on the holder must be proved. DF21. */
  readonly verificationLimitMinor: number
}

/** Certification authority public key. Source: EMV Book 2, 5.1. */
export interface CaPublicKey {
  /** 5 bytes. */
  readonly rid: Uint8Array
  readonly index: number
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
  /** YYMMDD; undefined: no end. */
  readonly expiry?: string
}

/** What the kernel knows of its terminal. Nothing in it is secret. */
export interface KernelConfig {
  /** Tag 9F33, 3 bytes. */
  readonly terminalCapabilities: Uint8Array
  /** Tag 9F40, 5 bytes. */
  readonly additionalCapabilities: Uint8Array
  /** Tag 9F35, one byte: 0x22 is attended, online and offline, merchant. */
  readonly terminalType: number
  /** ISO 3166 numeric, three digits. */
  readonly country: string
  /** ISO 4217 numeric, three digits. */
  readonly currency: string
  readonly currencyExponent: number
  /** Tag 9F1E, 8 characters. */
  readonly interfaceDeviceSerial: string
  /** Tag 9F1C, 8 characters. */
  readonly terminalId: string
  /** Tag 9F16, 15 characters. */
  readonly merchantId: string
  /** Tag 9F4E; one byte a character. */
  readonly merchantName: string
  /** Tag 9F15, four digits. */
  readonly merchantCategory: string
  readonly applications: readonly ApplicationParameters[]
  readonly caKeys: readonly CaPublicKey[]
  /** Languages of the terminal, two letters each, best first. */
  readonly languages: readonly string[]
  /** ISO 8859 code tables (tag 9F11) that the display can show. */
  readonly codeTables: readonly number[]
  readonly pinLengthMin: number
  readonly pinLengthMax: number
  readonly pinTimeoutMs: number
  readonly askTimeoutMs: number
  /** Whether a card number is on the list of cards that must not be taken offline. */
  readonly isOnExceptionFile?: (pan: string) => boolean
  readonly sha1: Sha1
}

export interface KernelIdentity {
  readonly country: string
  readonly currency: string
  readonly terminalId: string
  readonly merchantId: string
  readonly merchantName: string
  readonly interfaceDeviceSerial: string
}

/** Test list of the home acquirer. Source: docs of EMV at Tillwire, 7; JR/T 0025.5 for the AIDs. */
const UNIONPAY = {
  partialMatch: true,
  version: fromHex('0020'),
  tacDefault: fromHex('D84000A800'),
  tacDenial: fromHex('0010000000'),
  tacOnline: fromHex('D84004F800'),
  // Zero: every transaction goes online, as at home with contact cards.
  floorLimitMinor: 0,
  randomThresholdMinor: 0,
  randomTargetPercent: 0,
  randomMaximumPercent: 99,
  defaultDdol: fromHex('9F3704'),
  onlinePin: true,
}
/** Test values: every tap goes online, from 1000.00 on with a PIN, from 50 000.00 on the card is put in. */
const TAPS: ContactlessLimits = {
  floorLimitMinor: 0,
  transactionLimitMinor: 5_000_000,
  verificationLimitMinor: 100_000,
}
/** Test values, not those of the schemes: everything that isn't plainly right goes online. */
const VISA = {
  ...UNIONPAY,
  contactless: TAPS,
  version: fromHex('008C'),
  tacDefault: fromHex('DC4000A800'),
  tacOnline: fromHex('DC4004F800'),
}
const MASTERCARD = {
  ...UNIONPAY,
  version: fromHex('0002'),
  tacDefault: fromHex('FC50BCA000'),
  tacDenial: fromHex('0000000000'),
  tacOnline: fromHex('FC50BCF800'),
}

const APPLICATIONS: readonly ApplicationParameters[] = [
  { ...UNIONPAY, contactless: TAPS, aid: fromHex('A000000333010101') },
  { ...UNIONPAY, contactless: TAPS, aid: fromHex('A000000333010102') },
  { ...UNIONPAY, contactless: TAPS, aid: fromHex('A000000333010103') },
  { ...UNIONPAY, aid: fromHex('A000000333010106') },
  { ...VISA, aid: fromHex('A0000000031010') },
  { ...MASTERCARD, aid: fromHex('A0000000041010') },
]
const CAPABILITIES = fromHex('E068C8')
/** The same without CDA. */
export const WITHOUT_COMBINED = fromHex('E068C0')
const ADDITIONAL_CAPABILITIES = fromHex('6000F0A001')

/** A test terminal: attended, contact chip with online PIN, signature and no CVM, SDA, DDA and CDA. */
export function defaultKernelConfig(
  identity: KernelIdentity,
  sha1: Sha1,
  caKeys: readonly CaPublicKey[],
): KernelConfig {
  return {
    ...identity,
    // Keys, stripe, chip; online PIN, signature, no CVM; SDA, DDA, CDA. No offline PIN: no PIN leaves the pad in clear.
    terminalCapabilities: CAPABILITIES,
    additionalCapabilities: ADDITIONAL_CAPABILITIES,
    terminalType: 0x22,
    currencyExponent: currencyExponent(identity.currency),
    merchantCategory: identity.merchantId.slice(7, 11),
    applications: APPLICATIONS,
    caKeys,
    languages: ['zh', 'en'],
    codeTables: [1],
    pinLengthMin: 4,
    pinLengthMax: 12,
    pinTimeoutMs: 60_000,
    askTimeoutMs: 60_000,
    sha1,
  }
}
