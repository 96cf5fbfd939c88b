import { z } from 'zod'

export { TERMINAL_TYPE, type TerminalType } from '../../../../hardware/profiles/terminal-type-shape.ts'

const TEXT = z.object({ zh: z.string(), en: z.string() })

export const TERMINAL_VIEW = z.object({
  tid: z.string(),
  mid: z.string(),
  merchantName: z.string(),
  status: z.enum(['active', 'blocked']),
  keyCheckValue: z.string(),
  serial: z.string().nullable(),
  typeId: z.string().nullable(),
  softwareVersion: z.string().nullable(),
  parameterVersion: z.string().nullable(),
  lastSeenMs: z.number().nullable(),
  version: z.number(),
})
export type TerminalView = z.infer<typeof TERMINAL_VIEW>

export const TERMINAL_PAGE = z.object({ terminals: z.array(TERMINAL_VIEW), total: z.number() })
export type TerminalPage = z.infer<typeof TERMINAL_PAGE>

export const DEVICE_STATE = z.enum(['inStock', 'assigned', 'installed', 'withdrawn', 'scrapped'])
export const DEVICE_VIEW = z.object({
  serial: z.string(),
  typeId: z.string(),
  state: DEVICE_STATE,
  tid: z.string().nullable(),
  mid: z.string().nullable(),
  batch: z.string(),
  changedAtMs: z.number(),
  version: z.number(),
})
export type DeviceView = z.infer<typeof DEVICE_VIEW>

export const DEVICE_PAGE = z.object({ devices: z.array(DEVICE_VIEW), total: z.number() })
export type DevicePage = z.infer<typeof DEVICE_PAGE>

export const ORDER_KIND = z.enum(['install', 'exchange', 'repair', 'withdraw'])
export const ORDER_STATE = z.enum(['open', 'scheduled', 'underway', 'done', 'failed', 'cancelled'])
export const ORDER_VIEW = z.object({
  number: z.number(),
  kind: ORDER_KIND,
  state: ORDER_STATE,
  tid: z.string(),
  newSerial: z.string().nullable(),
  technician: z.string(),
  appointmentMs: z.number().nullable(),
  place: z.string(),
  createdAtMs: z.number(),
  changedAtMs: z.number(),
  version: z.number(),
})
export type OrderView = z.infer<typeof ORDER_VIEW>

export const ORDER_PAGE = z.object({ orders: z.array(ORDER_VIEW), total: z.number() })
export type OrderPage = z.infer<typeof ORDER_PAGE>

export const ORDER_WITH_NOTES = z.object({
  order: ORDER_VIEW,
  /** States that it may go to. */
  next: z.array(ORDER_STATE),
  notes: z.array(z.object({ atMs: z.number(), actor: z.string(), state: ORDER_STATE, note: z.string() })),
})
export type OrderWithNotes = z.infer<typeof ORDER_WITH_NOTES>

export const CODE_VIEW = z.object({
  id: z.number(),
  serial: z.string(),
  state: z.enum(['open', 'used', 'locked', 'replaced']),
  tries: z.number(),
  createdBy: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
})
/** The code is in this answer and nowhere else. */
export const NEW_CODE = z.object({ code: z.string(), expiresAtMs: z.number() })
export type NewCode = z.infer<typeof NEW_CODE>

export const MERCHANT_USE = z.object({
  mid: z.string(),
  tier: z.string(),
  holder: z.string(),
  terminals: z.number(),
  terminalsMax: z.number(),
  holderTerminals: z.number(),
  holderTerminalsMax: z.number(),
  /** ISO 4217 numbers: what it is paid in, and what else it takes. */
  currency: z.string(),
  currencies: z.array(z.string()).readonly(),
  version: z.number(),
})

export type MerchantUse = z.infer<typeof MERCHANT_USE>

export const TIER_VIEW = z.object({
  id: z.string(),
  name: TEXT,
  terminalsPerMerchant: z.number(),
  terminalsPerHolder: z.number(),
})
export type TierView = z.infer<typeof TIER_VIEW>

export const TERMINAL_DETAIL = z.object({
  terminal: TERMINAL_VIEW,
  device: DEVICE_VIEW.nullable(),
  /** Check values of the working keys, or empty. */
  keys: z.object({ pin: z.string(), mac: z.string(), track: z.string() }),
  signedIn: z.boolean(),
  batchNumber: z.number(),
  use: MERCHANT_USE,
  orders: z.array(ORDER_VIEW),
  codes: z.array(CODE_VIEW),
})
export type TerminalDetail = z.infer<typeof TERMINAL_DETAIL>

export const CEREMONY_VIEW = z.object({
  id: z.number(),
  tid: z.string(),
  checkValue: z.string(),
  state: z.enum(['open', 'printed', 'loaded', 'cancelled']),
  createdBy: z.string(),
  createdAtMs: z.number(),
  version: z.number(),
  components: z.array(
    z.object({
      position: z.number(),
      checkValue: z.string(),
      custodian: z.string().nullable(),
      printedAtMs: z.number().nullable(),
    }),
  ),
})
export type CeremonyView = z.infer<typeof CEREMONY_VIEW>

/** One custodian's page; never shown again. */
export const COMPONENT_PAGE = z.object({
  tid: z.string(),
  position: z.number(),
  groups: z.array(z.string()),
  checkValue: z.string(),
  keyCheckValue: z.string(),
})
export type ComponentPageView = z.infer<typeof COMPONENT_PAGE>

/** What a terminal that was activated has to know of itself. */
export const ACTIVATION = z.object({
  serialNumber: z.string(),
  profile: z.object({
    terminalId: z.string(),
    merchantId: z.string(),
    merchantNameZh: z.string(),
    merchantNameEn: z.string(),
    currency: z.string(),
    macAlgorithm: z.enum(['unionpay-ecb', 'x9.9', 'x9.19', 'aes-cmac', 'sm4-ecb']),
    workingKeyAlgorithm: z.enum(['tdes', 'sm4']),
  }),
  caKeys: z.array(
    z.object({ rid: z.string(), index: z.number(), modulus: z.string(), exponent: z.string() }),
  ),
  keyPackage: z.string(),
  checkValue: z.string(),
  /** Port of the UnionPay POS dialect, at the address where the console was reached. */
  hostPort: z.number(),
})
