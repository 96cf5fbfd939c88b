import type { LocalDateTime } from '../../base/ports.ts'
import type { Envelope } from '../../iso8583/framing/envelope.ts'
import type { Dialect, ExplainRow, TransactionKind } from './records.ts'

export interface ReceivedAt {
  /** Milliseconds since 1970 in UTC. */
  readonly ms: number
  readonly localTime: LocalDateTime
}

/** One frame as it came. The bytes are read while the batch is decided and never kept. */
export interface Inbound {
  readonly dialect: Dialect
  readonly envelope: Envelope
  readonly bytes: Uint8Array
  /** First byte of the message, after length prefix and envelope. */
  readonly start: number
  /** Byte after the message. */
  readonly end: number
  readonly receivedAt: ReceivedAt
}

/** What the gateway does once the batch is committed. */
export type Plan =
  | { readonly kind: 'reply'; readonly delayMs: number; readonly copies: number }
  | { readonly kind: 'silent' }
  | { readonly kind: 'disconnect' }

/** What a log may say of a message. */
export interface OutcomeSummary {
  readonly tid: string
  readonly mti: string
  readonly stan: number | undefined
  readonly operation: OperationName
  readonly responseCode: string
  readonly amountMinor: number | undefined
  readonly panTruncated: string
  readonly rrn: string
}

export type OperationName =
  | TransactionKind
  | 'signIn'
  | 'signOff'
  | 'echo'
  | 'download'
  | 'statusUpload'
  | 'reversal'
  | 'scriptResult'
  /** Opens, asks for or closes an order whose code the merchant shows: messages of this project. */
  | 'qrOrder'
  /** The customer's signature for an earlier transaction. */
  | 'signature'
  | 'settlement'
  | 'batchUpload'
  | 'batchEnd'
  | 'unsupported'
  | 'undecodable'

export interface Outcome {
  /** Envelope and message without length prefix; undefined when nothing is to be said. */
  readonly reply: Uint8Array | undefined
  readonly plan: Plan
  readonly explain: ExplainRow | undefined
  readonly summary: OutcomeSummary
}
