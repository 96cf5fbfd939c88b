import type { PeripheralAnswers, PeripheralEffect } from '../flows/peripheral-effect.ts'
import type { PeripheralPort } from '../runtime/terminal-world.ts'
import { readBackupNotes } from './backup-notes.ts'
import { readBattery } from './battery.ts'

/** The same peripherals; their report tells of the terminal's own battery and backups too. */
export function withOwnReport(
  peripherals: PeripheralPort,
  { dataDirectory, batteryFolder }: { readonly dataDirectory: string; readonly batteryFolder?: string },
): PeripheralPort {
  return {
    perform<K extends PeripheralEffect['kind']>(
      effect: Extract<PeripheralEffect, { readonly kind: K }>,
      done: (answer: PeripheralAnswers[K]) => void,
    ): void {
      if (effect.kind !== 'deviceReport') {
        peripherals.perform(effect, done)
        return
      }
      peripherals.perform(effect, (answer: PeripheralAnswers[K]) =>
        done({
          ...answer,
          ...(batteryFolder === undefined ? {} : { battery: readBattery(batteryFolder) }),
          backups: readBackupNotes(dataDirectory),
        }),
      )
    },
    cancel: () => peripherals.cancel(),
  }
}
