import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { viewOfModel, viewOfReal } from './book-views.ts'
import { newDayBooks } from './day-books.ts'
import { deed } from './deed-arbitrary.ts'
import { type DayState, DeedCommand } from './deed-command.ts'
import type { Deed } from './deeds.ts'
import { KEPT_DAYS } from './kept-days.ts'
import { RealDay } from './real-day.ts'

const USUAL_RUNS = 60
/** Of 29 kinds of deeds. */
const KINDS_MIN = 25
/** More days, or the days of a failure again: with its seed all of them are the same. */
const RUNS = Number(process.env['TILLWIRE_MODEL_RUNS'] ?? USUAL_RUNS)
const SEED = Number(process.env['TILLWIRE_MODEL_SEED'] ?? randomInt(2 ** 31))
const LENGTH_MAX = 30
const MINUTES = 60_000

const commands = fc.commands([deed.map((each) => new DeedCommand(each))], {
  maxCommands: LENGTH_MAX,
  size: 'max',
})

describe('a day of one terminal, in any order', () => {
  it.each(KEPT_DAYS)('$name', ({ deeds }) => {
    day(
      1,
      deeds.map((each) => new DeedCommand(each)),
      new Set(),
    )
  })

  it(
    `${RUNS} days from seed ${SEED}: answers, paper, journal and host's books are as the reference model says`,
    () => {
      const done = new Set<Deed['do']>()
      fc.assert(
        fc.property(commands, fc.integer({ min: 1, max: 1_000_000 }), (order, worldSeed) =>
          day(worldSeed, order, done),
        ),
        { numRuns: RUNS, seed: SEED },
      )
      // Enough of everything, or the days were too short to say much.
      if (RUNS >= USUAL_RUNS) expect(done.size).toBeGreaterThanOrEqual(KINDS_MIN)
    },
    Math.max(2, RUNS / 20) * MINUTES,
  )
})

/** Lives one day in a world of its own. */
function day(worldSeed: number, order: Iterable<fc.Command<DayState, RealDay>>, done: Set<Deed['do']>): void {
  const real = new RealDay(worldSeed)
  try {
    fc.modelRun(() => {
      real.commission()
      const model: DayState = { books: newDayBooks(), wrongAtMs: new Map(), done }
      expect(viewOfReal(real)).toEqual(viewOfModel(model.books))
      return { model, real }
    }, order)
  } finally {
    real.close()
  }
}
