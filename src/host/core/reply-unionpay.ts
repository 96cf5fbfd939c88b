import { F } from '../../iso8583/field.ts'
import type { FieldValue } from '../../iso8583/message.ts'
import { formatField59 } from '../../iso8583/subfields/field-59.ts'
import { formatField60, parseField60 } from '../../iso8583/subfields/field-60.ts'
import { formatField63 } from '../../iso8583/subfields/field-63.ts'
import type { Decision, ReplyContent } from './decision.ts'
import { carriesMac } from './gate.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import { balanceText, digits, hostDate, hostTime, replySlots, rrnText } from './reply-fields.ts'
import { settlementAnswer } from './unionpay-settlement.ts'

type Slots = (FieldValue | undefined)[]

/** Fields of a reply without its MAC. Source: unionpay-pos, 3 and 4. */
export function unionPayReplyFields(
  context: HostContext,
  request: HostRequest,
  { content }: Decision,
): Slots {
  const slots = replySlots(64)
  fillCommon(slots, context, request, content)
  if (carriesMac(request.operation)) fillFinancial(slots, context, request, content)
  if (request.operation === 'settlement') fillSettlement(slots, request, content)
  return slots
}

function fillCommon(
  slots: Slots,
  { acquirer }: HostContext,
  { stan, inbound, operation, tid, mid, customData, extended }: HostRequest,
  content: ReplyContent,
): void {
  const { localTime } = inbound.receivedAt
  if (stan !== undefined) slots[F.stan] = digits(stan, 6)
  slots[F.timeLocalTransaction] = hostTime(localTime)
  slots[F.dateLocalTransaction] = hostDate(localTime)
  slots[F.acquiringInstitutionIdentificationCode] = acquirer.institution
  if (operation !== 'echo') slots[F.retrievalReferenceNumber] = rrnText(content.rrn)
  slots[F.responseCode] = content.responseCode
  if (tid !== '') slots[F.cardAcceptorTerminalIdentification] = tid
  if (mid !== '') slots[F.cardAcceptorIdentificationCode] = mid
  if (customData !== '') slots[F.customData] = withBatchNumber(customData, content.batchNumber)
  if (content.extended !== undefined) {
    slots[F.extendedTlvData] = formatField59(content.extended, extended?.lengthDigits)
  }
  slots[F.multiUseData] = content.multiUse
}

/** Field 60 comes back as it went, with the batch number that the host knows at a sign-in. */
function withBatchNumber(text: string, batchNumber: number | undefined): string {
  if (batchNumber === undefined) return text
  const parsed = parseField60(text)
  return parsed.ok ? formatField60({ ...parsed.value, batchNumber: digits(batchNumber, 6) }) : text
}

function fillFinancial(
  slots: Slots,
  { acquirer }: HostContext,
  { inbound, pan, processingCode, conditionCode, currency }: HostRequest,
  content: ReplyContent,
): void {
  const { issuer, amountMinor, authorisationCode } = content
  slots[F.primaryAccountNumber] = content.pan ?? pan
  if (processingCode !== '') slots[F.processingCode] = processingCode
  if (amountMinor !== undefined) slots[F.amountTransaction] = digits(amountMinor, 12)
  slots[F.dateExpiration] = content.expiry
  slots[F.dateSettlement] = hostDate(inbound.receivedAt.localTime)
  if (conditionCode !== '') slots[F.pointOfServiceConditionCode] = conditionCode
  if (authorisationCode !== '') slots[F.authorizationIdentificationResponse] = authorisationCode
  if (issuer !== undefined) {
    slots[F.additionalResponseData] = issuer.institution.padEnd(11) + acquirer.institution.padEnd(11)
    slots[F.customText] = formatField63({ operatorOrOrganisation: issuer.organisation })
  }
  if (currency !== '') slots[F.currencyCodeTransaction] = currency
  if (content.balance !== undefined) slots[F.additionalAmounts] = balanceText(content)
  slots[F.integratedCircuitCardData] = content.chipData
}

function fillSettlement(
  slots: Slots,
  { inbound, currency, customText }: HostRequest,
  { settlementOf }: ReplyContent,
): void {
  slots[F.dateSettlement] = hostDate(inbound.receivedAt.localTime)
  if (settlementOf !== undefined) slots[F.additionalDataPrivate] = settlementAnswer(settlementOf)
  if (currency !== '') slots[F.currencyCodeTransaction] = currency
  if (customText !== '') slots[F.customText] = customText
}
