import { z } from 'zod'
import { KEYPAD_KEYS } from '../terminal/adapters/keypad-panel.ts'

const TEXT = z.object({ zh: z.string(), en: z.string() })
export const DEVICE = z.enum(['reader', 'pinpad', 'printer'])
export const LINE_STATE = z.enum(['up', 'cut', 'stalled', 'slow', 'loseReply'])
const KEY = z.enum(KEYPAD_KEYS)

/** What a hand does. A PIN is places on the pad, never digits. */
export const WORKBENCH_DEED = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('key'), key: KEY }),
  /** Characters of a keyboard, for names and passwords. */
  z.object({ kind: z.literal('type'), text: z.string().min(1).max(32) }),
  /** Strokes of a pen, in dots from the upper left corner of the place to sign. */
  z.object({
    kind: z.literal('sign'),
    strokes: z
      .array(
        z
          .array(z.tuple([z.number().int().min(0).max(191), z.number().int().min(0).max(63)]))
          .min(1)
          .max(500),
      )
      .min(1)
      .max(40),
  }),
  z.object({ kind: z.literal('insert'), card: z.string().max(64), isDirty: z.boolean().default(false) }),
  z.object({ kind: z.literal('swipe'), card: z.string().max(64) }),
  /** Held at the reader until it beeps; `isEarly`: pulled away too soon; `second`: a card held there at the same time. */
  z.object({
    kind: z.literal('tap'),
    card: z.string().max(64),
    isEarly: z.boolean().default(false),
    second: z.string().max(64).optional(),
  }),
  z.object({ kind: z.literal('remove') }),
  z.object({
    kind: z.literal('pad'),
    place: z.union([z.number().int().min(0).max(9), z.enum(['enter', 'clear', 'cancel'])]),
  }),
  /** The pad into one's own hands, when nobody has it. */
  z.object({ kind: z.literal('takePad') }),
  z.object({ kind: z.literal('paper'), state: z.enum(['ok', 'nearEnd', 'end']) }),
  /** So many more lines, then the paper is out. */
  z.object({ kind: z.literal('paperEndsAfter'), lines: z.number().int().min(1).max(999) }),
  /** Drained or charged; into its cradle or out. */
  z.object({
    kind: z.literal('battery'),
    percent: z.number().int().min(0).max(100).optional(),
    isCharging: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('cover'), state: z.enum(['open', 'closed']) }),
  z.object({ kind: z.literal('tear') }),
  z.object({ kind: z.literal('plug'), device: DEVICE }),
  z.object({ kind: z.literal('unplug'), device: DEVICE }),
  /** `loseReply`: the next request leaves, and its answer is lost with the line. */
  z.object({ kind: z.literal('line'), state: LINE_STATE }),
  z.object({ kind: z.literal('power'), isOn: z.boolean() }),
  /** Another terminal of the table is looked at; a new one comes out of its box. */
  z.object({ kind: z.literal('show'), terminal: z.number().int().min(0) }),
  z.object({ kind: z.literal('unpack') }),
])
export type WorkbenchDeed = z.input<typeof WORKBENCH_DEED>
/** A deed that was understood. */
export type HandDeed = z.output<typeof WORKBENCH_DEED>

/** All that can be seen. Holds no card number beyond its truncation, and no PIN. */
export const WORKBENCH_STATE = z.object({
  power: z.enum(['on', 'off', 'starting']),
  display: z.object({
    mode: z.enum(['idle', 'busy', 'ask', 'menu']),
    title: TEXT,
    screenId: z.string(),
    entry: z.string().nullable(),
    options: z.array(TEXT),
    chosen: z.number(),
    /** Size in dots of the place to sign; null when nobody is asked to. */
    signing: z.object({ widthDots: z.number(), heightDots: z.number() }).nullable(),
    /** For a customer to scan; null when there is none. */
    code: z.string().nullable(),
  }),
  /** The devices are real ones, on a board: nothing can be done to them here, and of them is known what the terminal knows. */
  isOnBoard: z.boolean(),
  reader: z.object({
    lamp: z.enum(['off', 'cardWanted', 'takeCard']),
    card: z.string().nullable(),
    isPlugged: z.boolean(),
    /** Four lights from the left, bit 0 the first. */
    lights: z.number(),
    /** Waiting for a card in its field. */
    isFieldOn: z.boolean(),
  }),
  pinPad: z.object({
    isPlugged: z.boolean(),
    lines: z.array(z.string()),
    isEntering: z.boolean(),
    amountText: z.string(),
    digitCount: z.number(),
    /** Who types the PIN. */
    hands: z.enum(['yours', 'others', 'free']),
    /** The digit at each of ten places while this viewer enters a PIN; empty otherwise. */
    layout: z.array(z.string()),
  }),
  printer: z.object({
    isPlugged: z.boolean(),
    paper: z.enum(['ok', 'nearEnd', 'end']),
    cover: z.enum(['open', 'closed']),
    /** Newest last; the picture of a piece is at `/api/workbench/paper/ID`. */
    pieces: z.array(z.object({ id: z.number(), widthPx: z.number(), heightPx: z.number() })),
  }),
  /** Null where none can be drained by hand. */
  battery: z.object({ percent: z.number(), isCharging: z.boolean() }).nullable(),
  line: LINE_STATE,
  terminal: z.object({
    tid: z.string(),
    merchant: TEXT,
    batch: z.string(),
    operator: z.string().nullable(),
    isSignedIn: z.boolean(),
    /** A reversal is owed. */
    owesReversal: z.boolean(),
    owedSlips: z.number(),
  }),
  cards: z.array(
    z.object({
      name: z.string(),
      number: z.string(),
      scheme: z.enum(['unionpay', 'visa', 'mastercard', 'other']),
      hasChip: z.boolean(),
      hasStripe: z.boolean(),
      isContactless: z.boolean(),
    }),
  ),
  /** The terminals of the table; null where there is only one. `serial`: of one that came in a box. */
  table: z
    .object({
      shown: z.number(),
      terminals: z.array(
        z.object({ id: z.number(), serial: z.string(), tid: z.string(), isOnBoard: z.boolean() }),
      ),
    })
    .nullable(),
  /** Grows with each beep. */
  beep: z.object({ count: z.number(), kind: z.enum(['short', 'good', 'bad']) }),
  /** What happened, newest last. */
  log: z.array(z.object({ id: z.number(), atMs: z.number(), text: TEXT })),
})
export type WorkbenchState = z.infer<typeof WORKBENCH_STATE>

/** To whoever watches. */
export type WorkbenchMessage =
  | { readonly kind: 'state'; readonly state: WorkbenchState }
  /** The deed of this viewer could not be done. */
  | { readonly kind: 'refused'; readonly text: { readonly zh: string; readonly en: string } }
