import { invariant } from '../../base/invariant.ts'
import { openFieldEstate } from '../estate/field-estate.ts'
import type { Office } from '../office/open-office.ts'
import type { Host } from '../service/open-host.ts'
import type { ConsoleApp, ConsoleContext } from './console-app.ts'
import type { LiveEvents } from './live-events.ts'
import { MessageWatch } from './messages/message-watch.ts'
import { RecordsReader } from './records/records-reader.ts'

const MESSAGES_KEPT = 1000
const MESSAGES_PER_SECOND = 20
const SECRET_TRIES_MAX = 20

interface ContextParts {
  readonly host: Host
  readonly office: Office
  readonly live: LiveEvents
  /** Folder of the host's records. */
  readonly directory: string
  readonly secretTriesMax?: number | undefined
}

/** What the routes work on; ends with the app. */
export function openContext(
  app: ConsoleApp,
  { host, office, live, directory, secretTriesMax = SECRET_TRIES_MAX }: ContextParts,
): ConsoleContext {
  const { path } = host.store
  invariant(path !== undefined, 'a host with a console has a file')
  const { nowMs } = office
  const messages = new MessageWatch({
    keptMax: MESSAGES_KEPT,
    perSecondMax: MESSAGES_PER_SECOND,
    nowMs,
    taken: (line) => live.publish('exchange', line),
  })
  const records = new RecordsReader(path)
  const endWatch = host.observe(messages)
  app.addHook('onClose', () => {
    endWatch()
    records.close()
  })
  const field = openFieldEstate({ directory, office: office.database, audit: office.audit, host, nowMs })
  return { office, field, host, live, messages, records, nowMs, secretTriesMax }
}
