import { concatBytes } from '../../src/base/bytes.ts'
import { PayloadReader } from './payload-reader.ts'
import { uint } from './payload-writer.ts'

// Source of all payloads here: docs/peripheral-link.md 7.9 to 7.11.

/** Bytes of a certificate in one reply at most. */
export const CERTIFICATE_PART_SIZE_MAX = 900
/** Bytes of a key package in one command at most. */
export const PACKAGE_PART_SIZE_MAX = 1000
export const KEY_REQUEST_CONTEXT_SIZE = 32
const NONCE_SIZE = 16
const ALGORITHMS = ['tdes', 'sm4'] as const

/** Certificate `index` of the pad's chain, from `offset` on. */
export function encodeCertificatePart(index: number, offset: number): Uint8Array {
  return concatBytes([uint(index, 1), uint(offset, 2)])
}

export function decodeCertificatePart(
  payload: Uint8Array,
): { readonly index: number; readonly offset: number } | undefined {
  const reader = new PayloadReader(payload)
  const index = reader.u8()
  const offset = reader.u16()
  return reader.isComplete ? { index, offset } : undefined
}

/** Body of the reply: size of the whole certificate, and the part. */
export function decodeCertificateBody(
  body: Uint8Array,
): { readonly size: number; readonly part: Uint8Array } | undefined {
  const reader = new PayloadReader(body)
  const size = reader.u16()
  const part = reader.rest()
  return reader.isComplete ? { size, part } : undefined
}

/** Body of the reply to a key request: 16 bytes number, then the signature. */
export function decodeKeyRequestBody(
  body: Uint8Array,
): { readonly nonce: Uint8Array; readonly signature: Uint8Array } | undefined {
  const reader = new PayloadReader(body)
  const nonce = reader.bytes(NONCE_SIZE)
  const signature = reader.rest()
  return reader.isComplete && signature.length > 0 ? { nonce, signature } : undefined
}

export function encodePackagePart(hasMore: boolean, data: Uint8Array): Uint8Array {
  return concatBytes([uint(hasMore ? 1 : 0, 1), data])
}

export function decodePackagePart(
  payload: Uint8Array,
): { readonly hasMore: boolean; readonly data: Uint8Array } | undefined {
  const [more] = payload
  return more === undefined || more > 1 ? undefined : { hasMore: more === 1, data: payload.slice(1) }
}

export interface EnterComponentRequest {
  /** From 0. */
  readonly index: number
  /** Of the key that it is a part of. */
  readonly algorithm: 'tdes' | 'sm4'
  readonly timeoutMs: number
}

export function encodeEnterComponent({ index, algorithm, timeoutMs }: EnterComponentRequest): Uint8Array {
  return concatBytes([uint(index, 1), uint(ALGORITHMS.indexOf(algorithm), 1), uint(timeoutMs, 4)])
}

export function decodeEnterComponent(payload: Uint8Array): EnterComponentRequest | undefined {
  const reader = new PayloadReader(payload)
  const index = reader.u8()
  const algorithm = ALGORITHMS[reader.u8()]
  const timeoutMs = reader.u32()
  return reader.isComplete && algorithm !== undefined ? { index, algorithm, timeoutMs } : undefined
}

/** Algorithm and check value of the whole key, 3 or 4 bytes. */
export function encodeJoinComponents(algorithm: 'tdes' | 'sm4', checkValue: Uint8Array): Uint8Array {
  return concatBytes([uint(ALGORITHMS.indexOf(algorithm), 1), checkValue])
}

export function decodeJoinComponents(
  payload: Uint8Array,
): { readonly algorithm: 'tdes' | 'sm4'; readonly checkValue: Uint8Array } | undefined {
  const algorithm = ALGORITHMS[payload[0] ?? -1]
  const checkValue = payload.slice(1)
  if (algorithm === undefined || checkValue.length < 3 || checkValue.length > 4) return undefined
  return { algorithm, checkValue }
}

export type ComponentResultEvent =
  /** Check value of the component, 4 bytes. */
  | { readonly kind: 'entered'; readonly checkValue: Uint8Array }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timeout' }

const RESULTS = ['entered', 'cancelled', 'timeout'] as const

export function encodeComponentResult(event: ComponentResultEvent): Uint8Array {
  const kind = uint(RESULTS.indexOf(event.kind), 1)
  return event.kind === 'entered' ? concatBytes([kind, event.checkValue]) : kind
}

export function decodeComponentResult(payload: Uint8Array): ComponentResultEvent | undefined {
  const kind = RESULTS[payload[0] ?? -1]
  const checkValue = payload.slice(1)
  if (kind === 'entered') return checkValue.length === 4 ? { kind, checkValue } : undefined
  return kind === undefined || checkValue.length > 0 ? undefined : { kind }
}
