import pino, { type DestinationStream, type Logger } from 'pino'
import type { ServiceLog } from './host-service.ts'
import type { DeciderLog } from './store-outage.ts'
import { TurnLines } from './turn-lines.ts'

export type HostLogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** A log of masked summaries, one JSON object a line. No message, field value or key is ever given to it. */
export function openHostLog(level: HostLogLevel, destination?: DestinationStream): Logger {
  return pino({ level, base: null, timestamp }, destination ?? new TurnLines(pino.destination(2)))
}

/** The same to a file, made with mode 0600 and never cut. */
export function openHostLogFile(level: HostLogLevel, path: string): Logger {
  const file = pino.destination({ dest: path, append: true, mode: 0o600, sync: true })
  return openHostLog(level, new TurnLines(file))
}

let stampedMs = 0
let stamp = ''

/** Date and time in UTC, put together once a millisecond. */
function timestamp(): string {
  const nowMs = Date.now()
  if (nowMs !== stampedMs) {
    stampedMs = nowMs
    stamp = `,"time":"${new Date(nowMs).toISOString()}"`
  }
  return stamp
}

/** What the service says, as log lines. */
export function serviceLog(log: Logger): ServiceLog & DeciderLog {
  return {
    decided(peer, summary) {
      // Nothing is put together that nobody will read: this is said of every message.
      if (log.isLevelEnabled('info')) log.info({ event: 'decided', peer, ...summary })
    },
    explained(peer, { dialect, tid, mti, reason, field, offset, decodableAs }) {
      log.warn({ event: 'explained', peer, dialect, tid, mti, reason, field, offset, decodableAs })
    },
    suppressed(count) {
      log.warn({ event: 'suppressed', count, reason: `${count.toLocaleString('en-GB')} more like it` })
    },
    stopped(reason) {
      log.error({ event: 'stopped', reason })
    },
    fault(reason) {
      log.error({ event: 'fault', reason })
    },
    outage(reason) {
      log.error({ event: 'outage', reason })
    },
    recovered(refusedCount) {
      log.info({ event: 'recovered', refusedCount })
    },
  }
}
