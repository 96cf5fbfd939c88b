import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backUpHost, drillHost, restoreHost } from '../../src/cli/backup/host-backup.ts'
import { backUpTerminal, drillTerminal, restoreTerminal } from '../../src/cli/backup/terminal-backup.ts'
import { Hands } from '../../src/cli/up/hands.ts'
import { openWorld, type World } from '../../src/cli/up/world.ts'
import { cardFile, WORLD_PIN } from '../../src/cli/up/world-cards.ts'
import { WORLD_OPERATORS } from '../../src/cli/up/world-operators.ts'
import { EstateCare } from '../../src/host/monitoring/estate-care.ts'
import { MaintenancePlan } from '../../src/host/monitoring/maintenance-plan.ts'
import { openOffice } from '../../src/host/office/open-office.ts'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { ScriptedPanel } from '../../src/terminal/adapters/scripted-panel.ts'
import type { CommandOutcome } from '../../src/terminal/flows/terminal-command.ts'
import { OfficeInMemory } from '../host/monitoring/office-in-memory.ts'

const PASSPHRASE = 'a long enough passphrase'
const TID = '10000001'
const ANSWERS = {
  enterPassword: { kind: 'entered', text: WORLD_OPERATORS.cashier.password },
  choosePrinterTrouble: { kind: 'chosen', id: 'retry' },
} as const

let directory: string
const at = (...names: string[]): string => join(directory, ...names)

function reopen(): Promise<World> {
  return openWorld({
    directory: at('world'),
    baudRate: undefined,
    sharedLine: false,
    freePorts: true,
    profile: { merchantCopy: false, cardholderCopy: false, operatorRequired: false },
    panel: new ScriptedPanel(ANSWERS),
  })
}

async function withWorld(
  use: (world: World, sell: (minor: number) => Promise<CommandOutcome>) => Promise<void>,
) {
  const world = await reopen()
  const hands = new Hands(world.board)
  hands.hold({ path: cardFile(world.cardsDirectory, 'chip'), how: 'insert', pin: WORLD_PIN })
  try {
    await use(world, (amountMinor) => world.terminal.run({ kind: 'sale', amountMinor }))
  } finally {
    hands.stop()
    await world.close()
  }
}

/** Names and sizes of all that is there. */
function listing(folder: string): unknown {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => [name, statSync(join(folder, name)).size])
}

/** Two sales, both backups while everything runs, then two sales that no backup knows. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-backup-'))
  await withWorld(async ({ host, terminal }, sell) => {
    const office = openOffice({ directory: at('world', 'host'), security: host.security })
    office.audit.append({ actor: 'system', action: 'test.began', subject: '' })
    office.close()
    expect(await terminal.run({ kind: 'signIn' })).toEqual({ kind: 'done' })
    for (const minor of [1100, 1200]) expect(await sell(minor)).toMatchObject({ kind: 'approved' })
    await backUpTerminal(at('world', 'terminal'), at('terminal.twb'), PASSPHRASE)
    await backUpHost(at('world', 'host'), at('host.twb'), PASSPHRASE)
    for (const minor of [1300, 1400]) expect(await sell(minor)).toMatchObject({ kind: 'approved' })
  })
}, 60_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('the backup of a host', () => {
  test('is private, holds no key in clear, and leaves nothing beside it', () => {
    expect(statSync(at('host.twb')).mode & 0o777).toBe(0o600)
    const sealed = readFileSync(at('host.twb'))
    expect(sealed.includes(readFileSync(at('world', 'host', 'local-master-key')))).toBe(false)
    expect(sealed.includes(Buffer.from('SQLite format 3'))).toBe(false)
    expect(readdirSync(at('world', 'host')).filter((name) => name.startsWith('.'))).toEqual([])
  })
  test('comes back in an empty place with the same books, and gives no reference number twice', async () => {
    const { manifest, aside } = await restoreHost(at('host.twb'), at('restored'), PASSPHRASE, false)
    expect(aside).toBeUndefined()
    expect(manifest.books).toMatchObject({
      'transactions approved 156': 2300,
      'audit head': expect.any(String),
    })
    const records = openHostRecords(at('restored'))
    const office = openOffice({ directory: at('restored'), security: records.security })
    try {
      expect(records.store.checkBooks()).toEqual([])
      expect(records.store.listTransactions({ tid: TID })).toHaveLength(2)
      expect(office.audit.list({ limit: 9 }).map(({ action }) => action)).toEqual([
        'backup.restored',
        'test.began',
      ])
      expect(office.audit.verify().findings).toEqual([])
    } finally {
      office.close()
      records.close()
    }
    const given = new Database(at('world', 'host', 'host.db'))
      .prepare('SELECT max(id) FROM transactions')
      .pluck()
      .get()
    const next = new Database(at('restored', 'host.db')).prepare('SELECT next FROM numbers').pluck().get()
    expect(Number(next)).toBeGreaterThan(Number(given))
  })
  test('is evidence in the maintenance plan, and so is a restore on trial, good or bad', async () => {
    const before = listing(at('world', 'host'))
    const { books } = await drillHost(at('host.twb'), at('world', 'host'), PASSPHRASE)
    expect(books).toMatchObject({ 'transactions approved 156': 2300 })
    await expect(drillHost(at('host.twb'), at('world', 'host'), 'another passphrase!')).rejects.toThrow(
      /passphrase/,
    )
    const records = openHostRecords(at('world', 'host'))
    const office = openOffice({ directory: at('world', 'host'), security: records.security })
    const plan = new MaintenancePlan(office.database, office.audit, office.nowMs)
    expect(plan.evidence('host', 9)).toMatchObject([
      { kind: 'restoreDrill', isGood: false },
      { kind: 'restoreDrill', isGood: true, note: expect.stringMatching(/sha256 [0-9a-f]{64}; \d+ bytes/) },
      { kind: 'backup', isGood: true, note: expect.stringContaining('figures of the books') },
    ])
    office.close()
    records.close()
    const names = (all: unknown): unknown => (all as [string, number][]).map(([name]) => name)
    expect(names(listing(at('world', 'host')))).toEqual(names(before))
  })
  test.each([
    ['wrong passphrase', (sealed: Buffer) => sealed, 'another passphrase!', /other passphrase/],
    ['damaged', (sealed: Buffer) => sealed.fill(1, 5000, 5001), PASSPHRASE, /damaged/],
    ['cut off', (sealed: Buffer) => sealed.subarray(0, sealed.length - 100), PASSPHRASE, /too early/],
    ['newer', (sealed: Buffer) => sealed.fill(9, 16, 17), PASSPHRASE, /newer release/],
    ['no backup', () => Buffer.from('hello'), PASSPHRASE, /no backup/],
  ])('%s: a clear message, and nothing is changed', async (name, damage, passphrase, message) => {
    const file = at(`${name}.twb`)
    writeFileSync(file, damage(readFileSync(at('host.twb'))))
    const before = listing(at('world', 'host'))
    await expect(restoreHost(file, at('world', 'host'), passphrase, true)).rejects.toThrow(message)
    expect(listing(at('world', 'host'))).toEqual(before)
    expect(readdirSync(at('world')).filter((entry) => entry.includes('restoring'))).toEqual([])
  })
  test('is not put over what is there, nor over a host that runs, nor over a terminal', async () => {
    await expect(restoreHost(at('host.twb'), at('world', 'host'), PASSPHRASE, false)).rejects.toThrow(
      /not empty/,
    )
    await expect(restoreHost(at('terminal.twb'), at('new'), PASSPHRASE, false)).rejects.toThrow(
      /terminal restore/,
    )
    expect(existsSync(at('new'))).toBe(false)
    const running = openHostRecords(at('world', 'host'))
    try {
      const restoring = restoreHost(at('host.twb'), at('world', 'host'), PASSPHRASE, true)
      await expect(restoring).rejects.toThrow(/is running/)
    } finally {
      running.close()
    }
  })
  test('is refused when its books are not those that were kept', async () => {
    mkdirSync(at('changed'))
    const { compare } = await import('../../src/cli/backup/host-backup.ts')
    expect(() => compare({ a: 1, b: 2 }, { a: 1, b: 3 })).toThrow(/b: 2 in the backup, 3 restored/)
  })
})

describe('the backup of a terminal', () => {
  test('is told to the host by the terminal itself, which takes it for evidence', async () => {
    await drillTerminal(at('terminal.twb'), at('world', 'terminal'), PASSPHRASE)
    await withWorld(async ({ host, terminal }) => {
      expect(await terminal.run({ kind: 'uploadStatus' })).toEqual({ kind: 'done' })
      const { database, audit, clock } = new OfficeInMemory()
      const care = new EstateCare({ office: { database, audit, nowMs: clock }, host })
      care.watch()
      care.watch()
      const found = care.plan.evidence(TID, 9).filter(({ note }) => note.startsWith('sha256'))
      expect(found).toMatchObject([
        { kind: 'restoreDrill', actor: `device:${TID}`, isGood: true },
        { kind: 'backup', actor: `device:${TID}`, isGood: true },
      ])
      care.close()
    })
  }, 60_000)
  test('goes on against a host that went on: no number twice, nothing undone, the day settles', async () => {
    const { aside } = await restoreTerminal(at('terminal.twb'), at('world', 'terminal'), PASSPHRASE, true)
    expect(existsSync(join(aside ?? '', 'journal.db'))).toBe(true)
    await withWorld(async ({ host, terminal }, sell) => {
      expect(terminal.state.signedIn).toBe(false)
      const outcome = await sell(1500)
      expect(outcome).toMatchObject({ kind: 'approved' })
      const rows = [...host.transactions(TID)].reverse()
      expect(rows.map(({ requestedMinor, state }) => [requestedMinor, state])).toEqual(
        [1100, 1200, 1300, 1400, 1500].map((minor) => [minor, 'approved']),
      )
      // The host has two sales that the terminal has lost: it says so and goes by its own books.
      expect(await terminal.run({ kind: 'settle' })).toMatchObject({
        kind: 'settled',
        summary: { domesticFlag: '2', transactionCount: 3 },
      })
      expect(host.checkBooks()).toEqual([])
    })
  }, 60_000)
  test('put back once more after that batch was settled, it begins the new one empty', async () => {
    await restoreTerminal(at('terminal.twb'), at('world', 'terminal'), PASSPHRASE, true)
    await withWorld(async ({ host, terminal }, sell) => {
      expect(await sell(1600)).toMatchObject({ kind: 'approved' })
      expect(await terminal.run({ kind: 'settle' })).toMatchObject({
        kind: 'settled',
        summary: { domesticFlag: '1', transactionCount: 1 },
      })
      expect(host.transactions(TID).every(({ state }) => state === 'approved')).toBe(true)
      expect(host.checkBooks()).toEqual([])
    })
  }, 60_000)
})
