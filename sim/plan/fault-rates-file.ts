import { oneLine } from '../../src/base/one-line.ts'
import { err, ok, type Result } from '../../src/base/result.ts'
import { FAULT_NAMES } from './fault-kinds.ts'
import { DEFAULT_RATES, type FaultRates } from './make-plan.ts'

/**
 * Rates from JSON text: `{"loseReply": 50, "cutPowerInAppend": 0, "all": 2}`. A number is steps in a thousand; `all`
 * multiplies every kind that is not named. What is left out is as usual.
 */
export function parseFaultRates(text: string, name: string): Result<FaultRates, string> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return err(`${name} is not JSON: check its commas, quotes and brackets`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return err(`${name}: expected an object of fault names and rates`)
  const { all = 1, ...named } = value as { readonly [kind: string]: unknown }
  if (typeof all !== 'number' || !(all >= 0)) return err(`${name}: all: expected a number of 0 or more`)
  const rates: Record<string, number> = {}
  for (const [kind, rate] of Object.entries(DEFAULT_RATES))
    rates[kind] = Math.min(1000, Math.round(rate * all))
  for (const [kind, rate] of Object.entries(named)) {
    if (!(FAULT_NAMES as readonly string[]).includes(kind))
      return err(`${name}: ${oneLine(kind)} is no fault; see "tillwire sim --list-faults"`)
    if (!Number.isInteger(rate) || (rate as number) < 0 || (rate as number) > 1000)
      return err(`${name}: ${kind}: expected a whole number from 0 to 1000`)
    rates[kind] = rate as number
  }
  return ok(rates as FaultRates)
}
