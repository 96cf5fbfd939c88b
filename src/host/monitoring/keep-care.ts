import Database from 'better-sqlite3'
import { StoreError } from '../core/store-port.ts'
import type { HostMetrics } from '../service/host-metrics.ts'
import type { Alarm } from './alarm-book.ts'
import { EstateCare, type EstateCareOptions } from './estate-care.ts'

const WATCH_EVERY_MS = 15_000

/** Looks at everything by itself, with or without a console; `changed` hears of alarms that were raised or cleared. */
export function keepCare(
  { office, host, metrics }: EstateCareOptions & { readonly metrics?: HostMetrics | undefined },
  changed: (alarm: Alarm) => void = () => {},
): { readonly care: EstateCare; readonly end: () => void } {
  const care = new EstateCare({ office, host, trouble: () => metrics?.trouble })
  if (metrics !== undefined) metrics.estate = () => care.summary()
  const watch = (): void => {
    try {
      for (const alarm of care.watch()) changed(alarm)
    } catch (error) {
      // A disk that takes nothing must not end the host with it: the next round looks again.
      if (!(error instanceof Database.SqliteError || error instanceof StoreError)) throw error
    }
  }
  const timer = setInterval(watch, WATCH_EVERY_MS)
  timer.unref()
  return {
    care,
    end: () => {
      clearInterval(timer)
      // What was heard since the last look is written down too.
      watch()
      care.close()
    },
  }
}
