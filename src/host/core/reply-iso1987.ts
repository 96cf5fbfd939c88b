import { bytesToAscii } from '../../base/bytes.ts'
import type { MessageView } from '../../iso8583/compile.ts'
import { F } from '../../iso8583/field.ts'
import type { Fields, FieldValue } from '../../iso8583/message.ts'
import type { Decision } from './decision.ts'
import { carriesMac } from './gate.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import { balanceText, digits, hostTime, present, rrnText } from './reply-fields.ts'
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
  view: MessageView,
): Fields {
  const { amountMinor, authorisationCode, chipData } = content
  const echoed: { [bit: number]: FieldValue | undefined } = {}
  for (const bit of ECHOED) echoed[bit] = view.text(bit)
  const code = content.responseCode ?? '00'
  return present<FieldValue>({
    ...hostTime(inbound.receivedAt.localTime),
    ...present<FieldValue>(echoed),
    ...(amountMinor === undefined ? {} : { [F.amountTransaction]: digits(amountMinor, 12) }),
    [F.acquiringInstitutionIdentificationCode]: acquirer.institution,
    [F.retrievalReferenceNumber]: carriesMac(operation) ? rrnText(content.rrn) : undefined,
    [F.authorizationIdentificationResponse]: authorisationCode === '' ? undefined : authorisationCode,
    [F.responseCode]: responseCodeIn(inbound.dialect, code),
    [F.additionalAmounts]: balanceText(content),
    [F.integratedCircuitCardData]: chipData === undefined ? undefined : bytesToAscii(chipData),
    [SETTLEMENT_CODE]: content.settlementCode,
  })
}
