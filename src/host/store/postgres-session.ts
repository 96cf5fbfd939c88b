import pg from 'pg'
import { StoreError } from '../core/store-port.ts'
import { isOrdinaryRefusal, postgresErrorOf } from './postgres-errors.ts'
import type { PostgresPlace } from './postgres-place.ts'
import type { Fields } from './postgres-values.ts'

/** A statement of which a session keeps the plan. */
export interface Statement {
  readonly name: string
  readonly text: string
}

export interface Step {
  readonly statement: Statement
  readonly values: readonly (string | number | null)[]
}

export function step(statement: Statement, ...values: readonly (string | number)[]): Step {
  return { statement, values }
}

export const BEGIN: Step = step({ name: 'begin', text: 'BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED' })
export const BEGIN_SERIALIZABLE: Step = step({
  name: 'beginSerializable',
  text: 'BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE',
})
/** All that is read is of one moment: others go on writing. */
export const ONE_MOMENT: Statement = {
  name: 'oneMoment',
  text: 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ',
}
export const COMMIT: Step = step({ name: 'commit', text: 'COMMIT' })
export const ROLLBACK: Step = step({ name: 'rollback', text: 'ROLLBACK' })

const CONNECT_TIMEOUT_MS = 3000
/** A server that is silent for so long is away, whatever its sockets say. */
const ANSWER_TIMEOUT_MS = 10_000
const END_TIMEOUT_MS = 1000
/** Less than the above: who waits for a lock is told by the server. */
export const SETTINGS = "SET lock_timeout = '4s'; SET idle_in_transaction_session_timeout = '8s'"

/** Whoever decides is done in milliseconds: one that stands still, or whose machine is gone, holds up the others no longer. */
const SETTING_OF_DECISIONS = "SET idle_in_transaction_session_timeout = '3s'"

/**
 * Hints for the planner of PostgreSQL, each of which another server may not know: a batch names its rows by their keys,
 * but a plan that was made while a table was young reads all of it.
 */
const HINTS: readonly string[] = ['seqscan', 'hashjoin', 'mergejoin'].map((way) => `SET enable_${way} = off`)

/** Everything as it comes: the columns are known here. */
const AS_TEXT = { getTypeParser: () => (text: string) => text }

/** One connection. It never comes back by itself, so that no statement can slip out of its transaction. */
export class PostgresSession {
  readonly #client: pg.Client
  readonly #place: string
  #isOpen = true

  private constructor(client: pg.Client, place: string) {
    this.#client = client
    this.#place = place
    client.on('error', () => {
      this.#isOpen = false
    })
    client.on('end', () => {
      this.#isOpen = false
    })
  }

  /**
   * `byKeys`: all that will be asked is named by keys. Rejects with `StoreError`, one line that says what to do.
   */
  static async open(place: PostgresPlace, byKeys = false): Promise<PostgresSession> {
    const client = new pg.Client({
      ...place.config,
      application_name: 'tillwire',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      pipeline: true,
    })
    const session = new PostgresSession(client, place.name)
    const timer = setTimeout(() => session.destroy(), ANSWER_TIMEOUT_MS)
    try {
      await client.connect()
      await client.query(SETTINGS)
      if (byKeys) await client.query(SETTING_OF_DECISIONS)
      if (byKeys) await Promise.allSettled(HINTS.map((hint) => client.query(hint)))
      return session
    } catch (error) {
      session.destroy()
      throw postgresErrorOf(error, place.name)
    } finally {
      clearTimeout(timer)
    }
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /**
   * Sends all steps at once and answers their rows once the last is done: one round trip. The first that fails decides;
   * within a transaction the ones after it do nothing. `isPatient`: no time limit.
   *
   * Rejects with `StoreError`, `inDoubt` when the session was lost while a commit was under way, or with what the
   * server said of a statement that it refused.
   */
  async run(steps: readonly Step[], isPatient = false): Promise<readonly (readonly Fields[])[]> {
    if (!this.#isOpen) throw this.#lost()
    const timer = isPatient ? undefined : setTimeout(() => this.destroy(), ANSWER_TIMEOUT_MS)
    try {
      const answers = await Promise.allSettled(steps.map((each) => this.#query(each)))
      const results: (readonly Fields[])[] = []
      for (const answer of answers) {
        if (answer.status === 'rejected') throw this.#failure(answer.reason, steps)
        results.push(answer.value)
      }
      return results
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends the connection in good order, or cuts it where the server does not answer to that. */
  async end(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    const timer = setTimeout(() => this.destroy(), END_TIMEOUT_MS)
    await this.#client.end().catch(() => {})
    clearTimeout(timer)
  }

  /** Cuts the connection: what is under way fails. */
  destroy(): void {
    this.#isOpen = false
    streamOf(this.#client).destroy()
  }

  async #query({ statement, values }: Step): Promise<readonly Fields[]> {
    const { rows } = await this.#client.query<(string | null)[]>({
      name: statement.name,
      text: statement.text,
      values: [...values],
      rowMode: 'array',
      types: AS_TEXT,
    })
    return rows
  }

  #failure(error: unknown, steps: readonly Step[]): unknown {
    if (isOrdinaryRefusal(error)) return error
    // Anything else ends the session, and with it what it had begun.
    this.destroy()
    const meaning = postgresErrorOf(error, this.#place)
    if (!(meaning instanceof StoreError) || !steps.includes(COMMIT)) return meaning
    return new StoreError(`${meaning.message}; a commit was under way`, { kind: 'inDoubt' })
  }

  #lost(): StoreError {
    return new StoreError(`${this.#place} does not answer: start the server, or check the store address`, {
      kind: 'away',
    })
  }
}

function streamOf(client: pg.Client): { destroy(): void } {
  // The driver keeps its socket to itself; there is no other way to give a silent server up at once.
  return (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection
    .stream
}
