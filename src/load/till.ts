import type { Codec, MessageView } from '../iso8583/compile.ts'
import type { EnvelopeKind } from '../iso8583/framing/envelope.ts'
import type { LengthPrefix } from '../iso8583/framing/length-prefix.ts'

/** How all terminals of a load speak to their host. */
export interface Speech {
  readonly codec: Codec
  readonly prefix: LengthPrefix
  readonly envelope: EnvelopeKind
  /** What names the request that a reply belongs to; undefined when the message is no reply at all. */
  replyKey(view: MessageView): string | undefined
}

/** What a terminal makes of a reply that belongs to its request. All but the first two are errors of the host. */
export type Judgement =
  | 'approved'
  /** A business outcome: the response code says why. */
  | 'declined'
  | 'wrongMac'
  /** The card refuses what its issuer is said to have answered. */
  | 'wrongArpc'
  /** A field is missing that this reply must have, or keys do not fit their check values. */
  | 'badReply'
  /** The host's settlement totals differ from the terminal's. */
  | 'outOfBalance'

/** One virtual terminal: it has one request under way at a time. */
export interface Till {
  /**
   * Writes its next request, envelope and message without a length, and answers the offset behind it. `kind` and
   * `key` then tell what was written.
   */
  write(target: Uint8Array, offset: number): number
  /** It has what its requests need: it is signed in, where its host wants that. */
  readonly isReady: boolean
  /** Before the load; false: another one signs in for it, since both are one terminal to the host. */
  readonly signsIn: boolean
  /** Index into the names that its load reports. */
  readonly kind: number
  /** As `Speech.replyKey` gives it for the reply. Unique among the requests under way on one connection. */
  readonly key: string
  /** The last request is one that the host keeps a row of. */
  readonly isBooked: boolean
  /** Response code of the last judged reply; empty when it had none. */
  readonly responseCode: string
  /** Judges the reply to the last request; `frame` from `start` is what `view` was made of. */
  read(view: MessageView, frame: Uint8Array, start: number): Judgement
  /** Nothing usable came, or the connection went. */
  unanswered(): void
}
