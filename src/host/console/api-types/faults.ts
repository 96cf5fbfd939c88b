import { z } from 'zod'

const TID = z.string().regex(/^[0-9A-Za-z]{8}$/, '8 letters or digits')

/** What a switched-on fault does to the transactions of its terminals. */
export const FAULT_BEHAVIOUR = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('respond'), responseCode: z.string().regex(/^[0-9A-Z]{2}$/, 'two characters') }),
  z.object({ kind: z.literal('delay'), delayMs: z.number().int().min(100).max(120_000) }),
  z.object({ kind: z.literal('approvePartially'), percent: z.number().int().min(1).max(99) }),
  z.object({
    kind: z.enum([
      'ignore',
      'loseReply',
      'replyTwice',
      'wrongMac',
      'wrongStan',
      'wrongAmount',
      'wrongArpc',
      'disconnect',
      'disconnectAfter',
      'sendScript',
    ]),
  }),
])

export const FAULT_ORDER = z.object({
  /** Null: all terminals that have no switch of their own. */
  tid: TID.nullable(),
  behaviour: FAULT_BEHAVIOUR,
  /** Transactions that it acts on; null: until it is switched off. */
  times: z.number().int().min(1).max(1000).nullable(),
})

export const FAULT_VIEW = z.object({
  tid: z.string().nullable(),
  behaviour: FAULT_BEHAVIOUR,
  timesLeft: z.number().nullable(),
  actedTimes: z.number(),
  by: z.string(),
  sinceMs: z.number(),
})

export const FAULT_LIST = z.object({
  /** False at a host that was started without test behaviour: nothing can be switched on there. */
  canSwitch: z.boolean(),
  faults: z.array(FAULT_VIEW),
})

export type FaultBehaviourView = z.infer<typeof FAULT_BEHAVIOUR>
export type FaultOrder = z.infer<typeof FAULT_ORDER>
export type FaultView = z.infer<typeof FAULT_VIEW>
export type FaultList = z.infer<typeof FAULT_LIST>
