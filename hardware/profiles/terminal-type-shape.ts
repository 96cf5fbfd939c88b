import { z } from 'zod'

const text = z.strictObject({ zh: z.string().min(1).max(120), en: z.string().min(1).max(120) })

/** What a type of terminal has and can do; what is not there turns off what needs it. */
const capabilities = z.strictObject({
  contact: z.boolean(),
  contactless: z.boolean(),
  stripe: z.boolean(),
  /** A card number may be typed. */
  keyedEntry: z.boolean(),
  printer: z.boolean(),
  pinPad: z.enum(['builtIn', 'external']),
  battery: z.boolean(),
  /** Reads the QR code of a customer. */
  camera: z.boolean(),
  /** Takes a hand scanner on a cable, which types what it reads. */
  scanner: z.boolean(),
  /** Shows a QR code to the customer. */
  qrDisplay: z.boolean(),
  signatureScreen: z.boolean(),
  networks: z.array(z.enum(['ethernet', 'wifi', 'cellular', 'dialUp'])).min(1),
  /** Approvals that its maker has. */
  certificates: z.array(z.string().regex(/^[a-z0-9-]{1,40}$/)),
})

/** A type of terminal, as its file has it and as the console's API tells it. */
export const TERMINAL_TYPE = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/),
  name: text,
  summary: text,
  capabilities,
})
export type TerminalType = z.infer<typeof TERMINAL_TYPE>
