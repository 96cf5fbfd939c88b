import type { MacAlgorithm } from './peripheral-effect.ts'
import type { Language } from './screen.ts'
import type { TransactionType } from './transaction-type.ts'

/**
 * How one terminal behaves. JSON-safe. Where two sources of the dialect differ, the choice is a member here;
 * the comment names both. Source: docs of the UnionPay dialect, the clause given at each member.
 */
export interface TerminalProfile {
  /** 8 characters, field 41. */
  readonly terminalId: string
  /** 15 characters: 3 acquirer + 4 area + 4 merchant category + 4 serial, field 42. */
  readonly merchantId: string
  readonly merchantNameZh: string
  readonly merchantNameEn: string
  /** ISO 4217 numeric, field 49. */
  readonly currency: string
  /** ISO 3166 numeric, tag 9F1A. */
  readonly country: string
  /** Network access certificate number, 4 characters, in field 62 of sign-in. 4. */
  readonly certificateNumber: string
  /** Serial number in field 62 of sign-in and in tag 9F1E. */
  readonly serialNumber: string
  /** 10 hexadecimal digits. */
  readonly tpdu: string
  /** 12 digits. */
  readonly header: string
  /** Header of requests that carry field 55; 61… with some acquirers. */
  readonly chipHeader: string
  readonly macAlgorithm: MacAlgorithm
  readonly workingKeyAlgorithm: 'tdes' | 'sm4'
  /** Field 60.3 of sign-in: 001 single-length keys, 003 double-length, 004 double-length and a track key. */
  readonly keySet: '001' | '003' | '004'
  readonly trackEncryption: boolean
  readonly pinBypassAllowed: boolean
  /** The PIN is asked for with these; the kernel decides for chip cards. */
  readonly pinTransactions: readonly TransactionType[]
  readonly pinLengthMin: number
  readonly pinLengthMax: number
  readonly pinTimeoutMs: number
  readonly cardTimeoutMs: number
  readonly operatorTimeoutMs: number
  /** 30 s in one source, 60 s usual in the field. 13. */
  readonly replyTimeoutMs: number
  /** How often it tries to connect for an exchange before it gives up, and how long it waits between. 5.3, parameter 13. */
  readonly connectAttempts: number
  readonly connectPauseMs: number
  /** Attempts for a reversal, a script result or a notice before it counts as exhausted. 12, 13. */
  readonly resendCount: number
  /** LY checks the reply's MAC only when field 39 is 00; BW nearly always. 10.3. */
  readonly replyMacRule: 'approvedOnly' | 'always'
  /** LY and LD: 5, and 6 for contactless; BW: always the highest capability. 5.1. */
  readonly readingCapabilityRule: 'byEntry' | 'highest'
  /** One digit: what `highest` sends. */
  readonly readingCapabilityHighest: string
  /** Sales go on within these limits while the host can't be reached; the merchant bears what is refused later. 4. */
  readonly offlineSales: boolean
  /** How the card must have come in. */
  readonly offlineEntries: readonly ('chip' | 'stripe' | 'contactless')[]
  /** Largest single sale, and the sum of all that the host has not heard of. */
  readonly offlineFloorMinor: number
  readonly offlineTotalMinor: number
  readonly offlineCountMax: number
  /** No further one when the oldest waits longer. */
  readonly offlineHoursMax: number
  /**
   * When they go out: before the next online transaction, with the settlement, or as soon as the line is back, which is
   * looked for every `offlineRetryMs` while the terminal is idle. 5.3, parameter 24.
   */
  readonly offlineSending: 'nextOnline' | 'settlement' | 'lineBack'
  readonly offlineRetryMs: number
  /** Which value of parameter 24 means "with the settlement"; the other one "before the next online transaction". From memory. */
  readonly offlineSettlementCode: '0' | '1'
  /** Customers are asked for a tip after the amount, and may give so many percent of it at most. 5.3, parameters 18 and 19. */
  readonly tips: boolean
  readonly tipPercentMax: number
  /** Percentages that are offered; those above the limit are not. */
  readonly tipPresets: readonly number[]
  /** False: nobody is asked, for a tip that is only written on the slip. */
  readonly tipAsk: boolean
  /** The tip may come after the sale: the slip has lines to write it on. 4, tip adjust. */
  readonly tipAdjust: boolean
  /** Whether a sale says how much of it is the tip: field 48 is named for tips, not for which messages. 3. */
  readonly tipField: 'field48' | 'none'
  /** Field 4 of a tip adjustment: the sale with the tip, or the tip. From memory. 4. */
  readonly tipAdjustAmount: 'total' | 'tip'
  /** Field 60.6 is 1 in sales, voids and refunds. 5.1. */
  readonly partialApproval: boolean
  /** Two digits in field 26; 12 mostly, 06 with some. 3. */
  readonly pinCaptureCode: string
  /** Answers to a reversal that mean that nothing is left to reverse. LY: 00; BW: 00 12 25. 12. */
  readonly reversalDoneCodes: readonly string[]
  /** LY changes the reason to 06 after a failed attempt; BW keeps it. 12. */
  readonly reversalReasonAfterFailure: 'keep' | '06'
  /** One attempt follows at once; otherwise the reversal waits for the next online transaction. 12. */
  readonly reverseAtOnce: boolean
  /** What becomes of a reversal whose attempts are used up: cleared (and told), or it stays and blocks. 12. */
  readonly reversalExhausted: 'clear' | 'keep'
  /**
   * What a first answer 94 or A0 means. `unclear`: the terminal's books show the trace number unused before, so an
   * earlier answer got lost, and A0 comes without a MAC: reverse it, or send the notice again. `declined`: as it
   * says, nothing was done. 10.3, 13.
   */
  readonly unprovedAnswers: 'unclear' | 'declined'
  /** BW jumps the trace number by 50 when the host answers 94; 0 leaves it. 13. */
  readonly duplicateStanJump: number
  /** Records of the batch after which settlement is forced. 13. */
  readonly journalLimit: number
  /** Below this, no transaction starts. */
  readonly storageFreeBytesMin: number
  /** Field 63.1 of a refund: the organisation, or 000. 4. */
  readonly refundOrganisation: string
  /** BW sends zeros as batch and trace number of the original in a refund. 4. */
  readonly refundOriginal: 'reference' | 'zeros'
  /** 207 or 202 is sent even when a balanced batch had nothing to upload. LY second generation. 14. */
  readonly batchEndWhenEmpty: boolean
  /** What this type of terminal has; without it, what needs it is off. */
  readonly chipReader: boolean
  readonly stripeReader: boolean
  readonly contactlessReader: boolean
  /** A phone that has proved its holder needs no PIN, where the host's parameters do not say otherwise. 5.3, FF8057. */
  readonly contactlessDevices: boolean
  readonly printerPresent: boolean
  readonly voidNeedsCard: boolean
  readonly keyedAllowed: boolean
  readonly fallbackAllowed: boolean
  readonly transactions: readonly TransactionType[]
  /** A transaction that needs working keys signs in by itself first. */
  readonly autoSignIn: boolean
  /** After settlement. 13. */
  readonly autoSignOff: boolean
  /** A download ends with a message of its own; 361 for parameters is from memory only. 4. */
  readonly downloadEnd: boolean
  /** Entries of a blacklist: filled to 14 characters, or as long as they are. 5.3, uncertain. */
  readonly blacklistForm: 'fixed' | 'variable'
  /** Contactless parameters as text, or as binary objects. 5.3, uncertain. */
  readonly contactlessForm: 'text' | 'binary'
  /** A status upload says the software's version, in an item of ours (61) behind those of the sources. 5.3. */
  readonly statusExtensions: boolean
  /** Has a battery; a status upload tells of it. */
  readonly batteryPresent: boolean
  /** The host hears by itself, after a transaction, when paper or battery have become less or more. */
  readonly statusOnChange: boolean
  /** Id of the type of terminal, for packages that are for some types only. */
  readonly terminalType: string
  /** Ed25519 public keys, 32 bytes each in hexadecimal, of whom software packages are taken from; none without. */
  readonly packageKeys: readonly string[]
  /** Bytes of a package in one message; a field 62 has 512. */
  readonly packageChunkSize: number
  /** Starts within which a new package must prove itself by a sign-in and a self-check. */
  readonly packageTries: number
  /** Signed-on operator needed for anything but management. */
  readonly operatorRequired: boolean
  /** Void and refund ask for a supervisor's password. */
  readonly supervisorRequired: boolean
  /** New operators, and those of the commissioning, must choose their own password at the first log-on. */
  readonly forcePasswordChange: boolean
  readonly passwordTriesMax: number
  readonly passwordLockSeconds: number
  /** Tag DF01 of an application: which value allows a partial match. Sources differ. 5.3. */
  readonly partialMatchValue: '00' | '01'
  readonly language: Language
  readonly receiptLanguage: Language | 'both'
  readonly merchantCopy: boolean
  readonly cardholderCopy: boolean
  readonly receiptQr: boolean
  /** A last line of each slip; empty for none. */
  readonly receiptFooterZh: string
  readonly receiptFooterEn: string
  /** Payments by code: the customer's code is scanned, or the customer scans one. 11. */
  readonly codePayments: readonly ('customerShows' | 'merchantShows')[]
  /** What this type has: a camera or scanner for the customer's code, and a display that can show one. */
  readonly codeScanner: boolean
  readonly codeDisplay: boolean
  /** Digits of the lengths in field 59: three, two with one acquirer. 11. */
  readonly field59LengthDigits: 2 | 3
  /** How often, and how long, the host is asked whether the customer has said yes. */
  readonly codePollMs: number
  readonly codeWaitMs: number
  /** A code that the customer scans is printed too; always where no display can show it. */
  readonly codePrinted: boolean
  /** Where a signature is wanted, the customer signs on the screen; from this amount on, below it on the slip. 4. */
  readonly signaturePad: boolean
  readonly signaturePadFromMinor: number
  /** Holders of foreign cards are asked which currency they pay a sale in, by rates of the host. */
  readonly conversionOffers: boolean
  /** Where the choice stands on the wire: tag C1 of field 59, or behind `DCC` in field 63. No source shows one. */
  readonly conversionField: 59 | 63
  /** Field 60.3 of the download of rates; the next number ends it. No source shows one. */
  readonly ratesCode: '392' | '366'
  /** Further currencies that the merchant takes, as ISO 4217 numbers: `sale 12.34 USD`. */
  readonly currencies: readonly string[]
}

const ALL_TRANSACTIONS: readonly TransactionType[] = [
  'sale',
  'saleVoid',
  'refund',
  'balance',
  'preAuthorisation',
  'preAuthorisationCancel',
  'completion',
  'completionAdvice',
  'completionVoid',
]

/** A test terminal with the usual choices; a real one replaces identity and whatever its acquirer wants. */
export const DEFAULT_PROFILE: TerminalProfile = {
  terminalId: '10000001',
  merchantId: '001290058120001',
  merchantNameZh: '铁线测试商户',
  merchantNameEn: 'TILLWIRE TEST MERCHANT',
  currency: '156',
  country: '156',
  certificateNumber: '3150',
  serialNumber: 'TILLWIRE0001',
  tpdu: '6000030000',
  header: '603200320001',
  chipHeader: '603200320001',
  macAlgorithm: 'unionpay-ecb',
  workingKeyAlgorithm: 'tdes',
  keySet: '004',
  trackEncryption: true,
  pinBypassAllowed: true,
  pinTransactions: ['sale', 'balance', 'preAuthorisation', 'preAuthorisationCancel', 'completion'],
  pinLengthMin: 4,
  pinLengthMax: 12,
  pinTimeoutMs: 60_000,
  cardTimeoutMs: 60_000,
  operatorTimeoutMs: 60_000,
  replyTimeoutMs: 30_000,
  connectAttempts: 1,
  connectPauseMs: 2_000,
  resendCount: 3,
  replyMacRule: 'always',
  readingCapabilityRule: 'byEntry',
  readingCapabilityHighest: '5',
  partialApproval: true,
  offlineSales: false,
  offlineEntries: ['chip'],
  offlineFloorMinor: 20_000,
  offlineTotalMinor: 100_000,
  offlineCountMax: 10,
  offlineHoursMax: 4,
  offlineSending: 'nextOnline',
  offlineRetryMs: 60_000,
  offlineSettlementCode: '1',
  tips: false,
  tipPercentMax: 99,
  tipPresets: [5, 10, 15],
  tipAsk: true,
  tipAdjust: false,
  tipField: 'field48',
  tipAdjustAmount: 'total',
  pinCaptureCode: '12',
  reversalDoneCodes: ['00', '12', '25'],
  reversalReasonAfterFailure: 'keep',
  reverseAtOnce: true,
  reversalExhausted: 'clear',
  unprovedAnswers: 'unclear',
  duplicateStanJump: 50,
  journalLimit: 500,
  storageFreeBytesMin: 16 * 1024 * 1024,
  refundOrganisation: 'CUP',
  refundOriginal: 'reference',
  batchEndWhenEmpty: true,
  chipReader: true,
  stripeReader: true,
  contactlessReader: false,
  contactlessDevices: true,
  printerPresent: true,
  voidNeedsCard: false,
  keyedAllowed: true,
  fallbackAllowed: true,
  transactions: ALL_TRANSACTIONS,
  autoSignIn: true,
  autoSignOff: false,
  downloadEnd: true,
  blacklistForm: 'fixed',
  contactlessForm: 'text',
  statusExtensions: true,
  batteryPresent: false,
  statusOnChange: false,
  terminalType: '',
  packageKeys: [],
  packageChunkSize: 400,
  packageTries: 3,
  operatorRequired: true,
  supervisorRequired: true,
  forcePasswordChange: false,
  passwordTriesMax: 5,
  passwordLockSeconds: 60,
  partialMatchValue: '00',
  language: 'zh',
  receiptLanguage: 'both',
  merchantCopy: true,
  cardholderCopy: true,
  receiptQr: true,
  receiptFooterZh: '',
  receiptFooterEn: '',
  codePayments: [],
  codeScanner: true,
  codeDisplay: true,
  field59LengthDigits: 3,
  codePollMs: 2_000,
  codeWaitMs: 120_000,
  codePrinted: false,
  signaturePad: false,
  signaturePadFromMinor: 0,
  conversionOffers: false,
  conversionField: 59,
  ratesCode: '392',
  currencies: [],
}
