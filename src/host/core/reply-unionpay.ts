import type { MessageView } from '../../iso8583/compile.ts'
import { F } from '../../iso8583/field.ts'
import type { Fields, FieldValue } from '../../iso8583/message.ts'
import { formatField60, parseField60 } from '../../iso8583/subfields/field-60.ts'
import { formatField63 } from '../../iso8583/subfields/field-63.ts'
import type { Decision, ReplyContent } from './decision.ts'
import { carriesMac } from './gate.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import { balanceText, digits, hostTime, present, rrnText } from './reply-fields.ts'
import { settlementAnswer } from './unionpay-settlement.ts'

/** Fields of a reply without its MAC. Source: unionpay-pos, 3 and 4. */
export function unionPayReplyFields(
  context: HostContext,
  request: HostRequest,
  { content }: Decision,
  view: MessageView,
): Fields {
  const isFinancial = carriesMac(request.operation)
  return present<FieldValue>({
    ...commonFields(context, request, content, view),
    ...(isFinancial ? financialFields(context, request, content, view) : {}),
    ...(request.operation === 'settlement' ? settlementFields(request, content, view) : {}),
  })
}

function commonFields(
  { acquirer }: HostContext,
  { stan, inbound, operation }: HostRequest,
  content: ReplyContent,
  view: MessageView,
): { readonly [bit: number]: FieldValue | undefined } {
  return {
    [F.stan]: stan === undefined ? undefined : digits(stan, 6),
    ...hostTime(inbound.receivedAt.localTime),
    [F.acquiringInstitutionIdentificationCode]: acquirer.institution,
    [F.retrievalReferenceNumber]: operation === 'echo' ? undefined : rrnText(content.rrn),
    [F.responseCode]: content.responseCode,
    [F.cardAcceptorTerminalIdentification]: view.text(F.cardAcceptorTerminalIdentification),
    [F.cardAcceptorIdentificationCode]: view.text(F.cardAcceptorIdentificationCode),
    [F.customData]: customData(view.text(F.customData), content.batchNumber),
    [F.multiUseData]: content.workingKeys,
  }
}

/** Field 60 comes back as it went, with the batch number that the host knows at a sign-in. */
function customData(text: string | undefined, batchNumber: number | undefined): string | undefined {
  if (text === undefined || batchNumber === undefined) return text
  const parsed = parseField60(text)
  return parsed.ok ? formatField60({ ...parsed.value, batchNumber: digits(batchNumber, 6) }) : text
}

function financialFields(
  { acquirer }: HostContext,
  { inbound }: HostRequest,
  content: ReplyContent,
  view: MessageView,
): { readonly [bit: number]: FieldValue | undefined } {
  const { issuer, amountMinor, authorisationCode } = content
  const { month, day } = inbound.receivedAt.localTime
  return {
    [F.primaryAccountNumber]: content.pan ?? view.text(F.primaryAccountNumber),
    [F.processingCode]: view.text(F.processingCode),
    [F.amountTransaction]: amountMinor === undefined ? undefined : digits(amountMinor, 12),
    [F.dateExpiration]: content.expiry,
    [F.dateSettlement]: digits(month, 2) + digits(day, 2),
    [F.pointOfServiceConditionCode]: view.text(F.pointOfServiceConditionCode),
    [F.authorizationIdentificationResponse]: authorisationCode === '' ? undefined : authorisationCode,
    [F.additionalResponseData]:
      issuer === undefined ? undefined : issuer.institution.padEnd(11) + acquirer.institution.padEnd(11),
    [F.currencyCodeTransaction]: view.text(F.currencyCodeTransaction),
    [F.additionalAmounts]: balanceText(content),
    [F.integratedCircuitCardData]: content.chipData,
    [F.customText]:
      issuer === undefined ? undefined : formatField63({ operatorOrOrganisation: issuer.organisation }),
  }
}

function settlementFields(
  { inbound }: HostRequest,
  { settlementOf }: ReplyContent,
  view: MessageView,
): { readonly [bit: number]: FieldValue | undefined } {
  const { month, day } = inbound.receivedAt.localTime
  return {
    [F.dateSettlement]: digits(month, 2) + digits(day, 2),
    [F.additionalDataPrivate]: settlementOf === undefined ? undefined : settlementAnswer(settlementOf),
    [F.currencyCodeTransaction]: view.text(F.currencyCodeTransaction),
    [F.customText]: view.text(F.customText),
  }
}
