import { concatBytes, equalBytes, fromHex, toHex } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import type { Message } from '../../iso8583/message.ts'
import { append, disconnect, type Flow, now, pinPad, receive } from './effect.ts'
import { patientSend } from './patient-send.ts'
import type { PinPadAnswer } from './peripheral-effect.ts'
import { SIGN_IN_CODES, SUCCESS_CODES } from './response-codes.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { ProcessingRequest } from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'

/** A request that is ready to leave: MAC in place, TPDU and header before it. */
export interface SealedRequest {
  readonly message: Message
  readonly frame: Uint8Array
}

/** `none`: management, settlement and upload; `reversal`: every answer that ends it, refusals too. */
export type MacUse = 'none' | 'financial' | 'reversal'

export type ExchangeResult =
  | { readonly kind: 'reply'; readonly message: Message; readonly processing?: ProcessingRequest }
  /** Provably nothing left. */
  | { readonly kind: 'notSent' }
  /** Nothing usable came before the deadline, or the line went. */
  | { readonly kind: 'noReply' }
  | { readonly kind: 'macWrong' }
  /** A reply came, but the PIN pad could not check it. */
  | { readonly kind: 'macUnchecked'; readonly trouble: PinPadAnswer }

const TPDU_AND_HEADER_SIZE = 11
const MAC_SIZE = 8

/**
 * Encodes `message` and lets the PIN pad make its MAC, when its field 64 is there to be filled. Nothing has
 * left and nothing is owed when the pad can't.
 */
export function* sealRequest(
  context: TerminalContext,
  message: Message,
): Flow<{ readonly kind: 'sealed'; readonly request: SealedRequest } | PinPadAnswer> {
  const profile = activeProfile(context)
  const encoded = context.codec.encode(message)
  invariant(encoded.ok, `a request of type ${message.mti} does not encode`)
  const bytes = encoded.value.slice()
  if (message.fields[64] !== undefined) {
    const authenticated = bytes.subarray(0, bytes.length - MAC_SIZE)
    const answer = yield* pinPad({ op: 'mac', algorithm: profile.macAlgorithm, data: authenticated })
    if (answer.kind !== 'mac') return answer
    bytes.set(answer.mac, bytes.length - MAC_SIZE)
  }
  const header = message.fields[55] === undefined ? profile.header : profile.chipHeader
  const frame = concatBytes([fromHex(profile.tpdu), fromHex(header), bytes])
  return { kind: 'sealed', request: { message, frame } }
}

/**
 * Sends a sealed request and waits for the reply that belongs to it; others are passed over. What the
 * request owes must be durable before this is called.
 */
export function* exchange(
  context: TerminalContext,
  request: SealedRequest,
  macUse: MacUse,
): Flow<ExchangeResult> {
  const profile = activeProfile(context)
  const sent = yield* patientSend(profile, request.frame)
  if (sent.kind === 'notSent') return { kind: 'notSent' }
  const start = yield* now()
  const deadlineMs = start.monotonicMs + profile.replyTimeoutMs
  let nowMs = start.monotonicMs
  while (nowMs < deadlineMs) {
    const received = yield* receive(deadlineMs - nowMs)
    if (received.kind !== 'frame') break
    const reply = openReply(context, received.frame)
    if (reply !== undefined && belongs(request.message, reply.message)) {
      return yield* checkMac(profile, reply, macUse)
    }
    nowMs = (yield* now()).monotonicMs
  }
  // A reply that comes later still must not meet the next request on this connection.
  yield* disconnect()
  return { kind: 'noReply' }
}

/** Makes the header's processing request durable; it is acted on after the transaction. */
export function* noteProcessing(result: ExchangeResult): Flow<void> {
  if (result.kind !== 'reply' || result.processing === undefined) return
  yield* append({ kind: 'processingRequested', request: result.processing })
}

interface OpenedReply {
  readonly message: Message
  readonly bytes: Uint8Array
  readonly processing?: ProcessingRequest
}

function openReply(context: TerminalContext, frame: Uint8Array): OpenedReply | undefined {
  if (frame.length <= TPDU_AND_HEADER_SIZE) return undefined
  const bytes = frame.slice(TPDU_AND_HEADER_SIZE)
  const decoded = context.codec.decode(bytes)
  if (!decoded.ok) return undefined
  const digit = toHex(frame.subarray(5, TPDU_AND_HEADER_SIZE)).charAt(5)
  const message = decoded.value
  return isProcessingRequest(digit) ? { message, bytes, processing: digit } : { message, bytes }
}

function isProcessingRequest(digit: string): digit is ProcessingRequest {
  return /^[1-9]$/.test(digit)
}

/**
 * Whether `reply` answers `request`: message type plus 10, fields 11, 41, and 3, 42 and 4, which a refusal may leave out.
 * Source: docs of the UnionPay dialect, 13.
 */
export function belongs(request: Message, reply: Message): boolean {
  if (reply.mti !== String(Number(request.mti) + 10).padStart(4, '0')) return false
  if (!sameField(request, reply, 11) || !sameField(request, reply, 41)) return false
  const approved = SUCCESS_CODES.includes(String(reply.fields[39] ?? ''))
  if (WITHOUT_AMOUNT.includes(request.mti)) return !approved || sameField(request, reply, 42)
  // A host that refuses early may leave out what it did not look at; what it repeats is that of the request.
  if (!approved) return [3, 4, 42].every((bit) => isLeftOut(reply, bit) || sameField(request, reply, bit))
  // A partial approval has an amount of its own; a reversal's answer need not repeat what was undone.
  const amountFree = reply.fields[39] === '10' || (request.mti === '0400' && reply.fields[4] === undefined)
  return (
    [3, 42].every((bit) => sameField(request, reply, bit)) && (amountFree || sameField(request, reply, 4))
  )
}

function isLeftOut({ fields }: Message, bit: number): boolean {
  return fields[bit] === undefined || (bit === 4 && Number(fields[4]) === 0)
}

const WITHOUT_AMOUNT: readonly string[] = ['0320', '0500', '0620', '0800', '0820']

function sameField(request: Message, reply: Message, bit: number): boolean {
  const sent = request.fields[bit]
  return sent === undefined || String(sent).trim() === String(reply.fields[bit] ?? '').trim()
}

function* checkMac(profile: TerminalProfile, reply: OpenedReply, macUse: MacUse): Flow<ExchangeResult> {
  const { message, processing } = reply
  const accepted: ExchangeResult = {
    kind: 'reply',
    message,
    ...(processing === undefined ? {} : { processing }),
  }
  if (!macNeeded(profile, macUse, String(message.fields[39] ?? ''))) return accepted
  const mac = message.fields[64]
  if (!(mac instanceof Uint8Array) || mac.length !== MAC_SIZE) return { kind: 'macWrong' }
  const data = reply.bytes.subarray(0, reply.bytes.length - MAC_SIZE)
  const answer = yield* pinPad({ op: 'mac', algorithm: profile.macAlgorithm, data })
  if (answer.kind !== 'mac') return { kind: 'macUnchecked', trouble: answer }
  return equalBytes(answer.mac, mac) ? accepted : { kind: 'macWrong' }
}

/** Source: docs of the UnionPay dialect, 10.3: the rules of the two sources. */
function macNeeded(profile: TerminalProfile, macUse: MacUse, responseCode: string): boolean {
  switch (macUse) {
    case 'none':
      return false
    case 'reversal':
      // An unproved "no" would let go of money that was taken.
      return !SIGN_IN_CODES.includes(responseCode)
    case 'financial':
      // A forged approval must never pass, so "only 00" is read as "only approvals".
      return profile.replyMacRule === 'always' ? responseCode !== 'A0' : SUCCESS_CODES.includes(responseCode)
  }
}
