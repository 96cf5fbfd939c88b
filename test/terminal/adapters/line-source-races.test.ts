import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadlineSource } from '../../../src/terminal/adapters/line-source.ts'
import { Races } from '../../races.ts'

const REQUEST = { prompt: '> ', secret: false }

/** What a program that is piped in says, cut into pieces anywhere. */
const piped = fc.array(fc.stringMatching(/^[a-z0-9 ]{0,6}$/), { maxLength: 6 }).chain((lines) =>
  fc.record({
    lines: fc.constant(lines),
    cuts: fc.array(fc.nat({ max: Math.max(0, lines.join('\n').length) }), { maxLength: 4 }),
  }),
)

function piecesOf(text: string, cuts: readonly number[]): readonly string[] {
  const ends = [...cuts, text.length].sort((left, right) => left - right)
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end)).filter((piece) => piece !== '')
}

describe('lines of a pipe, whatever comes first', () => {
  it('each line reaches one reader, in order; a question that was withdrawn is never answered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        piped,
        fc.array(fc.constantFrom('read', 'withdraw'), { maxLength: 10 }),
        fc.boolean(),
        async (scheduler, { lines, cuts }, deeds, closesEarly) => {
          const races = new Races(scheduler)
          const input = new PassThrough()
          const source = new ReadlineSource({ input, output: new PassThrough(), interrupted() {} })
          const taken: (string | undefined)[] = []
          let answersToNobody = 0
          let open: { isWithdrawn: boolean; answers: number } | undefined
          const asked: { answers: number; isWithdrawn: boolean }[] = []
          const read = (): void => {
            if (open !== undefined) return
            const question = { isWithdrawn: false, answers: 0 }
            open = question
            asked.push(question)
            source.read(REQUEST, (line) => {
              question.answers++
              if (question.isWithdrawn) answersToNobody++
              open = undefined
              taken.push(line)
            })
          }
          const withdraw = (): void => {
            if (open === undefined) return
            open.isWithdrawn = true
            open = undefined
            source.withdraw()
          }
          const pieces = [...piecesOf(lines.map((line) => `${line}\n`).join(''), cuts)]
          const feed = (): void => {
            const piece = pieces.shift()
            if (piece !== undefined) input.write(piece)
          }
          for (const _ of pieces) races.later('input', feed)
          for (const deed of deeds) races.later(deed, deed === 'read' ? read : withdraw)
          if (closesEarly) races.later('close', () => source.close())
          await races.settle()
          input.end()
          await ended(input, source)
          // Whoever asks now gets what is left, and then the end.
          for (let left = lines.length + 1; left > 0; left--) read()
          expect(answersToNobody).toBe(0)
          expect(asked.filter(({ answers, isWithdrawn }) => answers !== (isWithdrawn ? 0 : 1))).toEqual([])
          const texts = taken.filter((line) => line !== undefined)
          if (closesEarly) expect(texts).toEqual(lines.slice(0, texts.length))
          else expect(texts).toEqual(lines)
          expect(taken.at(-1)).toBeUndefined()
        },
      ),
      { numRuns: 200 },
    )
  })
})

/** Until the source has heard of the end of its input. */
async function ended(input: PassThrough, source: ReadlineSource): Promise<void> {
  if (!input.readableEnded) {
    await new Promise<void>((resolve) => {
      input.once('close', resolve)
      input.resume()
    })
  }
  source.close()
}
