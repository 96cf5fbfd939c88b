import { fromHex } from '../../base/bytes.ts'
import type { FieldValue, Message } from '../../iso8583/message.ts'
import {
  CONVERSION_ORGANISATION,
  CONVERSION_TAG,
  formatConversion,
} from '../../iso8583/subfields/currency-conversion.ts'
import { type Field59Item, formatField59 } from '../../iso8583/subfields/field-59.ts'
import { formatField60 } from '../../iso8583/subfields/field-60.ts'
import { formatField61 } from '../../iso8583/subfields/field-61.ts'
import { formatTip } from '../../iso8583/subfields/tip-amount.ts'
import type {
  EntryMethod,
  PendingReversal,
  PendingScriptResult,
  PendingSignature,
  ReversalReason,
  TransactionRequest,
} from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'
import { TRANSACTION_KINDS } from './transaction-kind.ts'
import { stanText } from './transaction-state.ts'
import type { TransactionType } from './transaction-type.ts'

/** What a request carries that the journal must not hold in clear. Lives only while the transaction runs. */
export interface RequestSecrets {
  /** Of a payment by code: the code. */
  readonly pan: string
  /** YYMM. */
  readonly expiry?: string
  /** As field 35 and 36 carry them: encrypted when the profile says so, separator `D`. */
  readonly track2?: string
  readonly track3?: string
  readonly pinBlock?: Uint8Array
}

type OptionalFields = { readonly [bit: number]: FieldValue | undefined }

const MAC_PLACE = new Uint8Array(8)

/** A financial request with an empty field 64 at its end. Source: docs of the UnionPay dialect, 3 and 4. */
export function requestMessage(
  profile: TerminalProfile,
  request: TransactionRequest,
  secrets: RequestSecrets,
): Message {
  return message(request.mti, {
    ...commonFields(profile, request, secrets),
    26: secrets.pinBlock === undefined ? undefined : profile.pinCaptureCode,
    35: secrets.track2,
    36: secrets.track3,
    37: request.referenceNumber,
    38: request.authorisationCode,
    48: tipField(profile, request),
    52: secrets.pinBlock,
    53: securityControl(profile, secrets),
    55: bytesOf(request.field55),
    61: request.field61,
    63: customText(profile, request),
  })
}

/** The same request once more: no track, no PIN. Source: docs of the UnionPay dialect, 12 (what is kept). */
export function repeatedRequestMessage(
  profile: TerminalProfile,
  request: TransactionRequest,
  secrets: RequestSecrets,
): Message {
  return message(request.mti, {
    ...commonFields(profile, { ...request, panSent: true }, secrets),
    37: request.referenceNumber,
    38: request.authorisationCode,
    48: tipField(profile, request),
    55: bytesOf(request.field55),
    61: request.field61,
    63: customText(profile, request),
  })
}

/** 0400 with its reason; no 26, 35, 36, 52, 53. Source: docs of the UnionPay dialect, 12 and 5.2. */
export function reversalMessage(
  profile: TerminalProfile,
  reversal: PendingReversal,
  reason: ReversalReason,
  secrets: RequestSecrets,
): Message {
  const { request } = reversal
  return message('0400', {
    ...commonFields(profile, request, secrets),
    38: reversal.authorisationCode ?? request.authorisationCode,
    39: reason,
    55: bytesOf(reversal.field55 ?? request.reversalField55),
    61:
      request.field61 === undefined
        ? undefined
        : originalField61(request.batch, request.stan, requestDate(request)),
    63: request.conversion === undefined ? undefined : customText(profile, request),
  })
}

/** 0620: what the issuer's scripts did. Source: docs of the UnionPay dialect, 4. */
export function scriptResultMessage(
  profile: TerminalProfile,
  duty: PendingScriptResult,
  stan: number,
  batch: string,
  secrets: RequestSecrets,
): Message {
  const { request, reply } = duty
  const { 14: _expiry, 25: _condition, ...common } = commonFields(profile, request, secrets)
  return message('0620', {
    ...common,
    11: stanText(stan),
    32: reply.acquirer,
    37: reply.referenceNumber,
    38: reply.authorisationCode,
    55: bytesOf(duty.field55),
    60: managementField60(batch, '951'),
    61: originalField61(request.batch, request.stan, reply.date ?? requestDate(request)),
  })
}

/**
 * 0820/800 with the customer's signature under the numbers of the transaction, 11 and batch included. Without field 55: which
 * elements of the slip go in there no source tells. Source: docs of the UnionPay dialect, 4.
 */
export function signatureMessage(
  profile: TerminalProfile,
  { request, reply, amountMinor }: PendingSignature,
  body: Uint8Array,
  pan: string,
): Message {
  return message('0820', {
    2: pan === '' ? undefined : pan,
    4: String(amountMinor).padStart(12, '0'),
    11: request.stan,
    15: reply?.settlementDate,
    37: reply?.referenceNumber,
    41: profile.terminalId,
    42: profile.merchantId,
    60: formatField60({ transactionType: '07', batchNumber: request.batch, managementCode: '800' }),
    62: body,
    64: MAC_PLACE,
  })
}

/** Field 61: a void leaves the date out. 5.2 of the dialect. */
export function originalField61(batch: string, stan: string, date?: string): string {
  return formatField61({ batchNumber: batch, stan, ...(date === undefined ? {} : { date }) })
}

/** MMDD of the terminal's clock when the request was made. */
export function requestDate(request: TransactionRequest): string {
  const { month, day } = request.localTime
  return `${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`
}

function commonFields(
  profile: TerminalProfile,
  request: TransactionRequest,
  secrets: RequestSecrets,
): OptionalFields {
  return {
    2: request.panSent && secrets.pan !== '' ? secrets.pan : undefined,
    3: request.processingCode,
    4: request.type === 'balance' ? undefined : String(amountToSend(profile, request)).padStart(12, '0'),
    11: request.stan,
    14: request.panSent ? secrets.expiry : undefined,
    22: request.entryMode,
    23: request.panSequence,
    25: request.conditionCode,
    41: profile.terminalId,
    42: profile.merchantId,
    49: request.currency,
    59: extendedData(profile, request, secrets),
    60: request.field60,
    64: MAC_PLACE,
  }
}

function amountToSend(
  { tipAdjustAmount }: TerminalProfile,
  { type, amountMinor, tipMinor = 0 }: TransactionRequest,
): number {
  return type === 'tipAdjustment' && tipAdjustAmount === 'tip' ? tipMinor : amountMinor
}

/** Source: docs of the UnionPay dialect, 3 and 4. */
function tipField(profile: TerminalProfile, { type, tipMinor }: TransactionRequest): string | undefined {
  const isNamed = type === 'tipAdjustment' || type === 'offlineSale' || profile.tipField === 'field48'
  return tipMinor === undefined || !isNamed ? undefined : formatTip(tipMinor)
}

/** A3 in a payment by code and its reversal, A4 in its void and refund; C1 is ours. Source: docs of the UnionPay dialect, 11. */
function extendedData(
  profile: TerminalProfile,
  { voucher, entry, type, conversion }: TransactionRequest,
  secrets: RequestSecrets,
): string | undefined {
  const items: Field59Item[] = []
  if (voucher !== undefined) items.push({ tag: 'A4', value: voucher })
  else if (entry === 'code' && type === 'sale' && secrets.pan !== '')
    items.push({ tag: 'A3', value: secrets.pan })
  if (conversion !== undefined && profile.conversionField === 59)
    items.push({ tag: CONVERSION_TAG, value: formatConversion(conversion) })
  return items.length === 0 ? undefined : formatField59(items, profile.field59LengthDigits)
}

/** Field 63: the organisation of a refund, or `DCC` and the cardholder's choice where the profile wants it here. */
function customText(
  { conversionField }: TerminalProfile,
  { field63, conversion }: TransactionRequest,
): string | undefined {
  if (conversion === undefined || conversionField !== 63) return field63
  return CONVERSION_ORGANISATION + formatConversion(conversion)
}

function message(mti: string, optional: OptionalFields): Message {
  const fields: { [bit: number]: FieldValue } = {}
  for (const [bit, value] of Object.entries(optional)) {
    if (value !== undefined) fields[Number(bit)] = value
  }
  return { mti, fields }
}

function bytesOf(hex: string | undefined): Uint8Array | undefined {
  return hex === undefined ? undefined : fromHex(hex)
}

/** Present when there is a track or a PIN. Source: docs of the UnionPay dialect, 9. */
function securityControl(profile: TerminalProfile, secrets: RequestSecrets): string | undefined {
  const hasTrack = secrets.track2 !== undefined || secrets.track3 !== undefined
  if (!hasTrack && secrets.pinBlock === undefined) return undefined
  const pinPart = secrets.pinBlock === undefined ? '0' : secrets.pan === '' ? '1' : '2'
  const trackPart = hasTrack && encryptsTracks(profile) ? '1' : '0'
  return `${pinPart}${algorithmDigit(profile)}${trackPart}`.padEnd(16, '0')
}

function algorithmDigit(profile: TerminalProfile): string {
  if (profile.workingKeyAlgorithm === 'sm4') return '3'
  return profile.keySet === '001' ? '0' : '6'
}

/** Only key set 004 brings a track key. */
export function encryptsTracks(profile: TerminalProfile): boolean {
  return profile.trackEncryption && profile.keySet === '004'
}

/** Field 60 of a financial request; trailing subfields that do not apply are dropped. 5.1 of the dialect. */
export function financialField60(
  profile: TerminalProfile,
  type: TransactionType,
  batch: string,
  entry: EntryMethod,
): string {
  const kind = TRANSACTION_KINDS[type]
  const capability =
    profile.readingCapabilityRule === 'highest' ? profile.readingCapabilityHighest : usualCapability(entry)
  const partial = profile.partialApproval && kind.partialApproval
  return formatField60({
    transactionType: kind.messageType,
    batchNumber: batch,
    managementCode: '000',
    readingCapability: capability,
    chipCondition: entry === 'fallback' ? '2' : '0',
    ...(partial ? { partialApproval: '1' } : {}),
  })
}

/** LY and LD. 5.1 of the dialect. */
function usualCapability(entry: EntryMethod): string {
  return entry === 'contactless' ? '6' : '5'
}

/** Field 60 of management, settlement, upload and script result: it ends after 60.3. 5.1 of the dialect. */
export function managementField60(batch: string, managementCode: string): string {
  return formatField60({ transactionType: '00', batchNumber: batch, managementCode })
}
