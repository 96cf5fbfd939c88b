import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import {
  COMMISSIONING_STEPS,
  type CommissioningStep,
  type StepEvidence,
} from '../flows/commissioning/step-evidence.ts'
import { EXERCISES, type PassedExercise } from '../flows/training/exercises.ts'

const FILE = 'commissioning.db'
const BUSY_TIMEOUT_MS = 5_000

/** An exercise, and when this operator last did it. */
export interface ExerciseResult extends PassedExercise {
  readonly atMs: number
}

export type NewEvidence = Omit<StepEvidence, 'attempt' | 'rawHash'>

/**
 * What the commissioning of a terminal brought, beside its journal: durable when a call returns, so that a run that was
 * cut off goes on behind the last step that passed.
 */
export class EvidenceStore {
  readonly #db: Database.Database

  /** `directory`: the terminal's data folder, made when it is not there. */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#db = new Database(join(directory, FILE), { timeout: BUSY_TIMEOUT_MS })
    this.#db.pragma('journal_mode = WAL')
    this.#db.pragma('synchronous = FULL')
    this.#db.exec(`
      CREATE TABLE IF NOT EXISTS evidence (
        step TEXT NOT NULL, attempt INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (step, attempt)) STRICT;
      CREATE TABLE IF NOT EXISTS exercise (
        operator TEXT NOT NULL, exercise TEXT NOT NULL, at_ms INTEGER NOT NULL,
        PRIMARY KEY (operator, exercise)) STRICT;
      CREATE TABLE IF NOT EXISTS sent (
        step TEXT NOT NULL, attempt INTEGER NOT NULL, PRIMARY KEY (step, attempt)) STRICT;`)
  }

  /** Whether anything was ever kept in `directory`. */
  static isIn(directory: string): boolean {
    return existsSync(join(directory, FILE))
  }

  add(evidence: NewEvidence): StepEvidence {
    return this.#db.transaction(() => {
      const last = this.#db
        .prepare('SELECT max(attempt) FROM evidence WHERE step = ?')
        .pluck()
        .get(evidence.step)
      const whole: StepEvidence = {
        ...evidence,
        attempt: Number(last ?? 0) + 1,
        rawHash: createHash('sha256').update(JSON.stringify(evidence.raw)).digest('hex'),
      }
      this.#db
        .prepare('INSERT INTO evidence (step, attempt, body) VALUES (?, ?, ?)')
        .run(whole.step, whole.attempt, JSON.stringify(whole))
      return whole
    })()
  }

  /** The newest of `step`; undefined before the first. */
  latest(step: CommissioningStep): StepEvidence | undefined {
    const body = this.#db
      .prepare('SELECT body FROM evidence WHERE step = ? ORDER BY attempt DESC LIMIT 1')
      .pluck()
      .get(step)
    return typeof body === 'string' ? (JSON.parse(body) as StepEvidence) : undefined
  }

  /** The newest of each step that was done. */
  newest(): readonly StepEvidence[] {
    return COMMISSIONING_STEPS.flatMap((step) => this.latest(step) ?? [])
  }

  /** The newest of each step, where no host has it yet. */
  unsent(): readonly StepEvidence[] {
    const isSent = this.#db.prepare('SELECT 1 FROM sent WHERE step = ? AND attempt = ?').pluck()
    return this.newest().filter(({ step, attempt }) => isSent.get(step, attempt) === undefined)
  }

  /** A host has taken these. */
  markSent(evidence: readonly StepEvidence[]): void {
    const insert = this.#db.prepare('INSERT OR IGNORE INTO sent (step, attempt) VALUES (?, ?)')
    this.#db.transaction(() => {
      for (const { step, attempt } of evidence) insert.run(step, attempt)
    })()
  }

  exercisePassed({ exercise, operator }: PassedExercise, atMs: number): void {
    this.#db
      .prepare(
        `INSERT INTO exercise (operator, exercise, at_ms) VALUES (?, ?, ?)
         ON CONFLICT (operator, exercise) DO UPDATE SET at_ms = excluded.at_ms`,
      )
      .run(operator, exercise, atMs)
  }

  exercises(): readonly ExerciseResult[] {
    return this.#db
      .prepare('SELECT operator, exercise, at_ms AS atMs FROM exercise ORDER BY operator, at_ms')
      .all() as ExerciseResult[]
  }

  /** Exercises that this operator has still to do. */
  openExercises(operator: string): readonly string[] {
    const done = this.exercises().filter((each) => each.operator === operator)
    return EXERCISES.map(({ id }) => id).filter((id) => !done.some(({ exercise }) => exercise === id))
  }

  close(): void {
    this.#db.close()
  }
}
