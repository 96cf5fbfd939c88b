import { existsSync, lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { DevicePort } from '../../hardware/emulator/device-port.ts'
import { Races } from '../races.ts'
import { type FakePair, usePseudoTerminals } from './fake-pseudo-terminal.ts'

vi.mock('../../hardware/emulator/pseudo-terminal.ts', async () => ({
  openPseudoTerminal: (await import('./fake-pseudo-terminal.ts')).openFakePair,
}))

const directory = mkdtempSync(join(tmpdir(), 'tillwire-port-'))
const linkPath = join(directory, 'reader')

afterAll(() => rmSync(directory, { recursive: true }))

function isLinked(): boolean {
  return lstatSync(linkPath, { throwIfNoEntry: false }) !== undefined
}

const deeds = fc.array(fc.constantFrom('plug', 'unplug'), { minLength: 1, maxLength: 7 })

describe('a connector of the emulated board, whatever comes first', () => {
  it('is in or out as was said last; no pseudo-terminal stays open that is not in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), deeds, fc.boolean(), async (scheduler, steps, opens) => {
        const races = new Races(scheduler)
        const pairs: FakePair[] = []
        usePseudoTerminals({ races, pairs, opens })
        const told: string[] = []
        const port = new DevicePort({
          linkPath,
          clock: races.clock,
          baudRate: undefined,
          attach: () => told.push('attach'),
          detach: () => told.push('detach'),
        })
        const failures: unknown[] = []
        let last = ''
        for (const step of steps) {
          races.later(step, () => {
            last = step
            if (step === 'unplug') port.unplug()
            else port.plug().catch((error: unknown) => failures.push(error))
          })
        }
        await races.settle()
        const isIn = last === 'plug' && opens
        expect(port.isPlugged).toBe(isIn)
        expect(pairs.filter(({ isOpen }) => isOpen)).toHaveLength(isIn ? 1 : 0)
        expect(isLinked()).toBe(isIn)
        port.unplug()
        await races.settle()
        expect(pairs.filter(({ isOpen }) => isOpen)).toEqual([])
        expect(existsSync(linkPath) || isLinked()).toBe(false)
        expect(told).toEqual(told.map((_, index) => (index % 2 === 0 ? 'attach' : 'detach')))
        expect(told.length % 2).toBe(0)
        if (opens) expect(failures).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
