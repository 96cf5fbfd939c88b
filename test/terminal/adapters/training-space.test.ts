import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { EvidenceStore } from '../../../src/terminal/adapters/evidence-store.ts'
import { JournalFailure } from '../../../src/terminal/adapters/journal-failure.ts'
import {
  type OpenTerminalOptions,
  openTerminal,
  type TerminalPeripherals,
} from '../../../src/terminal/adapters/open-terminal.ts'
import { ScriptedPanel } from '../../../src/terminal/adapters/scripted-panel.ts'
import { openSqliteJournal } from '../../../src/terminal/adapters/sqlite-journal.ts'
import { openTrainingTerminal, trainingDirectory } from '../../../src/terminal/adapters/training-space.ts'
import type { DownloadSet, TerminalDownloads } from '../../../src/terminal/flows/download-model.ts'
import type { JournalRecord } from '../../../src/terminal/flows/journal-record.ts'
import type { PeripheralEffect } from '../../../src/terminal/flows/peripheral-effect.ts'
import { DEFAULT_PROFILE } from '../../../src/terminal/flows/terminal-profile.ts'
import { signedPackage } from '../../downloads/package-world.ts'
import { countingRandom, testCard } from '../../hardware/chip-card/test-cards.ts'
import { CA_KEY } from '../kernel/kernel-world.ts'
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

/** As if the host had given the live terminal this set. */
function loaded(
  set: DownloadSet,
  { items = [], names = [], ...more }: Partial<TerminalDownloads> & { items?: string[]; names?: string[] },
): void {
  append(
    { kind: 'downloadBegun', set },
    { kind: 'downloadListed', set, names, isComplete: true },
    ...items.map((item) => ({ kind: 'downloadReceived', set, item }) as const),
    { kind: 'downloadActivated', set, ...more },
    { kind: 'downloadEnded', set },
  )
}

/** To the journal of the live terminal. */
function append(...records: readonly JournalRecord[]): void {
  const journal = openSqliteJournal({ directory })
  journal.append(records, (outcome) => expect(outcome.kind).toBe('durable'))
  journal.close()
}

function journalOf(folder: string) {
  const journal = openSqliteJournal({ directory: folder })
  const { openingState: state, lastSequence: count } = journal
  journal.close()
  return { state, count }
}

/** A chip that could sign its cryptograms, pulled at the first one; `asked`: P1 of its GENERATE AC. */
function signingCard(): { readonly peripherals: TerminalPeripherals; readonly asked: number[] } {
  const card = createChipCard(testCard({ authentication: 'cda', cvm: 'none' }), { random: countingRandom() })
  const others = new FakePeripherals()
  const asked: number[] = []
  const perform: TerminalPeripherals['perform'] = (effect, done) => {
    const answer = (given: unknown) => done(given as Parameters<typeof done>[0])
    if (effect.kind === 'awaitCard') return answer({ kind: 'chip', atr: card.powerOn() })
    if (effect.kind === 'awaitCardRemoval') return answer({ kind: 'gone' })
    const wanted: PeripheralEffect = effect
    if (wanted.kind !== 'transmit') return others.perform(effect, done)
    if (wanted.apdu[1] !== 0xae) return answer({ kind: 'response', bytes: card.transmit(wanted.apdu) })
    asked.push(wanted.apdu[2] ?? 0)
    answer({ kind: 'cardRemoved' })
  }
  const onChange: TerminalPeripherals['onChange'] = (listener) => others.onChange(listener)
  return {
    peripherals: { perform, onChange, cancel: () => others.cancel(), close: () => others.close() },
    asked,
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

  it('takes over what the host gave the terminal, again when that changes, and writes nothing when it did not', async () => {
    const real = await openTerminal(options())
    await real.run({ kind: 'commission', keyBlock: 'B0016D0TN00S0000', supervisorPassword: '123456' })
    await real.close()
    loaded('parameters', { items: ['3132'], profileChanges: { replyTimeoutMs: 45_000 } })
    loaded('applications', { items: ['9F0601', '9F0602'] })
    loaded('blacklist', { names: ['621094'] })
    loaded('rates', { names: ['of real money'] })
    loaded('contactless', { contactless: { DF8117: 'E0' } })

    const training = await openTrainingTerminal(options())
    expect(training.profile.replyTimeoutMs).toBe(45_000)
    // Rates of training are its own, and always in force.
    const { rates: _, ...given } = journalOf(directory).state.downloads ?? { staged: {} }
    expect(training.state.downloads).toEqual(given)
    await training.close()
    const { count } = journalOf(trainingDirectory(directory))
    await (await openTrainingTerminal(options())).close()
    expect(journalOf(trainingDirectory(directory)).count).toBe(count)

    loaded('parameters', { items: ['3133'], profileChanges: { replyTimeoutMs: 20_000 } })
    const again = await openTrainingTerminal(options())
    expect(again.profile.replyTimeoutMs).toBe(20_000)
    expect(again.state.downloads?.blacklist).toEqual(['621094'])
    await again.close()
  })

  it('runs on the software package that the terminal runs on', async () => {
    const real = await openTerminal(options())
    await real.run({ kind: 'commission', keyBlock: 'B0016D0TN00S0000', supervisorPassword: '123456' })
    await real.close()
    const file = signedPackage('1.1.0')
    writeFileSync(join(directory, 'package-A.twpk'), file)
    const id = createHash('sha256').update(file).digest('hex').toUpperCase()
    append(
      { kind: 'packageBegun', slot: 'A', id, size: file.length },
      {
        kind: 'packageVerified',
        installed: { slot: 'A', id, name: 'till', version: '1.1.0', size: file.length },
      },
      { kind: 'packageActivated' },
    )
    const training = await openTrainingTerminal(options())
    expect(DEFAULT_PROFILE.resendCount).not.toBe(4)
    expect(training.profile.resendCount).toBe(4)
    await training.close()
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

  it("asks no chip to sign its cryptogram: the second one is not the card's own", async () => {
    const real = await openTerminal(options())
    await real.run({ kind: 'commission', supervisorPassword: '123456', cashiers: [] })
    await real.close()
    const { peripherals, asked } = signingCard()
    const terminal = await openTrainingTerminal({ ...options(), peripherals, caKeys: [CA_KEY] })
    await terminal.run({ kind: 'logOn', operator: '00' })
    await terminal.run({ kind: 'sale', amountMinor: 1200 })
    await terminal.close()
    expect(asked).toEqual([0x80])
  })
})
