import { z } from 'zod'

const HEX = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9A-F]{${bytes * 2}}$`), `is not ${bytes} bytes`)
const AMOUNT = z.number().int().min(0).max(0xffff_ffff)
const PERCENT = z.number().int().min(0).max(99)

/** An application as the catalogue keeps it. Source: unionpay-pos, 5.3. */
export const APPLICATION = z.object({
  aid: z.string().regex(/^([0-9A-F]{2}){5,16}$/, 'is not 5 to 16 bytes'),
  partialMatch: z.boolean(),
  version: HEX(2),
  tacDefault: HEX(5),
  tacOnline: HEX(5),
  tacDenial: HEX(5),
  floorLimitMinor: AMOUNT,
  thresholdMinor: AMOUNT,
  maximumPercent: PERCENT,
  targetPercent: PERCENT,
  defaultDdol: z.string().regex(/^([0-9A-F]{2}){1,32}$/, 'is no DOL'),
  onlinePin: z.boolean(),
})
export type Application = z.infer<typeof APPLICATION>

const VERSION = z.number().int().positive()

/** What terminals download, as it stands in `downloads.json`. CA keys are those of the host itself, and more. */
export const DOWNLOADS = z.object({
  /** By their two-character code; 22, the merchant's name, is filled in for each. */
  parameters: z.object({
    version: VERSION,
    values: z.record(z.string().regex(/^[12]\d$/), z.string().max(40)),
  }),
  caKeys: z.object({ version: VERSION }),
  applications: z.object({ version: VERSION, list: z.array(APPLICATION).max(99) }),
  blacklist: z.object({
    version: VERSION,
    prefixes: z.array(z.string().regex(/^\d{3,14}$/, 'is not 3 to 14 digits')).max(999),
  }),
  /** By tag, `FF` and four digits. */
  contactless: z.object({
    version: VERSION,
    values: z.record(z.string().regex(/^FF[0-9A-F]{4}$/), z.string().max(100)),
  }),
})
export type Downloads = z.infer<typeof DOWNLOADS>

const UNIONPAY: Omit<Application, 'aid'> = {
  partialMatch: true,
  version: '0020',
  tacDefault: 'D84000A800',
  tacOnline: 'D84004F800',
  tacDenial: '0010000000',
  floorLimitMinor: 0,
  thresholdMinor: 0,
  maximumPercent: 99,
  targetPercent: 0,
  defaultDdol: '9F3704',
  onlinePin: true,
}

/** What a test terminal has built in: one that downloads works like one that did not. */
export const DEFAULT_DOWNLOADS: Downloads = {
  parameters: {
    version: 1,
    values: { '12': '30', '20': '1', '21': '0', '23': '3' },
  },
  caKeys: { version: 1 },
  applications: {
    version: 1,
    list: [
      { ...UNIONPAY, aid: 'A000000333010101' },
      { ...UNIONPAY, aid: 'A000000333010102' },
      { ...UNIONPAY, aid: 'A000000333010103' },
      { ...UNIONPAY, aid: 'A000000333010106' },
      {
        ...UNIONPAY,
        aid: 'A0000000031010',
        version: '008C',
        tacDefault: 'DC4000A800',
        tacOnline: 'DC4004F800',
      },
      {
        ...UNIONPAY,
        aid: 'A0000000041010',
        version: '0002',
        tacDefault: 'FC50BCA000',
        tacOnline: 'FC50BCF800',
        tacDenial: '0000000000',
      },
    ],
  },
  blacklist: { version: 1, prefixes: [] },
  contactless: {
    version: 1,
    values: {
      FF805D: '0',
      FF803A: '010',
      FF803C: '060',
      FF8054: '1',
      FF8058: '000000100000',
      FF8059: '000000100000',
      FF805A: '1',
    },
  },
}
