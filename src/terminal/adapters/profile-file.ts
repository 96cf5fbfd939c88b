import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { fromHex } from '../../base/bytes.ts'
import { isCurrency } from '../../base/money.ts'
import { oneLine } from '../../base/one-line.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { LENGTH_PREFIXES } from '../../iso8583/framing/length-prefix.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../flows/terminal-profile.ts'
import { TRANSACTION_KINDS } from '../flows/transaction-kind.ts'
import type { TransactionType } from '../flows/transaction-type.ts'
import type { CaPublicKey } from '../kernel/kernel-config.ts'
import type { HostLinkConfig } from '../runtime/host-link-session.ts'

/** All that a terminal is told about itself besides its addresses. */
export interface TerminalSetup {
  readonly profile: TerminalProfile
  readonly link: HostLinkConfig
  /** Settled batches whose records the journal keeps one by one. */
  readonly keepBatches: number
  /** A batch that was settled longer ago than so many days keeps no records one by one; 0: age does not matter. */
  readonly keepDays: number
  /** Certification authorities whose chip cards can be checked without the host. */
  readonly caKeys: readonly CaPublicKey[]
}

export const DEFAULT_SETUP: TerminalSetup = {
  profile: DEFAULT_PROFILE,
  link: { prefix: 'binary2', frameSizeMax: 4096, connectTimeoutMs: 10_000, idleTimeoutMs: 60_000 },
  keepBatches: 3,
  keepDays: 0,
  caKeys: [],
}

/** `message`: one line that names the file, the member and what it should be. */
export interface ProfileFileError {
  readonly kind: 'notReadable' | 'notJson' | 'badValue'
  readonly message: string
}

const transactionTypes = Object.keys(TRANSACTION_KINDS) as readonly TransactionType[]
const transactions = z.array(z.enum(transactionTypes))
const milliseconds = z.int().min(100).max(3_600_000)
const language = z.enum(['zh', 'en'])

function text(pattern: RegExp, expected: string) {
  return z.string().regex(pattern, `expected ${expected}`)
}

/** By `refine`, which looks at text only: a length check of zod's compares the `length` of whatever it is given. */
function name(sizeMax: number) {
  return z
    .string()
    .refine(({ length }) => length >= 1 && length <= sizeMax, `expected 1 to ${sizeMax} characters`)
}

function lineOfText(sizeMax: number) {
  return z.string().refine(({ length }) => length <= sizeMax, `expected at most ${sizeMax} characters`)
}

/** One check a member, so that a new member of the profile can't be forgotten here. */
const PROFILE: { readonly [K in keyof TerminalProfile]: z.ZodType<TerminalProfile[K]> } = {
  terminalId: text(/^[0-9A-Za-z]{8}$/, '8 letters or digits'),
  merchantId: text(/^[0-9A-Za-z]{15}$/, '15 letters or digits'),
  merchantNameZh: name(40),
  merchantNameEn: name(40),
  currency: text(/^\d{3}$/, '3 digits (ISO 4217)'),
  country: text(/^\d{3}$/, '3 digits (ISO 3166)'),
  certificateNumber: text(/^[0-9A-Za-z]{4}$/, '4 letters or digits'),
  serialNumber: text(/^[0-9A-Za-z]{1,50}$/, '1 to 50 letters or digits'),
  tpdu: text(/^[0-9A-Fa-f]{10}$/, '10 hexadecimal digits'),
  header: text(/^\d{12}$/, '12 digits'),
  chipHeader: text(/^\d{12}$/, '12 digits'),
  macAlgorithm: z.enum(['unionpay-ecb', 'x9.9', 'x9.19', 'aes-cmac', 'sm4-ecb']),
  workingKeyAlgorithm: z.enum(['tdes', 'sm4']),
  keySet: z.enum(['001', '003', '004']),
  trackEncryption: z.boolean(),
  pinBypassAllowed: z.boolean(),
  pinTransactions: transactions,
  pinLengthMin: z.int().min(4).max(12),
  pinLengthMax: z.int().min(4).max(12),
  pinTimeoutMs: milliseconds,
  cardTimeoutMs: milliseconds,
  operatorTimeoutMs: milliseconds,
  // A terminal that is told less can not be commissioned.
  replyTimeoutMs: z.int().min(1000).max(3_600_000),
  connectAttempts: z.int().min(1).max(9),
  connectPauseMs: milliseconds,
  resendCount: z.int().min(1).max(9),
  replyMacRule: z.enum(['approvedOnly', 'always']),
  readingCapabilityRule: z.enum(['byEntry', 'highest']),
  readingCapabilityHighest: text(/^\d$/, 'one digit'),
  partialApproval: z.boolean(),
  pinCaptureCode: text(/^\d{2}$/, '2 digits'),
  reversalDoneCodes: z
    .array(text(/^[0-9A-Z]{2}$/, '2 characters'))
    .refine((codes) => codes.length > 0, 'expected one or more'),
  offlineSales: z.boolean(),
  offlineEntries: z.array(z.enum(['chip', 'stripe', 'contactless'])),
  offlineFloorMinor: z.int().min(1).max(999_999_999_999),
  offlineTotalMinor: z.int().min(1).max(999_999_999_999),
  offlineCountMax: z.int().min(1).max(1000),
  offlineHoursMax: z.int().min(1).max(72),
  offlineSending: z.enum(['nextOnline', 'settlement', 'lineBack']),
  offlineRetryMs: milliseconds,
  offlineSettlementCode: z.enum(['0', '1']),
  tips: z.boolean(),
  tipPercentMax: z.int().min(0).max(99),
  tipPresets: z.array(z.int().min(1).max(99)),
  tipAsk: z.boolean(),
  tipAdjust: z.boolean(),
  tipField: z.enum(['field48', 'none']),
  tipAdjustAmount: z.enum(['total', 'tip']),
  reversalReasonAfterFailure: z.enum(['keep', '06']),
  reverseAtOnce: z.boolean(),
  reversalExhausted: z.enum(['clear', 'keep']),
  unprovedAnswers: z.enum(['unclear', 'declined']),
  duplicateStanJump: z.int().min(0).max(999),
  journalLimit: z.int().min(1).max(100_000),
  storageFreeBytesMin: z.int().min(0),
  refundOrganisation: text(/^[0-9A-Z]{3}$/, '3 characters'),
  refundOriginal: z.enum(['reference', 'zeros']),
  batchEndWhenEmpty: z.boolean(),
  chipReader: z.boolean(),
  stripeReader: z.boolean(),
  contactlessReader: z.boolean(),
  contactlessDevices: z.boolean(),
  printerPresent: z.boolean(),
  voidNeedsCard: z.boolean(),
  keyedAllowed: z.boolean(),
  fallbackAllowed: z.boolean(),
  transactions,
  autoSignIn: z.boolean(),
  autoSignOff: z.boolean(),
  downloadEnd: z.boolean(),
  blacklistForm: z.enum(['fixed', 'variable']),
  contactlessForm: z.enum(['text', 'binary']),
  statusExtensions: z.boolean(),
  batteryPresent: z.boolean(),
  statusOnChange: z.boolean(),
  terminalType: text(/^[\w.-]{0,40}$/, 'the id of a type'),
  packageKeys: z.array(text(/^[0-9A-Fa-f]{64}$/, '64 hexadecimal digits')),
  packageChunkSize: z.int().min(32).max(480),
  packageTries: z.int().min(1).max(9),
  operatorRequired: z.boolean(),
  supervisorRequired: z.boolean(),
  forcePasswordChange: z.boolean(),
  passwordTriesMax: z.int().min(1).max(20),
  passwordLockSeconds: z.int().min(1).max(86_400),
  partialMatchValue: z.enum(['00', '01']),
  language,
  receiptLanguage: z.enum(['zh', 'en', 'both']),
  merchantCopy: z.boolean(),
  cardholderCopy: z.boolean(),
  receiptQr: z.boolean(),
  receiptFooterZh: lineOfText(40),
  receiptFooterEn: lineOfText(40),
  codePayments: z.array(z.enum(['customerShows', 'merchantShows'])),
  codeScanner: z.boolean(),
  codeDisplay: z.boolean(),
  field59LengthDigits: z.union([z.literal(2), z.literal(3)]),
  conversionOffers: z.boolean(),
  conversionField: z.union([z.literal(59), z.literal(63)]),
  ratesCode: z.enum(['392', '366']),
  currencies: z.array(z.string().refine(isCurrency, 'is no ISO 4217 number that is known here')),
  codePollMs: milliseconds,
  codeWaitMs: milliseconds,
  codePrinted: z.boolean(),
  signaturePad: z.boolean(),
  signaturePadFromMinor: z.number().int().min(0),
}

const LINK: { readonly [K in keyof HostLinkConfig]: z.ZodType<HostLinkConfig[K]> } = {
  prefix: z.enum(LENGTH_PREFIXES),
  frameSizeMax: z.int().min(64).max(65_535),
  connectTimeoutMs: milliseconds,
  idleTimeoutMs: milliseconds,
}

function bytes(sizeMin: number, sizeMax: number) {
  const expected = sizeMin === sizeMax ? `${sizeMin}` : `${sizeMin} to ${sizeMax}`
  return text(
    new RegExp(`^([0-9A-Fa-f]{2}){${sizeMin},${sizeMax}}$`),
    `${expected} bytes in hexadecimal`,
  ).transform(fromHex)
}

/** Source: EMV Book 2, 5.1: moduli up to 248 bytes. */
const CA_KEY = z.strictObject({
  rid: bytes(5, 5),
  index: z.int().min(0).max(255),
  modulus: bytes(64, 248),
  exponent: bytes(1, 3),
  expiry: text(/^\d{6}$/, '6 digits (YYMMDD)').optional(),
})

/** Checks of the profile's members, for whoever gets some of them another way than by a file. */
export const profileMembers = PROFILE

const FILE = z
  .strictObject({
    ...PROFILE,
    link: z.strictObject(LINK).partial(),
    journal: z
      .strictObject({ keepBatches: z.int().min(0).max(100), keepDays: z.int().min(0).max(3650) })
      .partial(),
    caKeys: z.array(CA_KEY),
  })
  .partial()

/** Reads a profile file: JSON with members of the profile, `link`, `journal` and `caKeys`; what is left out is as usual. */
export function readProfileFile(path: string): Result<TerminalSetup, ProfileFileError> {
  let json: string
  try {
    json = readFileSync(path, 'utf8')
  } catch {
    return err({ kind: 'notReadable', message: `${path} can not be read: name an existing profile file` })
  }
  return parseProfile(json, path)
}

/** As `readProfileFile`, of `json`; `name` stands in the messages. */
export function parseProfile(json: string, name: string): Result<TerminalSetup, ProfileFileError> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return err({ kind: 'notJson', message: `${name} is not JSON: check its commas, quotes and brackets` })
  }
  const parsed = FILE.safeParse(value)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const path = issue.path.join('.')
      return path === '' ? issue.message : `${path}: ${issue.message}`
    })
    return err({ kind: 'badValue', message: oneLine(`${name}: ${faults.join('; ')}`) })
  }
  const { link, journal, caKeys, ...changes } = parsed.data
  const profile: TerminalProfile = { ...DEFAULT_SETUP.profile, ...present(changes) }
  if (profile.pinLengthMin > profile.pinLengthMax)
    return err({ kind: 'badValue', message: `${name}: pinLengthMin: expected at most pinLengthMax` })
  return ok({
    profile,
    link: { ...DEFAULT_SETUP.link, ...present(link ?? {}) },
    keepBatches: journal?.keepBatches ?? DEFAULT_SETUP.keepBatches,
    keepDays: journal?.keepDays ?? DEFAULT_SETUP.keepDays,
    caKeys: (caKeys ?? []).map(({ expiry, ...key }) => ({
      ...key,
      ...(expiry === undefined ? {} : { expiry }),
    })),
  })
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** JSON has no undefined, but the checked type allows it. */
function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>
}
