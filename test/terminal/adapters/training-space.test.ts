import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EvidenceStore } from '../../../src/terminal/adapters/evidence-store.ts'
import { JournalFailure } from '../../../src/terminal/adapters/journal-failure.ts'
import { type OpenTerminalOptions, openTerminal } from '../../../src/terminal/adapters/open-terminal.ts'
import { ScriptedPanel } from '../../../src/terminal/adapters/scripted-panel.ts'
import { openTrainingTerminal } from '../../../src/terminal/adapters/training-space.ts'
import { DEFAULT_PROFILE } from '../../../src/terminal/flows/terminal-profile.ts'
import { FakePeripherals } from './fake-peripherals.ts'
import { quickHasher } from './quick-hasher.ts'
import { TestAcquirer } from './test-acquirer.ts'

let directory: string
let acquirer: TestAcquirer
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-training-test-'))
  acquirer = await TestAcquirer.open()
})
afterEach(async () => {
  await acquirer.close()
  rmSync(directory, { recursive: true, force: true })
})

function options(): OpenTerminalOptions {
  return {
    dataDirectory: directory,
    profile: DEFAULT_PROFILE,
    passwords: quickHasher,
    hostAddress: { host: '127.0.0.1', port: acquirer.port },
    peripherals: new FakePeripherals(),
    panel: new ScriptedPanel({ enterPassword: { kind: 'entered', text: '123456' } }),
  }
}

describe('the space of training', () => {
  it('takes over who the terminal is and who works there, and leaves its records alone', async () => {
    const real = await openTerminal(options())
    await real.run({
      kind: 'commission',
      keyBlock: 'B0016D0TN00S0000',
      profile: { terminalId: '10000007' },
      supervisorPassword: '123456',
      cashiers: [{ number: '01', password: '123456' }],
    })
    const before = JSON.stringify(real.state)
    await real.close()

    const done: string[] = []
    const training = await openTrainingTerminal(options(), ({ exercise }) => done.push(exercise))
    expect(training.profile.terminalId).toBe('10000007')
    expect(await training.run({ kind: 'logOn', operator: '01' })).toEqual({ kind: 'done' })
    expect(await training.run({ kind: 'signIn' })).toEqual({ kind: 'done' })
    expect(await training.run({ kind: 'echo' })).toMatchObject({ kind: 'echoed' })
    expect(await training.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
    expect(await training.run({ kind: 'reprint', settlement: true })).toEqual({ kind: 'done' })
    expect(done).toEqual(['settlement', 'reprint'])
    await training.close()
    expect(acquirer.connections).toBe(0)

    const again = await openTerminal(options())
    expect(JSON.stringify(again.state)).toBe(before)
    await again.close()
  })

  it('is not there before the terminal is', async () => {
    await expect(openTrainingTerminal(options())).rejects.toThrow(JournalFailure)
  })

  it('keeps what each operator did over a restart', () => {
    const store = new EvidenceStore(directory)
    store.exercisePassed({ exercise: 'sale', operator: '01' }, 5)
    store.exercisePassed({ exercise: 'sale', operator: '01' }, 9)
    store.close()
    const again = new EvidenceStore(directory)
    expect(again.exercises()).toEqual([{ exercise: 'sale', operator: '01', atMs: 9 }])
    expect(again.openExercises('01')).not.toContain('sale')
    expect(again.openExercises('02')).toContain('sale')
    again.close()
  })
})
