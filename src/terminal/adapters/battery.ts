import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BatteryLevel } from '../../iso8583/subfields/status-items.ts'
import type { PeripheralAnswers, PeripheralEffect } from '../flows/peripheral-effect.ts'
import type { PeripheralPort } from '../runtime/terminal-world.ts'

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

/** The same peripherals; their report tells of the battery in `folder` too. */
export function withBattery(peripherals: PeripheralPort, folder: string): PeripheralPort {
  return {
    perform<K extends PeripheralEffect['kind']>(
      effect: Extract<PeripheralEffect, { readonly kind: K }>,
      done: (answer: PeripheralAnswers[K]) => void,
    ): void {
      peripherals.perform(effect, (answer: PeripheralAnswers[K]) =>
        done(effect.kind === 'deviceReport' ? { ...answer, battery: readBattery(folder) } : answer),
      )
    },
    cancel: () => peripherals.cancel(),
  }
}
