import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JournalFailure } from '../../../src/terminal/adapters/journal-failure.ts'
import { openTerminal } from '../../../src/terminal/adapters/open-terminal.ts'
import { type ScriptedAnswer, ScriptedPanel } from '../../../src/terminal/adapters/scripted-panel.ts'
import { openSqliteJournal } from '../../../src/terminal/adapters/sqlite-journal.ts'
import { type Terminal, TerminalStopped } from '../../../src/terminal/adapters/terminal.ts'
import type { Flow } from '../../../src/terminal/flows/effect.ts'
import type { JournalRecord } from '../../../src/terminal/flows/journal-record.ts'
import { DEFAULT_PROFILE } from '../../../src/terminal/flows/terminal-profile.ts'
import type { Panel } from '../../../src/terminal/runtime/terminal-world.ts'
import { VirtualClock } from '../runtime/virtual-clock.ts'
import { FakePeripherals } from './fake-peripherals.ts'
import { quickHasher } from './quick-hasher.ts'
import { TestAcquirer } from './test-acquirer.ts'

let directory: string
let acquirer: TestAcquirer
const terminals: Terminal[] = []
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-terminal-test-'))
  acquirer = await TestAcquirer.open()
})
afterEach(async () => {
  await Promise.all(terminals.splice(0).map((terminal) => terminal.close(0)))
  await acquirer.close()
  rmSync(directory, { recursive: true, force: true })
})

const PASSWORDS: { readonly [screenId: string]: ScriptedAnswer } = {
  enterPassword: { kind: 'entered', text: '123456' },
}
const COMMISSION = {
  kind: 'commission',
  keyBlock: 'B0016D0TN00S0000',
  profile: { terminalId: '10000007' },
  supervisorPassword: '123456',
  cashiers: [{ number: '01', password: '123456' }],
} as const

async function open(
  panel: Panel = new ScriptedPanel(PASSWORDS),
  peripherals = new FakePeripherals(),
  more: { readonly journalSizeMaxBytes?: number } = {},
) {
  const terminal = await openTerminal({
    dataDirectory: directory,
    profile: DEFAULT_PROFILE,
    passwords: quickHasher,
    hostAddress: { host: '127.0.0.1', port: acquirer.port },
    peripherals,
    panel,
    logLevel: 'debug',
    ...more,
  })
  terminals.push(terminal)
  return { terminal, peripherals }
}

describe('a terminal', () => {
  it('is commissioned once, speaks with its host, and is the same after a restart', async () => {
    const { terminal, peripherals } = await open()
    const screens: string[] = []
    terminal.onScreen(({ id }) => screens.push(id))
    expect(await terminal.run({ kind: 'echo' })).toEqual({ kind: 'refused', reason: 'notCommissioned' })
    expect(await terminal.run(COMMISSION)).toEqual({ kind: 'masterKey', checkValue: '82E136' })
    expect(await terminal.run({ kind: 'logOn', operator: '01' })).toEqual({ kind: 'done' })
    expect(await terminal.run({ kind: 'echo' })).toMatchObject({ kind: 'echoed' })
    expect(screens).toContain('enterPassword')
    expect(screens.at(-1)).toBe('echoed')
    await terminal.close()
    expect(peripherals.closed).toBe(true)

    const { terminal: again } = await open()
    expect(again.profile.terminalId).toBe('10000007')
    expect(again.state.loggedOn).toBe('01')
    expect(await again.run(COMMISSION)).toEqual({ kind: 'refused', reason: 'alreadyCommissioned' })
  })

  it('does commands one after the other, in order', async () => {
    const { terminal } = await open()
    const outcomes = await Promise.all([
      terminal.run(COMMISSION),
      terminal.run({ kind: 'logOn', operator: '01' }),
      terminal.run({ kind: 'echo' }),
      terminal.run({ kind: 'deviceReport' }),
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['masterKey', 'done', 'echoed', 'devices'])
  })

  it('looks for its host by itself while offline sales wait, where it should', async () => {
    const { port } = acquirer
    await acquirer.close()
    const clock = new VirtualClock()
    let isSelling = false
    let heard: (command: string) => void = () => {}
    const request = { type: 'offlineSale', amountMinor: 100, stan: '000001', batch: '000001' }
    // In the place of a sale, for which this acquirer has no keys.
    function* sold(flow: Flow<unknown>): Flow<unknown> {
      yield* flow
      const records = [
        { kind: 'requested', request },
        { kind: 'storedOffline', request, copies: [] },
      ] as unknown as readonly JournalRecord[]
      yield { kind: 'append', records }
      return { kind: 'done' }
    }
    const terminal = await openTerminal({
      dataDirectory: directory,
      profile: { ...DEFAULT_PROFILE, offlineSending: 'lineBack', offlineRetryMs: 60_000 },
      passwords: quickHasher,
      hostAddress: { host: '127.0.0.1', port },
      peripherals: new FakePeripherals(),
      panel: new ScriptedPanel(PASSWORDS),
      clock,
      probe: {
        flow: <T>(flow: Flow<T>) => (isSelling ? (sold(flow) as Flow<T>) : flow),
        outcome: ({ kind }) => heard(kind),
      },
    })
    terminals.push(terminal)
    await terminal.run(COMMISSION)
    expect(clock.timerCount).toBe(0)
    isSelling = true
    await terminal.run({ kind: 'deviceReport' })
    isSelling = false
    for (let round = 0; round < 2; round++) {
      const sent = new Promise<string>((resolve) => {
        heard = resolve
      })
      clock.advance(60_000)
      expect(await sent).toBe('sendPending')
      expect(terminal.state.notices).toHaveLength(1)
    }
    await terminal.close()
    expect(clock.timerCount).toBe(0)
  })

  it('passes on what happens to the devices', async () => {
    const { terminal, peripherals } = await open()
    const seen: unknown[] = []
    terminal.onDevices((report) => seen.push(report))
    const report = { kind: 'devices', devices: [{ device: 'pinPad', state: 'missing', detail: '' }] } as const
    peripherals.report(report)
    expect(seen).toEqual([report])
  })

  it('whose host does not answer says so, and can be closed meanwhile', async () => {
    const { terminal } = await open()
    await terminal.run(COMMISSION)
    await terminal.run({ kind: 'logOn', operator: '01' })
    acquirer.silent = true
    const heard = new Promise<string>((resolve) => {
      acquirer.heard = resolve
    })
    const echo = terminal.run({ kind: 'echo' })
    const waiting = terminal.run({ kind: 'echo' })
    expect(await heard).toBe('0820')
    const stopped = expect(echo).rejects.toBeInstanceOf(TerminalStopped)
    await terminal.close(0)
    await stopped
    expect(await waiting).toEqual({ kind: 'cancelled' })
    expect(await terminal.run({ kind: 'echo' })).toEqual({ kind: 'cancelled' })
    const { terminal: again } = await open()
    expect(again.state.commissioned).toBe(true)
  })

  it('is cancelled by its key while it waits for a person, and goes on', async () => {
    let asked: () => void = () => {}
    const silent: Panel = { show: () => {}, ask: () => asked(), withdraw: () => {} }
    const { terminal } = await open(silent)
    await terminal.run(COMMISSION)
    const question = new Promise<void>((resolve) => {
      asked = resolve
    })
    const logOn = terminal.run({ kind: 'logOn', operator: '01' })
    await question
    expect(terminal.cancel()).toBe(true)
    expect(await logOn).toEqual({ kind: 'cancelled' })
    expect(terminal.cancel()).toBe(false)
    expect(terminal.state.commissioned).toBe(true)
  })

  it('that is closed while a person is asked ends the command as cancelled', async () => {
    let asked: () => void = () => {}
    const silent: Panel = { show: () => {}, ask: () => asked(), withdraw: () => {} }
    const { terminal } = await open(silent)
    await terminal.run(COMMISSION)
    const question = new Promise<void>((resolve) => {
      asked = resolve
    })
    const logOn = terminal.run({ kind: 'logOn', operator: '01' })
    await question
    await terminal.close()
    expect(await logOn).toEqual({ kind: 'cancelled' })
  })

  it('stops at a question that its script does not answer, and names it', async () => {
    const { terminal } = await open(new ScriptedPanel({}))
    await terminal.run(COMMISSION)
    await expect(terminal.run({ kind: 'logOn', operator: '01' })).rejects.toThrow(
      'no answer is scripted for the question enterPassword',
    )
    expect(terminal.stopCause?.kind).toBe('bug')
    await expect(terminal.run({ kind: 'echo' })).rejects.toBeInstanceOf(TerminalStopped)
  })

  it('stops when its disk is full, keeps what was durable, and starts again with more room', async () => {
    const { terminal } = await open(undefined, undefined, { journalSizeMaxBytes: 64 * 1024 })
    const profile = { merchantNameEn: 'M'.repeat(100_000) }
    await expect(terminal.run({ ...COMMISSION, profile })).rejects.toMatchObject({
      stopCause: { kind: 'journal', message: expect.stringMatching(/no room.*free some space/) },
    })
    expect(terminal.state.commissioned).toBe(false)
    await expect(terminal.run(COMMISSION)).rejects.toBeInstanceOf(TerminalStopped)
    await terminal.close()
    const { terminal: again } = await open()
    expect(await again.run(COMMISSION)).toMatchObject({ kind: 'masterKey' })
  })

  it('starts no sale while its journal is nearly full, and says what to do; nothing is lost', async () => {
    const { terminal } = await open(undefined, undefined, { journalSizeMaxBytes: 8 * 1024 * 1024 })
    await terminal.run(COMMISSION)
    await terminal.run({ kind: 'logOn', operator: '01' })
    expect(await terminal.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({
      kind: 'refused',
      reason: 'storageLow',
    })
    expect(terminal.stopCause).toBeUndefined()
  })

  it('does not open on a journal that is in use, and lets its devices go', async () => {
    const { terminal } = await open()
    const peripherals = new FakePeripherals()
    await expect(open(new ScriptedPanel({}), peripherals)).rejects.toMatchObject({ kind: 'inUse' })
    await expect(open()).rejects.toBeInstanceOf(JournalFailure)
    expect(peripherals.closed).toBe(true)
    await terminal.close()
    openSqliteJournal({ directory }).close()
  })

  it('writes a log that only its owner can read, without the password', async () => {
    const { terminal } = await open()
    await terminal.run(COMMISSION)
    await terminal.run({ kind: 'logOn', operator: '01' })
    await terminal.run({ kind: 'echo' })
    await terminal.close()
    const path = join(directory, 'terminal.log')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['opened', 'hostLine', 'sent', 'received', 'closed']),
    )
    expect(lines.find(({ event }) => event === 'received')).toMatchObject({ mti: '0830' })
    expect(JSON.stringify(lines)).not.toContain('123456')
  })
})
