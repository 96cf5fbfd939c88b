import { z } from 'zod'
import { CHARGED_KINDS, type FeeRule, type FeeSchedule } from '../../host/core/fee-schedule.ts'
import { parseDay } from './business-date.ts'

/** Parts per million of one basis point. */
const PPM = 100

const minor = z.number().int().min(0).max(999_999_999_999)
/** Two decimal places: a hundredth of a basis point is one part per million. */
const basisPoints = z
  .number()
  .min(0)
  .max(10_000)
  .refine((value) => Math.abs(value * PPM - Math.round(value * PPM)) < 1e-6, 'at most two decimal places')

const rule = z.strictObject({
  cardClass: z.enum(['domestic', 'foreign', 'any']).default('any'),
  kind: z.enum([...CHARGED_KINDS, 'any']).default('any'),
  payment: z.enum(['card', 'code', 'any']).default('any'),
  basisPoints,
  fixedMinor: minor.default(0),
  minimumMinor: minor.default(0),
  capMinor: minor.optional(),
  interchangeBasisPoints: basisPoints.default(0),
  interchangeCapMinor: minor.optional(),
})

const feeFile = z.strictObject({
  validFrom: z
    .string()
    .refine((text) => parseDay(text) !== undefined, 'a day such as 20261231')
    .optional(),
  settlement: z.enum(['D+0', 'T+1']).default('T+1'),
  refundFee: z.enum(['kept', 'returned']).default('returned'),
  deviceFeeMinor: minor.default(0),
  rules: z
    .array(rule)
    .min(1)
    .refine((rules) => {
      const last = rules.at(-1)
      return last?.cardClass === 'any' && last.kind === 'any' && last.payment === 'any'
    }, 'the last rule must fit everything: no cardClass, no kind, no payment'),
})

/** A fee schedule from the text of a file, or one line that says what is wrong and where. */
export function readFeeFile(text: string, mid: string, today: string): FeeSchedule | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'it is no JSON'
  }
  const parsed = feeFile.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'wrong form'}`
  }
  const { validFrom, settlement, refundFee, deviceFeeMinor, rules } = parsed.data
  return {
    mid,
    validFrom: validFrom === undefined ? today : (parseDay(validFrom) ?? today),
    settlementDays: settlement === 'D+0' ? 0 : 1,
    refundFee,
    deviceFeeMinor,
    rules: rules.map(
      ({ basisPoints: rate, interchangeBasisPoints, capMinor, interchangeCapMinor, ...rest }): FeeRule => ({
        ...rest,
        capMinor,
        interchangeCapMinor,
        ratePpm: Math.round(rate * PPM),
        interchangePpm: Math.round(interchangeBasisPoints * PPM),
      }),
    ),
  }
}

/** A schedule in the form of its file. */
export function feeFileOf({ mid, validFrom, settlementDays, refundFee, deviceFeeMinor, rules }: FeeSchedule) {
  return {
    mid,
    validFrom,
    settlement: settlementDays === 0 ? 'D+0' : 'T+1',
    refundFee,
    deviceFeeMinor,
    rules: rules.map(({ ratePpm, interchangePpm, ...rest }) => ({
      ...rest,
      basisPoints: ratePpm / PPM,
      interchangeBasisPoints: interchangePpm / PPM,
    })),
  }
}
