import type { Field59Item } from '../../iso8583/subfields/field-59.ts'
import type { AccountState, BalanceFlag, BatchRow, IssuerRow, TerminalRow } from './records.ts'
import type { Refusal } from './refusal.ts'
import type { TestBehaviour } from './test-behaviour.ts'

/** What a reply says, before a dialect writes it down. */
export interface ReplyContent {
  /** In the codes of the home dialect; undefined where the reply carries none (settlement). */
  readonly responseCode: string | undefined
  readonly rrn: number
  readonly pan: string | undefined
  readonly expiry: string | undefined
  readonly issuer: IssuerRow | undefined
  readonly authorisationCode: string
  readonly amountMinor: number | undefined
  /** For a balance inquiry. */
  readonly balance: { readonly state: AccountState; readonly currency: string } | undefined
  readonly chipData: Uint8Array | undefined
  /** Items of field 59. */
  readonly extended?: readonly Field59Item[] | undefined
  /** When it differs from the one in the request: sign-in. */
  readonly batchNumber: number | undefined
  /** Field 62: working keys of a sign-in, content of a download. */
  readonly multiUse: Uint8Array | undefined
  /** Whose flags go into field 48. */
  readonly settlementOf: BatchRow | undefined
  /** Field 66 of ISO 8583:1987. */
  readonly settlementCode: BalanceFlag | undefined
}

export interface Decision {
  readonly content: ReplyContent
  /** Undefined while the terminal is not known. */
  readonly terminal: TerminalRow | undefined
  readonly refusal: Refusal | undefined
  readonly behaviour: TestBehaviour | undefined
  /** First six and last four, for the log. */
  readonly panTruncated: string
}

/** A reply that says no more than its code. */
export function content(
  responseCode: string | undefined,
  rrn: number,
  more: Partial<ReplyContent> = {},
): ReplyContent {
  return {
    responseCode,
    rrn,
    pan: undefined,
    expiry: undefined,
    issuer: undefined,
    authorisationCode: '',
    amountMinor: undefined,
    balance: undefined,
    chipData: undefined,
    batchNumber: undefined,
    multiUse: undefined,
    settlementOf: undefined,
    settlementCode: undefined,
    ...more,
  }
}

/** A plain yes. */
export function accept(
  terminal: TerminalRow | undefined,
  rrn: number,
  more: Partial<ReplyContent> = {},
): Decision {
  return {
    content: content('00', rrn, more),
    terminal,
    refusal: undefined,
    behaviour: undefined,
    panTruncated: '',
  }
}

/** A plain no. */
export function deny(
  terminal: TerminalRow | undefined,
  rrn: number,
  refusal: Refusal,
  more: Partial<ReplyContent> = {},
): Decision {
  return {
    content: content(refusal.responseCode, rrn, more),
    terminal,
    refusal,
    behaviour: undefined,
    panTruncated: '',
  }
}
