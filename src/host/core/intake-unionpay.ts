import type { MessageView } from '../../iso8583/compile.ts'
import { F } from '../../iso8583/field.ts'
import { type Field60, parseField60 } from '../../iso8583/subfields/field-60.ts'
import { type Field61, parseField61 } from '../../iso8583/subfields/field-61.ts'
import { emptyRequest, type HostRequest, type OriginalReference } from './host-request.ts'
import type { Inbound, OperationName } from './inbound.ts'
import {
  digitsToNumber,
  firstFault,
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
}

/** Message type and field 60.3 to operation. */
const NETWORK: Readonly<Record<string, OperationName>> = {
  '0800/001': 'signIn',
  '0800/003': 'signIn',
  '0800/004': 'signIn',
  '0820/002': 'signOff',
  '0820/301': 'echo',
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

const NO_CUSTOM_DATA: Field60 = { transactionType: '', batchNumber: '', managementCode: '' }

/** A message of the home dialect in the host's terms. */
export function unionPayRequest(view: MessageView, inbound: Inbound): HostRequest {
  const field60 = parseField60(textField(view, F.customData))
  const custom = field60.ok ? field60.value : NO_CUSTOM_DATA
  const field61 = view.has(F.originalMessage) ? parseField61(textField(view, F.originalMessage)) : undefined
  const [operation, processingCode] = operationOf(view, custom)
  const stan = numberField(view, F.stan)
  const base = emptyRequest(inbound, view.mti)
  return {
    ...base,
    operation,
    fault: firstFault([
      // Field 60 says what the message is: without it the others can not be judged.
      [isUnreadable(view, F.customData), F.customData, 'field 60 holds something that is no digit'],
      [!field60.ok, F.customData, 'field 60 is missing or has a length that it can not have'],
      [isUnreadable(view, F.stan), F.stan, 'the STAN is no number'],
      [stan === undefined && operation !== 'echo', F.stan, 'the STAN is missing'],
      [field61?.ok === false, F.originalMessage, 'field 61 has a length that it can not have'],
      [
        processingCode !== undefined && textField(view, F.processingCode) !== processingCode,
        F.processingCode,
        'the processing code does not belong to this transaction',
      ],
      [isUnreadable(view, F.amountTransaction), F.amountTransaction, 'the amount is no number'],
      [isUnreadable(view, F.primaryAccountNumber), F.primaryAccountNumber, 'the card number is no number'],
    ]),
    tid: textField(view, F.cardAcceptorTerminalIdentification),
    mid: textField(view, F.cardAcceptorIdentificationCode),
    stan,
    batchNumber: digitsToNumber(custom.batchNumber),
    networkCode: custom.managementCode,
    ...amountFields(view),
    ...cardFields(view),
    ...macFields(view, inbound),
    ...relationFields(view, operation, field61?.ok === true ? field61.value : undefined),
    ...settlementFields(view, operation, custom.managementCode, stan),
    readsChips: custom.readingCapability === '5' || custom.readingCapability === '6',
    isFallback: custom.chipCondition === '1' || custom.chipCondition === '2',
    acceptsPartial: custom.partialApproval === '1',
  }
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

function amountFields(view: MessageView) {
  return {
    processingCode: textField(view, F.processingCode),
    conditionCode: textField(view, F.pointOfServiceConditionCode),
    amountMinor: numberField(view, F.amountTransaction),
    currency: textField(view, F.currencyCodeTransaction),
    entryMode: textField(view, F.pointOfServiceEntryMode),
    authorisationCode: trimmedField(view, F.authorizationIdentificationResponse) ?? '',
  }
}

/** Source: unionpay-pos, 9: field 53 digit 1 tells whether the PIN block holds the card number, digit 3 whether tracks are encrypted. */
function cardFields(view: MessageView) {
  const security = textField(view, F.securityRelatedControlInformation)
  return {
    pan: view.text(F.primaryAccountNumber),
    expiry: view.text(F.dateExpiration),
    panSequence: panSequence(view),
    track2: view.text(F.track2Data),
    track3: view.text(F.track3Data),
    trackEncrypted: security.charAt(2) === '1',
    pinBlock: view.value(F.personalIdentificationNumberData),
    pinWithPan: security.charAt(0) !== '1',
    chipData: view.value(F.integratedCircuitCardData),
  }
}

function macFields(view: MessageView, inbound: Inbound) {
  const mac = view.value(F.messageAuthenticationCode)
  if (mac === undefined) return {}
  return { mac, macData: inbound.bytes.subarray(inbound.start, view.offsetOf(F.messageAuthenticationCode)) }
}

function relationFields(view: MessageView, operation: OperationName, original: Field61 | undefined) {
  // A reversal names what it undoes by its own STAN; field 61 repeats it.
  if (operation === 'reversal') return { reversalReason: textField(view, F.responseCode) }
  return { original: originalOf(view, original) }
}

/** Zeros say nothing. Source: unionpay-pos, 5.2. */
function originalOf(view: MessageView, original: Field61 | undefined): OriginalReference {
  const batchNumber = digitsToNumber(original?.batchNumber)
  const stan = digitsToNumber(original?.stan)
  return {
    batchNumber: batchNumber === 0 ? undefined : batchNumber,
    stan: stan === 0 ? undefined : stan,
    id: recordId(view),
  }
}

function settlementFields(
  view: MessageView,
  operation: OperationName,
  networkCode: string,
  stan: number | undefined,
) {
  switch (operation) {
    case 'settlement':
      return { settlement: settlementOf(textField(view, F.additionalDataPrivate)) }
    case 'batchUpload':
      return { uploads: uploadsOf(view, networkCode, stan) }
    case 'batchEnd':
      return { recordCount: recordCountOf(view) }
    default:
      return {}
  }
}
