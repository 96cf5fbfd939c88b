import { asciiToBytes, toHex } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import { MemorySlab } from '../../base/memory-slab.ts'
import { F } from '../../iso8583/field.ts'
import type { Envelope } from '../../iso8583/framing/envelope.ts'
import { envelopeBytes, replyEnvelope } from '../../iso8583/framing/envelope.ts'
import type { Fields } from '../../iso8583/message.ts'
import type { Decision } from './decision.ts'
import { codecOf } from './dialects.ts'
import { carriesMac } from './gate.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import type { TerminalRow } from './records.ts'
import { isoReplyFields } from './reply-iso1987.ts'
import { unionPayReplyFields } from './reply-unionpay.ts'

const MAC_SIZE = 8
/** Processing request of the header. */
const SIGN_IN_AGAIN = 3
const SIGN_IN_CODES: ReadonlySet<string> = new Set(['77', '99', 'A0'])

/** Where replies are written before they are cut to their size: the longest message of any dialect fits. */
const SCRATCH = new Uint8Array(16_384)
const MEMORY = new MemorySlab()

/** Envelope and message of the reply, its MAC made. Nobody writes to its bytes again. */
export function buildReply(context: HostContext, request: HostRequest, decision: Decision): Uint8Array {
  const { dialect, envelope } = request.inbound
  const fields = (dialect === 'unionpay-pos' ? unionPayReplyFields : isoReplyFields)(
    context,
    request,
    decision,
  )
  tamper(fields, decision)
  const start = writeEnvelope(envelope, decision)
  const macKeyHolder = macKeyHolderOf(request, decision)
  const end =
    macKeyHolder === undefined
      ? encode(request, fields, start)
      : encodeWithMac(context, request, macKeyHolder, fields, start, decision.behaviour?.kind === 'wrongMac')
  return MEMORY.keep(SCRATCH.subarray(0, end))
}

/** What a test asked to be wrong in the reply. */
function tamper(fields: Fields, { behaviour }: Decision): void {
  if (behaviour?.kind !== 'wrongStan' && behaviour?.kind !== 'wrongAmount') return
  const bit = behaviour.kind === 'wrongStan' ? F.stan : F.amountTransaction
  const value = fields[bit]
  if (typeof value !== 'string') return
  const next = (Number(value) + 1) % 10 ** value.length
  fields[bit] = String(next).padStart(value.length, '0')
}

/** The terminal whose key authenticates the reply, or undefined for a reply without MAC. */
function macKeyHolderOf({ operation, mac }: HostRequest, { terminal }: Decision): TerminalRow | undefined {
  if (terminal?.macKey === undefined || !carriesMac(operation)) return undefined
  return terminal.profile.macRequired || mac !== undefined ? terminal : undefined
}

/** Writes the message from `start`; answers where it ends. */
function encode({ inbound, mti }: HostRequest, fields: Fields, start: number): number {
  const end = codecOf(inbound.dialect).encodeInto({ mti: replyMti(mti), fields }, SCRATCH, start)
  invariant(end >= 0, `a reply to ${mti} that does not encode`)
  return end
}

const NO_MAC = new Uint8Array(MAC_SIZE)

/** Encodes with an empty MAC as the last field, then fills it in: the bitmap is part of what it covers. */
function encodeWithMac(
  { security }: HostContext,
  request: HostRequest,
  { macKey, profile }: TerminalRow,
  fields: Fields,
  start: number,
  isWrong: boolean,
): number {
  const { spec } = codecOf(request.inbound.dialect)
  const bit =
    spec.bits === 128 && hasSecondary(fields) ? F.messageAuthenticationCode2 : F.messageAuthenticationCode
  fields[bit] = NO_MAC
  const end = encode(request, fields, start)
  const isHex = spec.elements[bit]?.content === 'hex'
  const macAt = end - (isHex ? MAC_SIZE * 2 : MAC_SIZE)
  invariant(macKey !== undefined, 'a MAC without a key')
  const right = security.mac(macKey, profile.macAlgorithm, SCRATCH.subarray(start, macAt))
  const mac = isWrong ? right.map((byte, index) => (index === 0 ? byte ^ 0x01 : byte)) : right
  const written = isHex ? asciiToBytes(toHex(mac)) : mac
  // For so few bytes `set` takes longer to find out what it was given than to copy it.
  for (let index = 0; index < written.length; index++) SCRATCH[macAt + index] = written[index] as number
  return end
}

function hasSecondary(fields: Fields): boolean {
  for (let bit = F.messageAuthenticationCode + 1; bit <= F.messageAuthenticationCode2; bit++) {
    if (fields[bit] !== undefined) return true
  }
  return false
}

/** 0200 becomes 0210, a repeat 0201 too. */
function replyMti(mti: string): string {
  const known = REPLY_TYPES[mti]
  return known ?? `${mti.slice(0, 2)}${Number(mti.charAt(2)) + 1}0`
}

/** The types that come often, spelt out: nothing is put together for them. */
const REPLY_TYPES: Readonly<Record<string, string>> = { '0200': '0210', '0100': '0110', '0400': '0410' }

/** The last envelope written, and from what: the lines of one network have nearly all the same. */
const lastEnvelope = { tpdu: '', header: '', job: -1, size: 0 }

/** Writes what stands before the message; answers its size. */
function writeEnvelope(envelope: Envelope, { terminal, content }: Decision): number {
  const { tpdu = '', header = '' } = envelope
  const job = SIGN_IN_CODES.has(content.responseCode ?? '')
    ? SIGN_IN_AGAIN
    : (terminal?.processingRequest ?? 0)
  // SCRATCH still holds it: nothing else writes there.
  const isSame = lastEnvelope.tpdu === tpdu && lastEnvelope.header === header && lastEnvelope.job === job
  if (isSame) return lastEnvelope.size
  const bytes = envelopeBytes(replyEnvelope(envelope, String(job)))
  SCRATCH.set(bytes)
  lastEnvelope.tpdu = tpdu
  lastEnvelope.header = header
  lastEnvelope.job = job
  lastEnvelope.size = bytes.length
  return bytes.length
}
