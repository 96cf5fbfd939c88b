import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import { openWorld, type World } from '../../src/cli/up/world.ts'
import { WORLD_OPERATORS } from '../../src/cli/up/world-operators.ts'
import { PackageShelf } from '../../src/host/estate/package-shelf.ts'
import { Rollouts } from '../../src/host/estate/rollouts.ts'
import { type Office, openOffice } from '../../src/host/office/open-office.ts'
import type { QuestionAnswer, Screen } from '../../src/terminal/flows/screen.ts'
import { renderScreen } from '../../src/terminal/flows/screen-texts.ts'
import type { Panel } from '../../src/terminal/runtime/terminal-world.ts'
import { KEYS, signedPackage } from './package-world.ts'

const TID = '10000001'
const shown: string[] = []
const panel: Panel = {
  show: (screen: Screen) => shown.push(renderScreen(screen, 'en')),
  ask(_question, done) {
    done({ kind: 'entered', text: WORLD_OPERATORS.cashier.password } satisfies QuestionAnswer)
  },
  withdraw() {},
}
let directory: string
let world: World
let office: Office
let rollouts: Rollouts
let shelf: PackageShelf

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-package-board-'))
  world = await openWorld({
    directory,
    baudRate: undefined,
    sharedLine: false,
    freePorts: true,
    panel,
    profile: { packageKeys: [toHex(KEYS.publicKey)], supervisorRequired: false },
  })
  const { host } = world
  office = openOffice({ directory: undefined, security: host.security })
  const { database, audit, nowMs } = office
  shelf = new PackageShelf({ directory, office: database, audit, nowMs })
  rollouts = new Rollouts({
    office: database,
    audit,
    shelf,
    estate: host.estate,
    terminals: () => host.store.listTerminals(),
    typeOf: () => undefined,
    nowMs,
  })
  host.catalogue.software = rollouts
}, 60_000)
afterAll(async () => {
  await world.close()
  office.close()
  rmSync(directory, { recursive: true, force: true })
})

it('a terminal on its board is updated by the header, proves itself at its sign-in, and the host knows it', async () => {
  const { host, workbench } = world
  const softwareOf = () => host.terminal(TID)?.setup?.software
  const { id: packageId } = shelf.add('test', signedPackage('1.1.0', { fill: 9000 }))
  await workbench.run({ kind: 'logOn', operator: WORLD_OPERATORS.cashier.number })
  rollouts.start('test', { packageId, percent: 100, failurePercentMax: 0, failuresMin: 1 })
  // The sign-in's answer carries the job; the end of the next transaction does it, whatever came of that.
  expect(await workbench.run({ kind: 'signIn' })).toEqual({ kind: 'done' })
  expect(world.terminal.state.pendingTasks).toEqual(['6'])
  await workbench.run({ kind: 'void', stan: '999999' })
  expect(softwareOf()).toMatchObject({ state: 'loaded', version: '1.1.0', running: '0.0.0' })
  expect(world.terminal.state.pendingTasks).toEqual([])
  const file = readFileSync(join(directory, 'terminal', 'package-A.twpk'))
  expect(file.equals(shelf.file(packageId) ?? new Uint8Array(0))).toBe(true)
  workbench.powerOff()
  shown.length = 0
  await workbench.powerOn()
  expect(world.terminal.profile.receiptFooterEn).toBe('RELEASE 1.1.0')
  expect(shown.join('\n')).toContain('x'.repeat(100))
  expect(await workbench.run({ kind: 'signIn' })).toEqual({ kind: 'done' })
  expect(world.terminal.state.packages).toMatchObject({ isReportDue: false, active: { isConfirmed: true } })
  expect(softwareOf()).toMatchObject({ state: 'active', version: '1.1.0', running: '1.1.0' })
  expect(host.terminal(TID)?.processingRequest).toBe(0)
}, 60_000)
