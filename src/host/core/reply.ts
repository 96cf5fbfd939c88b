import { asciiToBytes, concatBytes, toHex } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import { F } from '../../iso8583/field.ts'
import type { Envelope } from '../../iso8583/framing/envelope.ts'
import { envelopeBytes, replyEnvelope } from '../../iso8583/framing/envelope.ts'
import type { Fields } from '../../iso8583/message.ts'
import type { Decision } from './decision.ts'
import { codecOf } from './dialects.ts'
import { carriesMac } from './gate.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import { viewOf } from './intake.ts'
import type { TerminalRow } from './records.ts'
import { isoReplyFields } from './reply-iso1987.ts'
import { unionPayReplyFields } from './reply-unionpay.ts'

const MAC_SIZE = 8
/** Processing request of the header. */
const SIGN_IN_AGAIN = '3'
const SIGN_IN_CODES: ReadonlySet<string> = new Set(['77', '99', 'A0'])

/** Envelope and message of the reply, its MAC made. */
export function buildReply(context: HostContext, request: HostRequest, decision: Decision): Uint8Array {
  const { dialect, bytes, start, end, envelope } = request.inbound
  const view = viewOf(dialect)
  const isIndexed = view.index(bytes, start, end)
  invariant(isIndexed, 'a request that no longer decodes')
  const isHome = dialect === 'unionpay-pos'
  const written = (isHome ? unionPayReplyFields : isoReplyFields)(context, request, decision, view)
  const fields = tampered(written, decision)
  const macKeyHolder = macKeyHolderOf(request, decision)
  const message =
    macKeyHolder === undefined
      ? encode(request, fields)
      : encodeWithMac(context, request, macKeyHolder, fields, decision.behaviour?.kind === 'wrongMac')
  return concatBytes([envelopeOf(envelope, decision), message])
}

/** What a test asked to be wrong in the reply. */
function tampered(fields: Fields, { behaviour }: Decision): Fields {
  const bit =
    behaviour?.kind === 'wrongStan'
      ? F.stan
      : behaviour?.kind === 'wrongAmount'
        ? F.amountTransaction
        : undefined
  const value = bit === undefined ? undefined : fields[bit]
  if (bit === undefined || typeof value !== 'string') return fields
  const next = (Number(value) + 1) % 10 ** value.length
  return { ...fields, [bit]: String(next).padStart(value.length, '0') }
}

/** The terminal whose key authenticates the reply, or undefined for a reply without MAC. */
function macKeyHolderOf({ operation, mac }: HostRequest, { terminal }: Decision): TerminalRow | undefined {
  if (terminal?.macKey === undefined || !carriesMac(operation)) return undefined
  return terminal.profile.macRequired || mac !== undefined ? terminal : undefined
}

function encode({ inbound, mti }: HostRequest, fields: Fields): Uint8Array {
  const encoded = codecOf(inbound.dialect).encode({ mti: replyMti(mti), fields })
  invariant(encoded.ok, `a reply to ${mti} that does not encode`)
  return encoded.value
}

/** Encodes with an empty MAC as the last field, then fills it in: the bitmap is part of what it covers. */
function encodeWithMac(
  { security }: HostContext,
  request: HostRequest,
  { macKey, profile }: TerminalRow,
  fields: Fields,
  isWrong: boolean,
): Uint8Array {
  const { spec } = codecOf(request.inbound.dialect)
  const hasSecondary = Object.keys(fields).some((bit) => Number(bit) > F.messageAuthenticationCode)
  const bit = hasSecondary ? F.messageAuthenticationCode2 : F.messageAuthenticationCode
  const message = encode(request, { ...fields, [bit]: new Uint8Array(MAC_SIZE) })
  const isHex = spec.elements[bit]?.content === 'hex'
  const size = isHex ? MAC_SIZE * 2 : MAC_SIZE
  const offset = message.length - size
  invariant(macKey !== undefined, 'a MAC without a key')
  const right = security.mac(macKey, profile.macAlgorithm, message.subarray(0, offset))
  const mac = isWrong ? right.map((byte, index) => (index === 0 ? byte ^ 0x01 : byte)) : right
  message.set(isHex ? asciiToBytes(toHex(mac)) : mac, offset)
  return message
}

/** 0200 becomes 0210, a repeat 0201 too. */
function replyMti(mti: string): string {
  return `${mti.slice(0, 2)}${Number(mti.charAt(2)) + 1}0`
}

function envelopeOf(envelope: Envelope, { terminal, content }: Decision): Uint8Array {
  const job = SIGN_IN_CODES.has(content.responseCode ?? '')
    ? SIGN_IN_AGAIN
    : String(terminal?.processingRequest ?? 0)
  return envelopeBytes(replyEnvelope(envelope, job))
}
