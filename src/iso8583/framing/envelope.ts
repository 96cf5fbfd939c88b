import { fromHex, toHex } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'

/** What stands between the length and the message. Both parts are optional by profile. */
export interface Envelope {
  /** 10 hexadecimal digits: ID 2, destination 4, source 4. */
  readonly tpdu?: string
  /** 12 hexadecimal digits; `pos-header.ts` tells their meaning. */
  readonly header?: string
}

/** Which parts a line carries. `none` is the plain ISO 8583 of jPOS and moov clients. */
export type EnvelopeKind = 'tpduAndHeader' | 'tpdu' | 'none'

export const TPDU_SIZE = 5
export const HEADER_SIZE = 6

/** Bytes before the message. */
export function envelopeSize(kind: EnvelopeKind): number {
  return kind === 'tpduAndHeader' ? TPDU_SIZE + HEADER_SIZE : kind === 'tpdu' ? TPDU_SIZE : 0
}

/**
 * Splits a frame (without its length). `start` is the first byte of the message. Undefined when the frame is
 * shorter than the envelope. A TPDU is never a reason to refuse. Source: UnionPay POS dialect, 1.
 */
export function parseEnvelope(
  frame: Uint8Array,
  kind: EnvelopeKind,
): { readonly envelope: Envelope; readonly start: number } | undefined {
  const start = envelopeSize(kind)
  if (frame.length < start) return undefined
  if (kind === 'none') return { envelope: {}, start }
  const tpdu = toHex(frame.subarray(0, TPDU_SIZE))
  if (kind === 'tpdu') return { envelope: { tpdu }, start }
  return { envelope: { tpdu, header: toHex(frame.subarray(TPDU_SIZE, start)) }, start }
}

/** The bytes of an envelope. */
export function envelopeBytes({ tpdu = '', header = '' }: Envelope): Uint8Array {
  invariant(tpdu === '' || tpdu.length === TPDU_SIZE * 2, 'a TPDU is 10 hexadecimal digits')
  invariant(header === '' || header.length === HEADER_SIZE * 2, 'a header is 12 hexadecimal digits')
  return fromHex(tpdu + header)
}

/** The TPDU of the reply: destination and source change places. */
export function swapTpdu(tpdu: string): string {
  return tpdu.slice(0, 2) + tpdu.slice(6, 10) + tpdu.slice(2, 6)
}

/** The envelope of a reply to `request`; the processing request digit of its header as given (default `0`). */
export function replyEnvelope(request: Envelope, processingRequest = '0'): Envelope {
  const { tpdu, header } = request
  return {
    ...(tpdu === undefined ? {} : { tpdu: swapTpdu(tpdu) }),
    ...(header === undefined ? {} : { header: header.slice(0, 5) + processingRequest + header.slice(6) }),
  }
}
