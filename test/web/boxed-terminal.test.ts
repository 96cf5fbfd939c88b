import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBoard } from '../../hardware/emulator/board.ts'
import { type ServedConsole, serveConsole } from '../../src/cli/console/serve-console.ts'
import { enrolHost, factoryAt } from '../../src/cli/estate/enrol-host.ts'
import { BoxedTerminals } from '../../src/cli/up/boxed-terminals.ts'
import { tablePort } from '../../src/cli/up/table-port.ts'
import { openWorld, type World } from '../../src/cli/up/world.ts'
import { nodeRandom } from '../../src/crypto/node-random.ts'
import { DEFAULT_MERCHANT } from '../../src/host/estate/default-estate.ts'
import { KeyDistribution } from '../../src/host/security-module/key-distribution.ts'
import { SystemClock } from '../../src/terminal/adapters/system-clock.ts'
import { DEFAULT_PROFILE } from '../../src/terminal/flows/terminal-profile.ts'
import type { Panel } from '../../src/terminal/runtime/terminal-world.ts'
import type { Workbench } from '../../src/workbench/workbench.ts'
import type { WorkbenchState } from '../../src/workbench/workbench-messages.ts'
import { attend, next, type Technician } from './attend.ts'
import { keepShot, seriousFindings } from './look-at.ts'
import { openBrowser } from './open-browser.ts'
import { firstSignIn } from './sign-in.ts'

const SILENT: Panel = { show() {}, ask() {}, withdraw() {} }
const LETTERS = ['0', '1', '2ABC', '3DEF', '4GHI', '5JKL', '6MNO', '7PQRS', '8TUV', '9WXYZ']
let directory: string
let world: World
let boxes: BoxedTerminals
let served: ServedConsole
let browser: Browser
let page: Page
let tid = ''

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-box-'))
  const factory = await factoryAt(join(directory, 'factory'))
  const common = { directory, baudRate: undefined, sharedLine: false, freePorts: true }
  world = await openWorld({ ...common, panel: SILENT, isTouched: true, factory })
  const { host, cardsDirectory, workbench } = world
  const hostDirectory = join(directory, 'host')
  const { security } = host
  await enrolHost(new KeyDistribution({ directory: hostDirectory, security, nowMs: Date.now }), factory)
  boxes = new BoxedTerminals({
    directory,
    cardsDirectory,
    factory,
    hostPort: host.ports['unionpay-pos'],
    consoleUrl: () => served.console.url,
    echoCount: 5,
    soakSeconds: 5,
  })
  const place = { address: '127.0.0.1', port: 0, isDefault: false }
  served = await serveConsole(host, {
    directory: hostDirectory,
    place,
    workbench: tablePort(workbench, boxes),
  })
  browser = await openBrowser()
  page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' })
  page.setDefaultTimeout(10_000)
  await firstSignIn(page, served)
}, 90_000)
afterAll(async () => {
  await browser?.close()
  await served?.close()
  await boxes?.close()
  await world?.close()
  rmSync(directory, { recursive: true, force: true })
})

async function open(path: string): Promise<void> {
  await page.goto(new URL(path, served.console.url).href)
}

async function keys(...names: readonly string[]): Promise<void> {
  const keypad = page.getByRole('group', { name: 'Keys of the terminal' })
  for (const name of names) await keypad.getByRole('button', { name, exact: true }).click()
}

async function openTable(): Promise<void> {
  await open('/terminal')
  await page.waitForSelector('.device')
}

function bench(): Workbench {
  const workbench = boxes.unpacked[0]?.workbench
  if (workbench === undefined) throw new Error('nothing was unpacked')
  return workbench
}

function says(text: string | RegExp): Promise<void> {
  return page.locator('.display-title', { hasText: text }).waitFor()
}

const idle = ({ display, reader }: WorkbenchState): boolean => display.mode === 'idle' && reader.card === null

const listsSteps = ({ display }: WorkbenchState): boolean =>
  display.options.some(({ en }) => en.endsWith('soak'))

function titles(start: string): readonly string[] {
  return bench()
    .state.log.map(({ text }) => text.en)
    .filter((each) => each.includes(start))
}

/** What was begun at the terminal, to its end. */
async function until(
  begun: Promise<void>,
  answers: Readonly<Record<string, readonly string[]>> = {},
): Promise<void> {
  const last = bench().state.log.at(-1)?.id ?? 0
  await begun
  await attend(technician, (state) => idle(state) && (state.log.at(-1)?.id ?? 0) > last, answers)
}

/** By their names, wherever they stand in the menu. */
async function choose(...names: readonly string[]): Promise<void> {
  await keys('Menu')
  for (const name of names) {
    const { display } = await next(bench(), ({ display }) => display.options.some(({ en }) => en === name))
    await keys(String(display.options.findIndex(({ en }) => en === name) + 1))
  }
}

const technician: Technician = {
  get page() {
    return page
  },
  bench,
  keys,
}

/** Letters by their digit and the arrow, as a technician types them. */
function keysOf(code: string): readonly string[] {
  return [...code.replace('-', '')].flatMap((sign) => {
    const key = LETTERS.findIndex((each) => each.includes(sign))
    return [String(key), ...Array<string>(LETTERS[key]?.indexOf(sign) ?? 0).fill('Down')]
  })
}

describe('a terminal out of its box, in the browser', () => {
  it('is unpacked, delivered, assigned and given a work order and a code in the console', async () => {
    await open('/terminal')
    await page.getByRole('button', { name: 'Unpack a new terminal' }).click()
    await says('activate it with its code')
    const serial = boxes.unpacked[0]?.serial ?? ''
    await page.getByText(serial).waitFor()
    await keepShot(page, 'golive-1-unpacked')
    await open('/stock')
    await page.getByRole('button', { name: 'Import a delivery' }).click()
    await page.getByLabel('Name of the delivery').fill('spring')
    await page.locator('dialog textarea').fill(`serial,type\n${serial},board`)
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByRole('row').filter({ hasText: serial }).click()
    await page.getByLabel('Merchant number').fill(DEFAULT_MERCHANT.mid)
    await page.locator('dialog').getByRole('button', { name: 'Assign to a merchant' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await keepShot(page, 'golive-2-assigned')
    tid = world.host.store.listTerminals().find(({ setup }) => setup?.stage === 'commissioning')?.tid ?? ''
    expect(tid).not.toBe('')
    await open(`/estate/${tid}`)
    await page.getByRole('button', { name: 'Work order' }).click()
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('button', { name: 'Activation code' }).click()
    const code = (await page.locator('dialog .mono').textContent()) ?? ''
    await keepShot(page, 'golive-3-code')
    await open('/terminal')
    await page.waitForSelector('.device')
    await keys('Menu', '1')
    await says('Activation code')
    await keys(...keysOf('AAAAAAAAAA'), 'Enter')
    await says('activation code is wrong')
    await keepShot(page, 'golive-4-wrong-code')
    await keys('Enter', 'Menu', '1', ...keysOf(code))
    await keepShot(page, 'golive-5-code-typed')
    await keys('Enter')
    await says(/password/i)
    await keys('2', '4', '6', '8', 'Enter')
    await says(`Activated as terminal ${tid}`)
    await keepShot(page, 'golive-6-activated')
    await keys('Enter')
  }, 60_000)

  it('will wait for answers as long as the administrator says at the console', async () => {
    await open('/catalogue')
    await page.getByLabel(/^12 ·/).fill('05')
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByRole('dialog').getByRole('cell', { name: '05' }).waitFor()
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await keepShot(page, 'golive-6b-time-out')
    await open('/terminal')
    await page.waitForSelector('.device')
  }, 60_000)

  it('does its steps on its own screen, behind a password, and shows what is missing', async () => {
    await keys('Menu', '7', '8')
    await says(/operator/i)
    await keys('0', '0', 'Enter')
    await says(/password/i)
    await keys('2', '4', '6', '8', 'Enter')
    await page.locator('.display-options li').nth(8).waitFor()
    await keepShot(page, 'golive-7-steps')
    for (const step of ['2', '3', '4', '5']) {
      await keys(step)
      await says('passed')
      await keys('Enter')
      await page.locator('.display-options li').nth(8).waitFor()
    }
    expect(await page.locator('.display-options li', { hasText: '✓' }).count()).toBe(4)
    await keys('6')
    await says('chip test card')
    await keys('Cancel')
    await page.locator('.display-options li').nth(8).waitFor()
    await keys('9')
    await says('Missing before')
    expect(await page.locator('.display-options li').count()).toBe(3)
    await keepShot(page, 'golive-8-missing')
    await keys('Cancel', 'Cancel')
  }, 60_000)

  it('is not let go live, and the console says why; nothing was sold', async () => {
    await open(`/estate/${tid}`)
    await page.getByRole('button', { name: 'Go live' }).click()
    await page.getByText("can't go live yet").waitFor()
    await keepShot(page, 'golive-9-refused', true)
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Sign the report' }).click()
    await page.getByText("can't be accepted yet").waitFor()
    expect(world.host.transactions(tid)).toEqual([])
  }, 60_000)

  it('gets 58 for a sale before it is in service', async () => {
    await openTable()
    await until(keys('1', '00', 'Enter'))
    // The parameters that were changed are loaded first: what came of the sale is still there.
    await says('58 Not permitted')
    await keepShot(page, 'golive-10-58')
  }, 60_000)

  it('passes the function test and the soak once it is opened for tests', async () => {
    await open(`/estate/${tid}`)
    await page.getByRole('button', { name: 'Open for tests' }).click()
    await page.getByText('Testing: open for the function test', { exact: true }).waitFor()
    await openTable()
    await keys('Menu', '7', '8')
    await attend(technician, listsSteps)
    await keys('6')
    await attend(
      technician,
      ({ display }) => /(passed|failed)/.test(display.title.en) && display.mode === 'ask',
    )
    await page.locator('.device').first().scrollIntoViewIfNeeded()
    await keepShot(page, 'golive-11-functions')
    await says('passed')
    await keys('Enter')
    await page.locator('.display-options li').nth(8).waitFor()
    await keys('7')
    await next(bench(), ({ display }) => /(passed|failed)/.test(display.title.en) && display.mode === 'ask')
    expect(bench().state.display.title.en).toContain('passed')
    await keys('Enter')
    await page.locator('.display-options li').nth(8).waitFor()
    await keepShot(page, 'golive-12-soaked')
    await keys('Cancel')
  }, 90_000)

  it('is trained on, exercise by exercise, with nothing sent to the host', async () => {
    const before = world.host.transactions(tid).length
    await choose('Operators', 'Add an operator')
    await attend(technician, () => titles('Operator 01 added').length > 0, {
      enterSupervisor: ['0', '0'],
      enterNewOperator: ['0', '1'],
      chooseRole: [],
    })
    await choose('Management', 'Training mode')
    await next(bench(), (state) => idle(state) && state.display.title.en.startsWith('[TRAINING]'))
    await choose('Operators', 'Log on')
    await attend(technician, () => titles('Operator 01 logged on').length > 0, { enterOperator: ['0', '1'] })
    await keepShot(page, 'golive-13-training')
    await until(keys('1', '2', '00', 'Enter'))
    await until(keys('7', '7', '00', '5', '1', 'Enter'))
    const [sold = ''] = /\d{6}/.exec(titles('Approved').at(-1) ?? '') ?? []
    await until(choose('Void'), { enterStan: [...sold] })
    await until(keys('1', '2', '00', 'Enter'))
    const [returned = ''] = /\d{6}/.exec(titles('Approved').at(-1) ?? '') ?? []
    await until(choose('Refund'), {
      enterReferenceNumber: [...`000001${returned}`],
      enterAmount: ['5', '00'],
    })
    await keys('3', '00', 'Enter')
    await attend(technician, ({ pinPad }) => pinPad.isEntering)
    await page.getByRole('button', { name: 'Take the roll out', exact: true }).click()
    await next(bench(), ({ printer }) => printer.paper === 'end')
    await until(Promise.resolve())
    await until(keys('7', '7', '0', '3', '0', '1', 'Enter'))
    await keys('7', '7', '0', '3', '00', 'Enter')
    await attend(technician, ({ display }) => display.title.en.includes('Asking the host'))
    await page.getByRole('button', { name: 'Cut the power', exact: true }).click()
    await page.getByRole('button', { name: 'Take the card out', exact: true }).click()
    await until(page.getByRole('button', { name: 'Power on', exact: true }).click())
    await until(choose('Settlement, prints', 'Reprint the last slip'))
    await until(choose('Settlement, prints', 'Settle the batch'))
    await keepShot(page, 'golive-14-exercises')
    await choose('Management', 'Exercises')
    const done = await next(bench(), ({ display }) => display.title.en.startsWith('Exercises of'))
    expect(done.display.options.map(({ en }) => en).filter((each) => !each.startsWith('✓'))).toEqual([])
    await keepShot(page, 'golive-15-all-done')
    await keys('Cancel')
    expect(world.host.transactions(tid).length).toBe(before)
    await until(choose('Management', 'Leave the training'))
  }, 120_000)

  it('goes live on a signed report, and sells', async () => {
    await choose('Management', 'Commissioning')
    await attend(technician, listsSteps, { enterSupervisor: ['0', '0'] })
    const { display } = await next(bench(), listsSteps)
    expect(display.options.filter(({ en }) => en.startsWith('✓')).length).toBe(7)
    await keys('9')
    await says('Nothing is missing')
    await keepShot(page, 'golive-16-nothing-missing')
    await keys('Enter', 'Cancel')
    await open(`/estate/${tid}`)
    await page.getByRole('button', { name: 'Sign the report' }).click()
    await keepShot(page, 'golive-17-report', true)
    await page.getByRole('button', { name: 'Go live' }).click()
    await page.getByText('Live', { exact: true }).first().waitFor()
    await keepShot(page, 'golive-18-live', true)
    expect(await seriousFindings(page)).toEqual([])
    await openTable()
    await until(keys('1', '2', '3', '4', 'Enter'))
    await keepShot(page, 'golive-19-sold')
    expect(titles('Approved').at(-1)).toContain('CNY 12.34')
    const sold = world.host.transactions(tid).filter(({ approvedMinor }) => approvedMinor === 1234)
    expect(sold.map(({ state }) => state)).toEqual(['approved'])
  }, 60_000)

  it('stands beside a terminal on a real board, whose devices no hand on the page reaches', async () => {
    const board = await openBoard({
      directory: join(directory, 'real-board'),
      clock: new SystemClock(),
      random: nodeRandom,
      baudRate: undefined,
      sharedLine: false,
    })
    try {
      await boxes.openOnBoard({ ...board.paths, baudRate: 115_200, profile: DEFAULT_PROFILE })
      await openTable()
      await page.getByRole('button', { name: /on the board/ }).click()
      const card = page.locator('.card', { hasText: 'This terminal has real devices' })
      await card.getByText('Connected', { exact: true }).nth(2).waitFor()
      for (const hand of ['.card-table', '.pin-pad', '.stripe-slot', '.chip-slot', '.tap-spot'])
        expect(await page.locator(hand).count(), hand).toBe(0)
      for (const name of ['Pull the cable', 'Take the roll out', 'Charge it'])
        expect(await page.getByRole('button', { name }).count(), name).toBe(0)
      board.unplug('printer')
      await card.getByText('Not connected').waitFor()
      await keepShot(page, 'on-board')
      expect(await seriousFindings(page)).toEqual([])
    } finally {
      await boxes.unpacked.find(({ isOnBoard }) => isOnBoard)?.close()
      board.close()
    }
  }, 30_000)
})
