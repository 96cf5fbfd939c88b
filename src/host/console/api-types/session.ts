import { z } from 'zod'

const ROLE = z.enum(['technician', 'support', 'clerk', 'reviewer', 'finance', 'administrator', 'auditor'])

/** Who is signed in. */
export const SESSION_VIEW = z.object({
  name: z.string(),
  fullName: z.string(),
  roles: z.array(ROLE),
  mustChangePassword: z.boolean(),
  hasSecondFactor: z.boolean(),
  /** Goes back in the header `x-csrf-token` with each change. */
  csrfToken: z.string(),
})
export type SessionView = z.infer<typeof SESSION_VIEW>

export const USER_VIEW = z.object({
  name: z.string(),
  fullName: z.string(),
  roles: z.array(ROLE),
  status: z.enum(['active', 'disabled']),
  mustChangePassword: z.boolean(),
  hasSecondFactor: z.boolean(),
  lockedUntilMs: z.number().nullable(),
  createdAtMs: z.number(),
  lastSignInMs: z.number().nullable(),
  version: z.number(),
})
export type UserView = z.infer<typeof USER_VIEW>
