import { z } from 'zod'
import type { OfficeDatabase } from '../office/office-database.ts'
import { EXERCISE_NAMES, type TrainingExercise } from './training-exercises.ts'

const RESULTS_MAX = 2_000
const RAW = z
  .array(
    z.object({
      operator: z.string().regex(/^\d{2}$/),
      exercise: z.enum(EXERCISE_NAMES),
      atMs: z.int().min(0),
    }),
  )
  .max(RESULTS_MAX)

/** What one operator has done in training, and when last. */
export interface OperatorTraining {
  readonly operator: string
  readonly results: readonly { readonly exercise: TrainingExercise; readonly atMs: number }[]
  /** Whether no exercise is missing. */
  readonly isDone: boolean
}

const STEPS = [
  `CREATE TABLE training_results (
     tid TEXT NOT NULL, operator TEXT NOT NULL, exercise TEXT NOT NULL, atMs INTEGER NOT NULL, serial TEXT NOT NULL,
     receivedAtMs INTEGER NOT NULL, PRIMARY KEY (tid, operator, exercise)) STRICT`,
]

/** Exercises by terminal and operator, as evidence told of them. They outlive a device that is exchanged: people stay trained. */
export class TrainingBook {
  readonly #office: OfficeDatabase
  readonly #nowMs: () => number

  constructor(office: OfficeDatabase, nowMs: () => number) {
    this.#office = office
    this.#nowMs = nowMs
    office.migrate('training', STEPS)
  }

  /** Keeps what is new in the raw data of a training step; what can't be read is left out. */
  take(tid: string, serial: string, raw: unknown): void {
    const parsed = RAW.safeParse(raw)
    if (!parsed.success) return
    const insert = this.#office.db.prepare(
      `INSERT INTO training_results VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tid, operator, exercise)
       DO UPDATE SET atMs = excluded.atMs, serial = excluded.serial, receivedAtMs = excluded.receivedAtMs
       WHERE excluded.atMs > atMs`,
    )
    this.#office.transaction(() => {
      for (const { operator, exercise, atMs } of parsed.data)
        insert.run(tid, operator, exercise, atMs, serial, this.#nowMs())
    })
  }

  /** By operator, each exercise in its order. */
  of(tid: string): readonly OperatorTraining[] {
    const rows = this.#office.db
      .prepare<[string], { operator: string; exercise: TrainingExercise; atMs: number }>(
        'SELECT operator, exercise, atMs FROM training_results WHERE tid = ? ORDER BY operator',
      )
      .all(tid)
    const operators = [...new Set(rows.map(({ operator }) => operator))]
    return operators.map((operator) => {
      const own = rows.filter((row) => row.operator === operator)
      const results = EXERCISE_NAMES.flatMap((exercise) =>
        own.filter((row) => row.exercise === exercise).map(({ atMs }) => ({ exercise, atMs })),
      )
      return { operator, results, isDone: results.length === EXERCISE_NAMES.length }
    })
  }
}
