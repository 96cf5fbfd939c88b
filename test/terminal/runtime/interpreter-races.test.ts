import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Effect, Flow } from '../../../src/terminal/flows/effect.ts'
import { type FlowEnd, Interpreter } from '../../../src/terminal/runtime/interpreter.ts'
import { Races } from '../../races.ts'
import { RacingWorld } from './racing-world.ts'

const EFFECTS = {
  append: { kind: 'append', records: [{ kind: 'loggedOff' }] },
  send: { kind: 'send', frame: Uint8Array.of(1) },
  receive: { kind: 'receive', timeoutMs: 30 },
  disconnect: { kind: 'disconnect' },
  wait: { kind: 'wait', durationMs: 10 },
  waitOrCancel: { kind: 'wait', durationMs: 10, isCancellable: true },
  display: { kind: 'display', screen: { id: 'ready' } },
  ask: { kind: 'ask', question: { kind: 'confirm', screen: { id: 'confirmVoid' } }, timeoutMs: 20 },
  derivePassword: { kind: 'derivePassword', password: 'x', salt: Uint8Array.of(1) },
  storageSpace: { kind: 'storageSpace' },
  awaitCard: { kind: 'awaitCard', accept: { chip: true, stripe: true }, timeoutMs: 20 },
  print: { kind: 'print', document: { lines: [], cut: false } },
} as const satisfies { readonly [kind: string]: Effect }
type Name = keyof typeof EFFECTS

function* flowOf(names: readonly Name[], yielded: string[]): Flow<string> {
  for (const name of names) {
    yielded.push(name)
    yield EFFECTS[name]
  }
  return 'done'
}

const names = fc.array(fc.constantFrom(...(Object.keys(EFFECTS) as Name[])), { minLength: 1, maxLength: 8 })
const strikes = fc.array(fc.constantFrom('cancel', 'abandon', 'beginClosing'), { maxLength: 4 })

describe('an interpreter, whatever comes first', () => {
  it('one end for each flow; nothing more is performed after it stopped, and no answer counts twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        names,
        strikes,
        fc.boolean(),
        async (scheduler, effects, deeds, isDurable) => {
          const races = new Races(scheduler)
          const world = new RacingWorld(races, () => isDurable)
          const interpreter = new Interpreter(world.parts)
          const ends: FlowEnd<string>[] = []
          const yielded: string[] = []
          let performedAtStop: number | undefined
          const note = (): void => {
            if (interpreter.stopCause === undefined) return
            performedAtStop ??= world.performed.length
            // Nothing waits any more, neither for a time nor for a person.
            expect({ timers: races.timerCount, isAsking: world.open.has('ask') }).toEqual({
              timers: 0,
              isAsking: false,
            })
          }
          races.later('run', () => {
            interpreter.run(flowOf(effects, yielded), (end) => {
              ends.push(end)
              note()
            })
          })
          for (const deed of deeds) {
            races.later(deed, () => {
              if (deed === 'cancel') interpreter.cancel()
              else if (deed === 'abandon') interpreter.abandon()
              else interpreter.beginClosing()
              note()
            })
          }
          await races.settle()
          expect(ends).toHaveLength(1)
          expect(interpreter.busy).toBe(false)
          expect(interpreter.stopCause?.kind).not.toBe('bug')
          expect(world.performed.length).toBe(performedAtStop ?? world.performed.length)
          if (ends[0]?.kind === 'finished') expect(yielded).toEqual(effects)
          else expect(['abandoned', 'journal']).toContain(interpreter.stopCause?.kind)
          expect(races.timerCount).toBe(0)
        },
      ),
      { numRuns: 500 },
    )
  })
})
