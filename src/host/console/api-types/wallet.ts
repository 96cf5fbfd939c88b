import { z } from 'zod'

/** A customer's wallet of the emulator. */
export const WALLET_VIEW = z.object({
  number: z.number(),
  name: z.string(),
  /** Minor units of the yuan. */
  balanceMinor: z.number(),
  /** Above it the customer is asked. */
  confirmAboveMinor: z.number(),
  isFrozen: z.boolean(),
})
export type WalletView = z.infer<typeof WALLET_VIEW>

export const WALLET_ORDER = z.object({
  number: z.number(),
  tid: z.string(),
  merchant: z.string(),
  amountMinor: z.number(),
  currency: z.string(),
  state: z.enum(['open', 'confirmed', 'refused', 'closed', 'expired']),
  createdMs: z.number(),
})
export type WalletOrder = z.infer<typeof WALLET_ORDER>

export const WALLET_DEED = z.object({
  id: z.number(),
  kind: z.string(),
  state: z.string(),
  /** Effect on the balance when it was approved. */
  moneyMinor: z.number(),
  currency: z.string(),
  merchant: z.string(),
  atMs: z.number(),
})

export const PHONE_VIEW = z.object({
  wallet: WALLET_VIEW,
  orders: z.array(WALLET_ORDER),
  history: z.array(WALLET_DEED),
})
export type PhoneView = z.infer<typeof PHONE_VIEW>

export const SHOWN_CODE = z.object({ code: z.string(), untilMs: z.number() })
export type ShownCode = z.infer<typeof SHOWN_CODE>
