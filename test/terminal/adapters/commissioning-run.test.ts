import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommissioning } from '../../../src/terminal/adapters/commissioning/commissioning-run.ts'
import type { CommissioningSite } from '../../../src/terminal/adapters/commissioning/commissioning-site.ts'
import { EvidenceStore } from '../../../src/terminal/adapters/evidence-store.ts'
import type { CommandOutcome, TerminalCommand } from '../../../src/terminal/flows/terminal-command.ts'
import { DEFAULT_PROFILE } from '../../../src/terminal/flows/terminal-profile.ts'
import { initialState } from '../../../src/terminal/flows/terminal-state.ts'
import { EXERCISES } from '../../../src/terminal/flows/training/exercises.ts'

let directory: string
let store: EvidenceStore
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-commission-test-'))
  store = new EvidenceStore(directory)
})
afterEach(() => {
  store.close()
  rmSync(directory, { recursive: true, force: true })
})

/** A terminal that answers from a list; its commands are counted. */
function siteOf(answers: { readonly [kind: string]: CommandOutcome }, more: Partial<CommissioningSite> = {}) {
  const asked: string[] = []
  const site: CommissioningSite = {
    terminal: {
      state: { ...initialState, masterKeyCheckValue: '82E136' },
      profile: DEFAULT_PROFILE,
      run: (command: TerminalCommand) => {
        asked.push(command.kind)
        return Promise.resolve(answers[command.kind] ?? { kind: 'cancelled' })
      },
    },
    store,
    customers: { serve: () => {}, endPaper: () => {} },
    softwareVersion: '1.0.0',
    nowMs: () => 1_000,
    elapsedMs: () => 0,
    memoryBytes: () => 1e8,
    processOf: 'terminal',
    freeBytes: () => Promise.resolve(1e9),
    echoCount: 10,
    soakSeconds: 1,
    tell: () => {},
    isStopped: () => false,
    ...more,
  }
  return { site, asked }
}

const GOOD: { readonly [kind: string]: CommandOutcome } = {
  echo: { kind: 'echoed', roundTripMs: 12 },
  signIn: { kind: 'done' },
  download: { kind: 'done' },
  deviceReport: {
    kind: 'devices',
    devices: [{ device: 'printer', state: 'ready', identity: 'P1', detail: 'ready' }],
  },
}
const STEPS = ['network', 'keys', 'downloads', 'devices'] as const

describe('a commissioning', () => {
  it('goes on behind what passed, also after a restart; again only when asked, or with other software', async () => {
    const first = siteOf(GOOD)
    const evidence = await runCommissioning(first.site, { steps: STEPS })
    expect(evidence.map(({ step, verdict }) => [step, verdict])).toEqual(
      STEPS.map((step) => [step, 'passed']),
    )
    store.close()
    store = new EvidenceStore(directory)
    const second = siteOf(GOOD)
    expect(await runCommissioning(second.site, { steps: STEPS })).toEqual(evidence)
    expect(second.asked).toEqual([])
    const again = siteOf(GOOD)
    const redone = await runCommissioning(again.site, { steps: ['keys'], again: true })
    expect(redone[0]?.attempt).toBe(2)
    const newer = siteOf(GOOD, { softwareVersion: '1.0.1' })
    await runCommissioning(newer.site, { steps: ['keys'] })
    expect(newer.asked).toEqual(['signIn'])
  })

  it.each([
    ['network', { echo: { kind: 'failed', reason: 'noConnection' } }],
    ['keys', { signIn: { kind: 'failed', reason: 'keyCheckFailed' } }],
    ['downloads', { download: { kind: 'failed', reason: 'noReply' } }],
    [
      'devices',
      {
        deviceReport: {
          kind: 'devices',
          devices: [{ device: 'printer', state: 'missing', detail: 'not connected' }],
        },
      },
    ],
    ['functions', {}],
    ['training', {}],
  ] as const)('%s fails in its way, and is done again the next time', async (step, answers) => {
    const { site } = siteOf({ ...GOOD, ...answers })
    const [evidence] = await runCommissioning(site, { steps: [step] })
    expect(evidence?.verdict).toBe('failed')
    expect(evidence?.reasons.length).toBeGreaterThan(0)
    const next = await runCommissioning(site, { steps: [step] })
    expect(next[0]?.attempt).toBe(2)
  })

  it('is trained when one operator has done all exercises', async () => {
    const { site } = siteOf(GOOD)
    for (const { id } of EXERCISES.slice(1)) store.exercisePassed({ exercise: id, operator: '01' }, 1)
    store.exercisePassed({ exercise: 'sale', operator: '02' }, 1)
    expect((await runCommissioning(site, { steps: ['training'] }))[0]?.verdict).toBe('failed')
    store.exercisePassed({ exercise: 'sale', operator: '01' }, 2)
    expect((await runCommissioning(site, { steps: ['training'] }))[0]?.verdict).toBe('passed')
  })

  it('goes on after a power cut at any of its commands: each step passes once, none is done twice', async () => {
    const whole = siteOf(GOOD)
    await runCommissioning(whole.site, { steps: STEPS })
    store.close()
    for (let cutAt = 0; cutAt < whole.asked.length; cutAt++) {
      rmSync(directory, { recursive: true, force: true })
      store = new EvidenceStore(directory)
      const cut = siteOf(GOOD)
      const { run } = cut.site.terminal
      const powered = { ...cut.site.terminal, run: (command: TerminalCommand) => run(command) }
      powered.run = (command) =>
        cut.asked.length === cutAt ? Promise.reject(new Error('the power went')) : run(command)
      const going = runCommissioning({ ...cut.site, terminal: powered }, { steps: STEPS })
      await expect(going).rejects.toThrow('the power went')
      // Only what stands on disk is there when the power is back.
      store.close()
      store = new EvidenceStore(directory)
      const done = store.newest().map(({ step }) => step)
      const again = siteOf(GOOD)
      const evidence = await runCommissioning(again.site, { steps: STEPS })
      expect(evidence.map(({ step, verdict, attempt }) => [step, verdict, attempt])).toEqual(
        STEPS.map((step) => [step, 'passed', 1]),
      )
      expect(again.asked.includes('echo')).toBe(!done.includes('network'))
      expect(again.asked.includes('signIn')).toBe(!done.includes('keys'))
      expect(again.asked.at(-1)).toBe('deviceReport')
      store.close()
    }
    store = new EvidenceStore(directory)
  })

  it('says that the host does not take transactions yet, and stops the function test there', async () => {
    const declined = { kind: 'declined', responseCode: '58' } as CommandOutcome
    const { site, asked } = siteOf({ ...GOOD, sale: declined })
    const [evidence] = await runCommissioning(site, { steps: ['functions'] })
    expect(evidence?.reasons[0]?.en).toContain('Open for tests')
    expect(asked.filter((kind) => kind === 'sale')).toHaveLength(1)
  })

  it('leaves no evidence of a step that was stopped', async () => {
    let count = 0
    const { site } = siteOf(GOOD, { isStopped: () => ++count > 5 })
    expect(await runCommissioning(site, { steps: STEPS })).toEqual([])
    expect(store.latest('network')).toBeUndefined()
  })
})
