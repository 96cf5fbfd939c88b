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

  it('leaves no evidence of a step that was stopped', async () => {
    let count = 0
    const { site } = siteOf(GOOD, { isStopped: () => ++count > 5 })
    expect(await runCommissioning(site, { steps: STEPS })).toEqual([])
    expect(store.latest('network')).toBeUndefined()
  })
})
