import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServedConsole, serveConsole } from '../../src/cli/console/serve-console.ts'
import { enrolHost, factoryAt } from '../../src/cli/estate/enrol-host.ts'
import { BoxedTerminals } from '../../src/cli/up/boxed-terminals.ts'
import { tablePort } from '../../src/cli/up/table-port.ts'
import { openWorld, type World } from '../../src/cli/up/world.ts'
import { DEFAULT_MERCHANT } from '../../src/host/estate/default-estate.ts'
import { KeyDistribution } from '../../src/host/security-module/key-distribution.ts'
import type { Panel } from '../../src/terminal/runtime/terminal-world.ts'
import type { Workbench } from '../../src/workbench/workbench.ts'
import { keepShot, seriousFindings } from './look-at.ts'
import { openBrowser } from './open-browser.ts'

const SILENT: Panel = { show() {}, ask() {}, withdraw() {} }
const PASSWORD = 'a password of her own'
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
  const first = served.firstPassword ?? ''
  await page.goto(served.console.url)
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').fill(first)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Present password').fill(first)
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.waitForSelector('.shell')
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

function bench(): Workbench {
  const workbench = boxes.unpacked[0]?.workbench
  if (workbench === undefined) throw new Error('nothing was unpacked')
  return workbench
}

function says(text: string | RegExp): Promise<void> {
  return page.locator('.display-title', { hasText: text }).waitFor()
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
    expect(bench().terminal?.profile.replyTimeoutMs).toBe(5_000)
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
})
