import { bytesToAscii } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import { F } from '../../iso8583/field.ts'
import type { FieldValue } from '../../iso8583/message.ts'
import type { Decision } from './decision.ts'
import { carriesMac } from './gate.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import { viewOf } from './intake.ts'
import { balanceText, digits, hostDate, hostTime, replySlots, rrnText } from './reply-fields.ts'
import { responseCodeIn } from './response-code.ts'

/** What a reply repeats as it came. Source: ISO 8583:1987, 4.4 (ME: mandatory echo). */
const ECHOED: readonly number[] = [
  F.primaryAccountNumber,
  F.processingCode,
  F.amountTransaction,
  F.transmissionDateAndTime,
  F.stan,
  F.timeLocalTransaction,
  F.dateLocalTransaction,
  24, // network international identifier
  F.pointOfServiceConditionCode,
  F.cardAcceptorTerminalIdentification,
  F.cardAcceptorIdentificationCode,
  F.currencyCodeTransaction,
  F.networkManagementInformationCode,
  F.originalDataElements,
]
const SETTLEMENT_CODE = 66

/** Fields of a reply without its MAC. */
export function isoReplyFields(
  { acquirer }: HostContext,
  { inbound, operation }: HostRequest,
  { content }: Decision,
): (FieldValue | undefined)[] {
  const { amountMinor, authorisationCode, chipData } = content
  const { localTime } = inbound.receivedAt
  const slots = replySlots(128)
  const view = viewOf(inbound.dialect)
  const isIndexed = view.index(inbound.bytes, inbound.start, inbound.end)
  invariant(isIndexed, 'a request that no longer decodes')
  slots[F.timeLocalTransaction] = hostTime(localTime)
  slots[F.dateLocalTransaction] = hostDate(localTime)
  for (const bit of ECHOED) slots[bit] = view.text(bit) ?? slots[bit]
  if (amountMinor !== undefined) slots[F.amountTransaction] = digits(amountMinor, 12)
  slots[F.acquiringInstitutionIdentificationCode] = acquirer.institution
  if (carriesMac(operation)) slots[F.retrievalReferenceNumber] = rrnText(content.rrn)
  if (authorisationCode !== '') slots[F.authorizationIdentificationResponse] = authorisationCode
  slots[F.responseCode] = responseCodeIn(inbound.dialect, content.responseCode ?? '00')
  slots[F.additionalAmounts] = balanceText(content)
  if (chipData !== undefined) slots[F.integratedCircuitCardData] = bytesToAscii(chipData)
  slots[SETTLEMENT_CODE] = content.settlementCode
  return slots
}
