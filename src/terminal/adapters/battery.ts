import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BatteryLevel } from '../../iso8583/subfields/status-items.ts'

/**
 * How full the battery is, by the files `capacity` and `status` in its folder; undefined when they are not there or say
 * nothing of use. Source: Linux, Documentation/ABI/testing/sysfs-class-power.
 */
export function readBattery(folder: string): BatteryLevel | undefined {
  const [capacity, status] = ['capacity', 'status'].map((name) => firstLine(join(folder, name)))
  if (capacity === undefined || !/^\d{1,3}$/.test(capacity)) return undefined
  const percent = Number(capacity)
  return percent > 100 ? undefined : { percent, isCharging: status === 'Charging' || status === 'Full' }
}

function firstLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0]?.trim()
  } catch {
    return undefined
  }
}
