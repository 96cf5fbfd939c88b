import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { terminalCodec } from '../../../src/terminal/adapters/frame-summary.ts'
import { systemSha1 } from '../../../src/terminal/adapters/system-sha1.ts'
import { Terminal, TerminalStopped } from '../../../src/terminal/adapters/terminal.ts'
import type { CommandOutcome, TerminalCommand } from '../../../src/terminal/flows/terminal-command.ts'
import { DEFAULT_PROFILE } from '../../../src/terminal/flows/terminal-profile.ts'
import { initialState } from '../../../src/terminal/flows/terminal-state.ts'
import { Interpreter } from '../../../src/terminal/runtime/interpreter.ts'
import { Races } from '../../races.ts'
import { RacingWorld } from '../runtime/racing-world.ts'

/** A report waits for devices, a commissioning without a password waits for a person. */
const COMMANDS: { readonly [name: string]: TerminalCommand } = {
  report: { kind: 'deviceReport' },
  commission: { kind: 'commission', keyBlock: 'D0' },
}

interface Asked {
  readonly ends: (CommandOutcome | 'stopped' | 'other')[]
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a terminal that is being closed, whatever comes first', () => {
  it('each command ends once, what it has is let go once, and nothing is done afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('report', 'commission', 'cancel', 'close'), { minLength: 1, maxLength: 6 }),
        async (scheduler, deeds) => {
          const races = new Races(scheduler)
          // The patience of `close` is over some time, like everything else.
          vi.stubGlobal('setTimeout', (fire: () => void) => {
            const patience = { isOver: false }
            races.later('patience is over', () => {
              if (!patience.isOver) fire()
            })
            return patience
          })
          vi.stubGlobal('clearTimeout', (patience: { isOver: boolean }) => {
            patience.isOver = true
          })
          const world = new RacingWorld(races, () => true)
          const interpreter = new Interpreter(world.parts)
          let released = 0
          let performedAtRelease = -1
          const terminal = new Terminal({
            interpreter,
            context: {
              profile: DEFAULT_PROFILE,
              codec: terminalCodec(),
              chip: { sha1: systemSha1, caKeys: [] },
              state: initialState,
            },
            probe: undefined,
            tidy: () => {},
            release: () => {
              released++
              performedAtRelease = world.performed.length
            },
          })
          const all: Asked[] = []
          const closed: Asked[] = []
          const watch = (work: Promise<CommandOutcome | undefined>, into: Asked[]): void => {
            const asked: Asked = { ends: [] }
            into.push(asked)
            work.then(
              (outcome) => asked.ends.push(outcome ?? { kind: 'done' }),
              (error: unknown) => asked.ends.push(error instanceof TerminalStopped ? 'stopped' : 'other'),
            )
          }
          const close = () =>
            terminal.close(5).then(() => {
              expect(interpreter.busy).toBe(false)
              return undefined
            })
          watch(
            terminal.start().then(() => undefined),
            all,
          )
          for (const deed of deeds) {
            races.later(deed, () => {
              const command = COMMANDS[deed]
              if (command !== undefined) watch(terminal.run(command), all)
              else if (deed === 'cancel') terminal.cancel()
              else watch(close(), closed)
            })
          }
          await races.settle()
          watch(close(), closed)
          await races.settle()
          expect([...all, ...closed].map(({ ends }) => ends.length)).toEqual([...all, ...closed].map(() => 1))
          expect([...all, ...closed].filter(({ ends }) => ends.includes('other'))).toEqual([])
          expect(released).toBe(1)
          expect(world.performed.length).toBe(performedAtRelease)
          expect(interpreter.stopCause?.kind).not.toBe('bug')
        },
      ),
      { numRuns: 300 },
    )
  })
})
