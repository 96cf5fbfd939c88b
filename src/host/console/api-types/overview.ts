import { z } from 'zod'

export const MINUTES_VIEW = z.object({
  minutes: z.array(
    z.object({ minute: z.number(), approved: z.number(), declined: z.number(), reversed: z.number() }),
  ),
})
export type MinutesView = z.infer<typeof MINUTES_VIEW>
