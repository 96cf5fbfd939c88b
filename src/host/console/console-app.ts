import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { FieldEstate } from '../estate/field-estate.ts'
import type { PackageShelf } from '../estate/package-shelf.ts'
import type { Rollouts } from '../estate/rollouts.ts'
import type { KnowledgeBase } from '../knowledge/knowledge-base.ts'
import type { EstateCare } from '../monitoring/estate-care.ts'
import type { Office } from '../office/open-office.ts'
import type { HostRetention } from '../retention/host-retention.ts'
import type { PlannedRetention } from '../retention/planned-retention.ts'
import type { ConsoleHost } from '../service/console-host.ts'
import type { RecordsPort } from '../store/records-port.ts'
import type { Bench } from './bench/bench.ts'
import type { LiveEvents } from './live-events.ts'
import type { MessageWatch } from './messages/message-watch.ts'
import type { MinuteSeries } from './records/minute-series.ts'
import type { WorkbenchPort } from './workbench-port.ts'

/** Fastify with zod schemas: bodies and answers have the types that their schemas say. */
export type ConsoleApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** Packages, and who gets them. */
export interface SoftwareDesk {
  readonly shelf: PackageShelf
  readonly rollouts: Rollouts
}

/** Retention by hand, and the same with its evidence in the maintenance plan. */
export interface RetentionDesk {
  readonly retention: HostRetention
  readonly planned: PlannedRetention
}

/** What a module of routes works on. */
export interface ConsoleContext {
  readonly office: Office
  readonly field: FieldEstate
  readonly host: ConsoleHost
  readonly live: LiveEvents
  readonly messages: MessageWatch
  readonly records: RecordsPort
  readonly minutes: MinuteSeries
  readonly knowledge: KnowledgeBase
  readonly care: EstateCare
  /** Undefined where several hosts share a database. */
  readonly retention: RetentionDesk | undefined
  readonly software: SoftwareDesk
  /** Undefined: nothing can be run beside this host. */
  readonly bench: Bench | undefined
  /** The terminal beside the host; undefined where there is none. */
  readonly workbench: WorkbenchPort | undefined
  readonly nowMs: () => number
  /** Passwords and codes that one address may try in a minute. */
  readonly secretTriesMax: number
}
