import type { MessageView } from '../../iso8583/compile.ts'
import { F } from '../../iso8583/field.ts'
import {
  CONVERSION_ORGANISATION,
  CONVERSION_TAG,
  parseConversion,
} from '../../iso8583/subfields/currency-conversion.ts'
import { field59Value, readField59 } from '../../iso8583/subfields/field-59.ts'
import { type Field60, parseField60 } from '../../iso8583/subfields/field-60.ts'
import { type Field61, parseField61 } from '../../iso8583/subfields/field-61.ts'
import { parseTip } from '../../iso8583/subfields/tip-amount.ts'
import type { FormatFault, HostRequest, OriginalReference } from './host-request.ts'
import type { Inbound, OperationName } from './inbound.ts'
import {
  digitsToNumber,
  isUnreadable,
  numberField,
  panSequence,
  recordId,
  textField,
  trimmedField,
} from './intake-fields.ts'
import { recordCountOf, settlementOf, uploadsOf } from './unionpay-settlement.ts'

/** Message type and field 60.1 to operation, with the processing code that belongs to it. Source: unionpay-pos, catalogue. */
const TRANSACTIONS: Readonly<Record<string, readonly [operation: OperationName, processingCode: string]>> = {
  '0200/22': ['sale', '000000'],
  '0200/23': ['saleVoid', '200000'],
  '0220/25': ['refund', '200000'],
  '0200/01': ['balance', '310000'],
  '0100/10': ['preAuthorisation', '030000'],
  '0100/11': ['preAuthorisationCancel', '200000'],
  '0200/20': ['completion', '000000'],
  '0220/24': ['completionAdvice', '000000'],
  '0200/21': ['completionVoid', '200000'],
  '0220/30': ['offlineSale', '000000'],
  '0200/36': ['offlineSale', '000000'],
  '0220/34': ['tipAdjustment', '000000'],
}

/** Message type and field 60.3 to operation. */
const NETWORK: Readonly<Record<string, OperationName>> = {
  '0800/001': 'signIn',
  '0800/003': 'signIn',
  '0800/004': 'signIn',
  '0820/002': 'signOff',
  '0820/301': 'echo',
  '0820/800': 'signature',
  '0820/811': 'qrOrder',
  '0820/812': 'qrOrder',
  '0820/813': 'qrOrder',
  '0800/360': 'download',
  '0800/361': 'download',
  '0800/364': 'download',
  '0800/365': 'download',
  '0820/372': 'download',
  '0800/370': 'download',
  '0800/371': 'download',
  '0820/382': 'download',
  '0800/380': 'download',
  '0800/381': 'download',
  '0800/390': 'download',
  '0800/391': 'download',
  '0800/394': 'download',
  '0800/395': 'download',
  '0800/392': 'download',
  '0800/393': 'download',
  '0800/366': 'download',
  '0800/367': 'download',
  '0820/362': 'statusUpload',
  '0320/201': 'batchUpload',
  '0320/203': 'batchUpload',
  '0320/204': 'batchUpload',
  '0320/205': 'batchUpload',
  '0320/206': 'batchUpload',
  '0320/000': 'batchUpload',
  '0320/202': 'batchEnd',
  '0320/207': 'batchEnd',
}

/** Condition codes of what this host does: normal, pre-authorisation, by mail or telephone, additional. */
const CONDITIONS: ReadonlySet<string> = new Set(['', '00', '06', '08', '18', '60'])
const ADDITIONAL_PRE_AUTHORISATION = '60'

/** Field 60.4: a terminal that reads chips; field 60.5: a chip that could not be read. */
const READS_CHIPS: ReadonlySet<string | undefined> = new Set(['5', '6'])
const CHIP_FAILED: ReadonlySet<string | undefined> = new Set(['1', '2'])
/** Operations whose field 48 is a tip. */
const TIPPED: ReadonlySet<OperationName> = new Set(['sale', 'offlineSale', 'tipAdjustment'])
/** Operations that field 62 of the request belongs to. */
const BODIES: ReadonlySet<OperationName> = new Set(['download', 'statusUpload', 'signature'])
const NO_ORIGINAL: OriginalReference = { batchNumber: undefined, stan: undefined, id: undefined }
/** Downloads of some terminals carry no trace number, as echo tests. */
const WITHOUT_STAN: ReadonlySet<OperationName> = new Set(['echo', 'download', 'statusUpload'])
const NO_CUSTOM_DATA: Field60 = { transactionType: '', batchNumber: '', managementCode: '' }

/**
 * A message of the home dialect in the host's terms. One literal: this is on the path of every authorisation. Field 53,
 * digit 1: the PIN block holds the card number; 3: tracks are encrypted. Source: unionpay-pos, 9.
 */
export function unionPayRequest(view: MessageView, inbound: Inbound): HostRequest {
  const customData = textField(view, F.customData)
  const field60 = parseField60(customData)
  const custom = field60.ok ? field60.value : NO_CUSTOM_DATA
  const field61 = view.has(F.originalMessage) ? parseField61(textField(view, F.originalMessage)) : undefined
  const stan = numberField(view, F.stan)
  const processingCode = textField(view, F.processingCode)
  const [operation, expectedCode] = operationOf(view, custom)
  const amountMinor = numberField(view, F.amountTransaction)
  const pan = view.text(F.primaryAccountNumber)
  const security = textField(view, F.securityRelatedControlInformation)
  const mac = view.value(F.messageAuthenticationCode)
  const more = extendedOf(view)
  return {
    inbound,
    mti: view.mti,
    operation,
    isRepeat: view.mti.charCodeAt(3) === 49,
    fault: faultOf(view, field60.ok, field61?.ok !== false, operation, stan, {
      processingCode: expectedCode === undefined || processingCode === expectedCode,
      pan: pan !== undefined || !view.has(F.primaryAccountNumber),
    }),
    tid: textField(view, F.cardAcceptorTerminalIdentification),
    mid: textField(view, F.cardAcceptorIdentificationCode),
    stan,
    batchNumber: digitsToNumber(custom.batchNumber),
    original: originalOf(view, operation, readOriginal(field61), voucherOf(more.extended)),
    reversalReason: operation === 'reversal' ? textField(view, F.responseCode) : '',
    processingCode,
    conditionCode: textField(view, F.pointOfServiceConditionCode),
    amountMinor,
    currency: textField(view, F.currencyCodeTransaction),
    entryMode: textField(view, F.pointOfServiceEntryMode),
    authorisationCode: trimmedField(view, F.authorizationIdentificationResponse) ?? '',
    pan,
    expiry: view.text(F.dateExpiration),
    panSequence: panSequence(view),
    track2: view.text(F.track2Data),
    track3: view.text(F.track3Data),
    trackEncrypted: security.charAt(2) === '1',
    pinBlock: view.value(F.personalIdentificationNumberData),
    pinWithPan: security.charAt(0) !== '1',
    chipData: view.value(F.integratedCircuitCardData),
    networkCode: custom.managementCode,
    customData,
    extended: more.extended,
    conversion: more.conversion,
    tipMinor: tipOf(view, operation),
    customText: operation === 'settlement' ? textField(view, F.customText) : '',
    readsChips: READS_CHIPS.has(custom.readingCapability),
    isFallback: CHIP_FAILED.has(custom.chipCondition),
    acceptsPartial: custom.partialApproval === '1',
    settlement: totalsOf(view, operation),
    uploads: operation === 'batchUpload' ? uploadsOf(view, custom.managementCode, stan) : undefined,
    recordCount: operation === 'batchEnd' ? recordCountOf(view) : undefined,
    multiUse: view.has(F.multiUseData) && BODIES.has(operation) ? view.value(F.multiUseData) : undefined,
    mac,
    macData: mac === undefined ? undefined : macDataOf(view, inbound),
  }
}

function isTipWrong(view: MessageView, operation: OperationName): boolean {
  return view.has(F.additionalDataPrivate) && TIPPED.has(operation) && tipOf(view, operation) === undefined
}

function tipOf(view: MessageView, operation: OperationName): number | undefined {
  if (!view.has(F.additionalDataPrivate) || !TIPPED.has(operation)) return undefined
  return parseTip(textField(view, F.additionalDataPrivate))
}

function totalsOf(view: MessageView, operation: OperationName): HostRequest['settlement'] {
  return operation === 'settlement' ? settlementOf(textField(view, F.additionalDataPrivate)) : undefined
}

function macDataOf(view: MessageView, { bytes, start }: Inbound): Uint8Array {
  return bytes.subarray(start, view.offsetOf(F.messageAuthenticationCode))
}

/** The first thing wrong with the form. Field 60 says what the message is: without it the others can not be judged. */
function faultOf(
  view: MessageView,
  isField60Right: boolean,
  isField61Right: boolean,
  operation: OperationName,
  stan: number | undefined,
  isRight: {
    readonly processingCode: boolean
    readonly pan: boolean
  },
): FormatFault | undefined {
  if (isUnreadable(view, F.customData))
    return { field: F.customData, reason: 'field 60 holds something that is no digit' }
  if (!isField60Right)
    return { field: F.customData, reason: 'field 60 is missing or has a length that it can not have' }
  if (stan === undefined && isUnreadable(view, F.stan))
    return { field: F.stan, reason: 'the STAN is no number' }
  if (stan === undefined && !WITHOUT_STAN.has(operation))
    return { field: F.stan, reason: 'the STAN is missing' }
  if (!isField61Right)
    return { field: F.originalMessage, reason: 'field 61 has a length that it can not have' }
  if (!isRight.processingCode)
    return { field: F.processingCode, reason: 'the processing code does not belong to this transaction' }
  if (isUnreadable(view, F.amountTransaction))
    return { field: F.amountTransaction, reason: 'the amount is no number' }
  if (!extendedOf(view).isRight)
    return { field: F.extendedTlvData, reason: "the cardholder's currency is not written as it should be" }
  if (isTipWrong(view, operation))
    return { field: F.additionalDataPrivate, reason: 'the tip is not twelve digits' }
  return isRight.pan ? undefined : { field: F.primaryAccountNumber, reason: 'the card number is no number' }
}

function operationOf(
  view: MessageView,
  custom: Field60,
): readonly [operation: OperationName, processingCode: string | undefined] {
  switch (view.mti) {
    case '0400':
      return ['reversal', undefined]
    case '0620':
      return ['scriptResult', undefined]
    case '0500':
      return ['settlement', undefined]
    case '0800':
    case '0820':
    case '0320':
      return [NETWORK[`${view.mti}/${custom.managementCode}`] ?? 'unsupported', undefined]
    default: {
      const condition = textField(view, F.pointOfServiceConditionCode)
      const found = TRANSACTIONS[`${view.mti}/${custom.transactionType}`]
      if (found === undefined || !CONDITIONS.has(condition)) return ['unsupported', undefined]
      if (condition !== ADDITIONAL_PRE_AUTHORISATION) return found
      return found[0] === 'preAuthorisation'
        ? ['preAuthorisationAddition', found[1]]
        : ['unsupported', undefined]
    }
  }
}

/** Zeros say nothing. Source: unionpay-pos, 5.2. */
function originalOf(
  view: MessageView,
  operation: OperationName,
  original: Field61 | undefined,
  voucher: number | undefined,
): OriginalReference {
  // A reversal names what it undoes by its own STAN; field 61 repeats it.
  if (operation === 'reversal') return NO_ORIGINAL
  if (original === undefined && voucher === undefined && !view.has(F.retrievalReferenceNumber))
    return NO_ORIGINAL
  const batchNumber = digitsToNumber(original?.batchNumber)
  const stan = digitsToNumber(original?.stan)
  return {
    batchNumber: batchNumber === 0 ? undefined : batchNumber,
    stan: stan === 0 ? undefined : stan,
    id: recordId(view) ?? voucher,
  }
}

/** Tag A4: the voucher number that this host gave is the number of the record. Source: unionpay-pos, 11. */
function voucherOf(extended: HostRequest['extended']): number | undefined {
  if (extended === undefined) return undefined
  const id = digitsToNumber(field59Value(extended.items, 'A4'))
  return id === 0 ? undefined : id
}

/** What stands in field 59, or for some in field 63. */
interface Extended extends Pick<HostRequest, 'extended' | 'conversion'> {
  readonly isRight: boolean
}

const NOTHING_MORE: Extended = { extended: undefined, conversion: undefined, isRight: true }

function extendedOf(view: MessageView): Extended {
  if (!view.has(F.extendedTlvData) && !view.has(F.customText)) return NOTHING_MORE
  const extended = view.has(F.extendedTlvData) ? readField59(textField(view, F.extendedTlvData)) : undefined
  const text = conversionIn(view, extended)
  if (text === undefined) return { ...NOTHING_MORE, extended }
  const parsed = parseConversion(text)
  return { extended, conversion: parsed.ok ? parsed.value : undefined, isRight: parsed.ok }
}

/** Tag C1 of field 59, or field 63 behind the name of the organisation `DCC`. Of this project: docs/currencies.md. */
function conversionIn(view: MessageView, extended: HostRequest['extended']): string | undefined {
  const inField59 = extended === undefined ? undefined : field59Value(extended.items, CONVERSION_TAG)
  if (inField59 !== undefined || !view.has(F.customText)) return inField59
  return conversionText(textField(view, F.customText))
}

/** A refund may name the organisation alone. */
function conversionText(field63: string): string | undefined {
  const organisation = CONVERSION_ORGANISATION
  return field63.startsWith(organisation) && field63.length > organisation.length
    ? field63.slice(organisation.length)
    : undefined
}

function readOriginal(field61: ReturnType<typeof parseField61> | undefined): Field61 | undefined {
  return field61?.ok === true ? field61.value : undefined
}
