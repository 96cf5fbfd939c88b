import { z } from 'zod'

const TEXT = z.object({ zh: z.string(), en: z.string() })

/** A part of a message: a field, a subfield, a TLV object or a bit. Offsets are bytes of the frame. */
export interface MessagePart {
  /** `TPDU`, `F2`, `60.1`, `9F26`, `5.8`. */
  readonly place: string
  readonly name: { readonly zh: string; readonly en: string }
  /** As it may be shown; empty for a part that only holds others. */
  readonly value: string
  /** First byte, and the byte after the last; undefined where a part has no bytes of its own. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly children: readonly MessagePart[]
}

export const MESSAGE_PART: z.ZodType<MessagePart> = z.lazy(() =>
  z.object({
    place: z.string(),
    name: TEXT,
    value: z.string(),
    from: z.number().optional(),
    to: z.number().optional(),
    children: z.array(MESSAGE_PART),
  }),
)

/** A frame without its length: its bytes as they may be shown, and what they mean. */
export const INSPECTED = z.object({
  /** Two characters a byte; `•` stands for a digit that is not shown. */
  bytes: z.array(z.string()),
  mti: z.string(),
  type: TEXT,
  parts: z.array(MESSAGE_PART),
})
export type Inspected = z.infer<typeof INSPECTED>

/** One exchange that the host answered, in a line. */
export const EXCHANGE_LINE = z.object({
  number: z.number(),
  atMs: z.number(),
  tookMs: z.number(),
  dialect: z.string(),
  tid: z.string(),
  mti: z.string(),
  stan: z.number().nullable(),
  operation: z.string(),
  responseCode: z.string(),
  amountMinor: z.number().nullable(),
  panTruncated: z.string(),
  rrn: z.string(),
  /** Why it was refused, or empty. */
  reason: z.string(),
})
export type ExchangeLine = z.infer<typeof EXCHANGE_LINE>

export const EXCHANGE = EXCHANGE_LINE.extend({
  request: INSPECTED.nullable(),
  /** Null when nothing was answered. */
  reply: INSPECTED.nullable(),
})
export type Exchange = z.infer<typeof EXCHANGE>
