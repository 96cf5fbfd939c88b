import type { MessagePort } from 'node:worker_threads'
import type { PostgresDesk } from './postgres-desk.ts'

/** What the thread of a desk is started with. */
export interface DeskWorkerData {
  /** `postgres://…`, with its password. */
  readonly address: string
  /** Folder with the local master key. */
  readonly directory: string
  readonly port: MessagePort
  /** Shared: calls that were answered. */
  readonly answered: Int32Array
}

/** Which part of a desk is called. */
export type DeskPart = 'desk' | 'store' | 'wallets' | 'records' | 'office' | 'news' | 'clearing' | 'retention'

export interface DeskCall {
  readonly part: DeskPart
  readonly name: string
  readonly given: readonly unknown[]
}

/** `code`: SQLSTATE of what may be tried again. `kind`: of a `StoreError`. */
export type DeskAnswer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false
      readonly message: string
      readonly kind: string | undefined
      readonly code: string
    }

/** The calls of an asynchronous object, answered before they return. */
export type Synced<Part> = {
  readonly [Name in keyof Part as Part[Name] extends (...given: never[]) => Promise<unknown>
    ? Name
    : never]: Part[Name] extends (...given: infer Given) => Promise<infer Value>
    ? (...given: Given) => Value
    : never
}

/** The parts of a desk by name. */
export interface DeskParts {
  readonly desk: PostgresDesk
  readonly store: PostgresDesk['store']
  readonly wallets: PostgresDesk['wallets']
  readonly records: PostgresDesk['records']
  readonly office: PostgresDesk['office']
  readonly news: PostgresDesk['news']
  readonly clearing: PostgresDesk['clearing']
  readonly retention: PostgresDesk['retention']
}
