import { StoreError } from '../core/store-port.ts'
import { codeOf } from './postgres-errors.ts'
import { POSTGRES_MIGRATIONS } from './postgres-schema.ts'
import { BEGIN, COMMIT, type PostgresSession, ROLLBACK, type Step, step } from './postgres-session.ts'

const ATTEMPTS = 5
const CREATE_VERSION = once(
  'CREATE TABLE IF NOT EXISTS tillwireSchema (one BIGINT PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL)',
)
const FIRST_VERSION = once(
  'INSERT INTO tillwireSchema (one, version) VALUES (1, 0) ON CONFLICT (one) DO NOTHING',
)
/** Whoever holds this row brings the schema up to date; others wait and find it so. */
const LOCK_VERSION = once('SELECT version FROM tillwireSchema WHERE one = 1 FOR UPDATE')

/** Two that create the same thing at the same moment: duplicate key, table, object; serialisation. */
const RACES: ReadonlySet<string> = new Set(['23505', '42P07', '42710', '40001', '40P01'])

/** A statement of which no plan is kept. */
function once(text: string): Step {
  return step({ name: '', text })
}

/**
 * Brings the schema up to date, however many processes start at once. `upTo`: to an earlier version, for rows that were written with it.
 *
 * @throws {StoreError} when the schema is newer than this program, or the tables are another program's.
 */
export async function migratePostgres(
  session: PostgresSession,
  place: string,
  upTo = POSTGRES_MIGRATIONS.length,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await session.run([CREATE_VERSION, FIRST_VERSION])
      return await bringUpToDate(session, place, upTo)
    } catch (error) {
      await session.run([ROLLBACK]).catch(() => {})
      if (error instanceof StoreError || !RACES.has(codeOf(error))) throw error
      if (attempt < ATTEMPTS) continue
      throw new StoreError(`${place} has tables of another program: give it a database of its own`)
    }
  }
}

async function bringUpToDate(session: PostgresSession, place: string, upTo: number): Promise<void> {
  const results = await session.run([BEGIN, LOCK_VERSION])
  const version = Number(results[1]?.[0]?.[0] ?? 0)
  const known = POSTGRES_MIGRATIONS.length
  if (version > known || upTo > known) {
    throw new StoreError(
      `${place} has schema ${Math.max(version, upTo)}, this program knows up to ${known}: use a newer program`,
    )
  }
  const steps = POSTGRES_MIGRATIONS.slice(version, upTo).flat().map(once)
  if (steps.length > 0) {
    const written = step(
      { name: '', text: 'UPDATE tillwireSchema SET version = $1::bigint WHERE one = 1' },
      upTo,
    )
    await session.run([...steps, written], true)
  }
  await session.run([COMMIT])
}
