import { asciiToBytes } from '../../base/bytes.ts'
import type { MessageView } from '../../iso8583/compile.ts'
import { F } from '../../iso8583/field.ts'
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
import type { SettlementTotals } from './records.ts'

/** Message class and the first two digits of the processing code to operation. Source: ISO 8583:1987, 4.1 and field 3. */
const TRANSACTIONS: Readonly<Record<string, OperationName>> = {
  '01/00': 'preAuthorisation',
  '01/02': 'preAuthorisationCancel',
  '01/20': 'preAuthorisationCancel',
  '01/31': 'balance',
  '02/00': 'sale',
  '02/02': 'saleVoid',
  '02/20': 'refund',
  '02/31': 'balance',
}
/** The same for advices: what already happened. A completion names its authorisation, an offline sale has none. */
const ADVICES: Readonly<Record<string, OperationName>> = {
  '02/00': 'offlineSale',
  '02/02': 'saleVoid',
  '02/20': 'refund',
}
const NETWORK: Readonly<Record<string, OperationName>> = { '001': 'signIn', '002': 'signOff', '301': 'echo' }

const FIELD = {
  settlementCreditsNumber: 74,
  settlementCreditsReversalNumber: 75,
  settlementDebitsNumber: 76,
  settlementDebitsReversalNumber: 77,
  settlementCreditsAmount: 86,
  settlementCreditsReversalAmount: 87,
  settlementDebitsAmount: 88,
  settlementDebitsReversalAmount: 89,
} as const

/** A message of ISO 8583:1987 in the host's terms. */
export function isoRequest(view: MessageView, inbound: Inbound): HostRequest {
  const original = originalOf(view)
  const operation = operationOf(view, original)
  const stan = numberField(view, F.stan)
  return {
    ...emptyRequest(inbound, view.mti),
    operation,
    fault: firstFault([
      [stan === undefined, F.stan, 'the STAN is missing'],
      [isUnreadable(view, F.amountTransaction), F.amountTransaction, 'the amount is no number'],
      [isUnreadable(view, F.primaryAccountNumber), F.primaryAccountNumber, 'the card number is no number'],
    ]),
    tid: textField(view, F.cardAcceptorTerminalIdentification),
    mid: textField(view, F.cardAcceptorIdentificationCode),
    stan,
    original,
    reversalReason: operation === 'reversal' ? textField(view, F.responseCode) : '',
    processingCode: textField(view, F.processingCode),
    conditionCode: textField(view, F.pointOfServiceConditionCode),
    amountMinor: numberField(view, F.amountTransaction),
    currency: textField(view, F.currencyCodeTransaction),
    entryMode: textField(view, F.pointOfServiceEntryMode),
    authorisationCode: trimmedField(view, F.authorizationIdentificationResponse) ?? '',
    pan: view.text(F.primaryAccountNumber),
    expiry: view.text(F.dateExpiration),
    panSequence: panSequence(view),
    track2: view.text(F.track2Data),
    track3: view.text(F.track3Data),
    pinBlock: view.value(F.personalIdentificationNumberData),
    chipData: chipData(view),
    networkCode: textField(view, F.networkManagementInformationCode),
    settlement: operation === 'settlement' ? settlementOf(view) : undefined,
    ...macFields(view, inbound),
  }
}

function operationOf(view: MessageView, original: OriginalReference): OperationName {
  const { mti } = view
  const messageClass = mti.slice(0, 2)
  if (messageClass === '04') return 'reversal'
  if (messageClass === '05') return 'settlement'
  if (messageClass === '08') {
    return NETWORK[textField(view, F.networkManagementInformationCode)] ?? 'unsupported'
  }
  const name = `${messageClass}/${textField(view, F.processingCode).slice(0, 2)}`
  if (mti.charAt(2) === '0') return TRANSACTIONS[name] ?? 'unsupported'
  if (mti.charAt(2) !== '2') return 'unsupported'
  const refersToHold = original.stan !== undefined || view.has(F.authorizationIdentificationResponse)
  if (name === '02/00' && refersToHold) return 'completionAdvice'
  return ADVICES[name] ?? 'unsupported'
}

/** Source: ISO 8583:1987, field 90: message type 4, STAN 6, date and time 10, two institutions of 11. */
function originalOf(view: MessageView): OriginalReference {
  const stan = digitsToNumber(textField(view, F.originalDataElements).slice(4, 10))
  return { batchNumber: undefined, stan: stan === 0 ? undefined : stan, id: recordId(view) }
}

/** Field 55 is text in this dialect: one character a byte, or hexadecimal as some write it. */
function chipData(view: MessageView): Uint8Array | undefined {
  const text = view.text(F.integratedCircuitCardData)
  return text === undefined ? view.value(F.integratedCircuitCardData) : asciiToBytes(text)
}

function macFields(view: MessageView, inbound: Inbound) {
  for (const bit of [F.messageAuthenticationCode2, F.messageAuthenticationCode]) {
    const mac = view.value(bit)
    if (mac !== undefined) {
      return { mac, macData: inbound.bytes.subarray(inbound.start, view.offsetOf(bit)) }
    }
  }
  return {}
}

/** Credits and debits less their reversals. Source: ISO 8583:1987, fields 74 to 77 and 86 to 89. */
function settlementOf(view: MessageView): SettlementTotals | undefined {
  const net = (plus: number, minus: number): number =>
    (numberField(view, plus) ?? 0) - (numberField(view, minus) ?? 0)
  if (!view.has(FIELD.settlementDebitsAmount) && !view.has(FIELD.settlementCreditsAmount)) return undefined
  return {
    domestic: {
      debitMinor: net(FIELD.settlementDebitsAmount, FIELD.settlementDebitsReversalAmount),
      debitCount: net(FIELD.settlementDebitsNumber, FIELD.settlementDebitsReversalNumber),
      creditMinor: net(FIELD.settlementCreditsAmount, FIELD.settlementCreditsReversalAmount),
      creditCount: net(FIELD.settlementCreditsNumber, FIELD.settlementCreditsReversalNumber),
    },
    foreign: { debitMinor: 0, debitCount: 0, creditMinor: 0, creditCount: 0 },
  }
}
