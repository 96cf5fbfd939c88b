import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import type { DeviceReportAnswer } from '../flows/peripheral-effect.ts'
import type { HostLinkObserver } from '../runtime/dialed-host-link.ts'
import { summariseFrame } from './frame-summary.ts'

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The terminal's log. No card number, track, PIN block or key is in it, at any level. */
export interface TerminalLog extends Required<HostLinkObserver> {
  event(event: string, members?: { readonly [name: string]: string | number }): void
  devices(report: DeviceReportAnswer): void
  close(): void
}

const FILE = 'terminal.log'
/** A log of this size is set aside at the next start; the one before goes. */
const SIZE_MAX_BYTES = 16 * 1024 * 1024

/** Opens `terminal.log` in `directory`, mode 0600. At `debug` each message stands in it field by field, masked. */
export function openTerminalLog(directory: string, level: LogLevel): TerminalLog {
  const path = join(directory, FILE)
  setAside(path)
  const destination = pino.destination({ dest: path, append: true, mode: 0o600, sync: true })
  // A full disk stops the terminal at its journal, with a clear message; the log is not the place for it.
  destination.on('error', () => {})
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  let open = true
  const write = (members: object, at: 'info' | 'debug' = 'info'): void => {
    // A device or a line may still report its end after ours.
    if (open) log[at](members)
  }
  return {
    event: (event, members = {}) => write({ event, ...members }),
    frame: (direction, frame) => {
      const { fields, ...summary } = summariseFrame(frame)
      write({ event: direction, ...summary })
      write({ event: direction, fields }, 'debug')
    },
    line: (state, reason) => write({ event: 'hostLine', state, reason }),
    devices: ({ devices }) => {
      const states = devices.map(({ device, state, detail }) => ({ device, state, detail }))
      write({ event: 'devices', devices: states })
    },
    close: () => {
      if (open) destination.end()
      open = false
    },
  }
}

function setAside(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > SIZE_MAX_BYTES) renameSync(path, `${path}.1`)
}
