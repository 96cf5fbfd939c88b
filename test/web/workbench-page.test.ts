import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServedConsole, serveConsole } from '../../src/cli/console/serve-console.ts'
import { workbenchPort } from '../../src/cli/up/workbench-port.ts'
import { openWorld, TOUCHED_PROFILE, type World } from '../../src/cli/up/world.ts'
import type { Panel } from '../../src/terminal/runtime/terminal-world.ts'
import { keepShot, seriousFindings } from './look-at.ts'
import { openBrowser } from './open-browser.ts'
import { firstSignIn, OWN_PASSWORD } from './sign-in.ts'

const SILENT: Panel = { show() {}, ask() {}, withdraw() {} }
const PIN = '123456'
const ANY = { address: '127.0.0.1', port: 0, isDefault: false }

let directory: string
let world: World
let served: ServedConsole
let browser: Browser
let page: Page

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-page-'))
  const common = { directory, baudRate: undefined, sharedLine: false, freePorts: true }
  world = await openWorld({ ...common, panel: SILENT, isTouched: true, profile: TOUCHED_PROFILE })
  const parts = { directory: join(directory, 'host'), place: ANY, workbench: workbenchPort(world.workbench) }
  served = await serveConsole(world.host, parts)
  browser = await openBrowser()
  page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' })
  page.setDefaultTimeout(15_000)
  await firstSignIn(page, served)
  await page.goto(new URL('/terminal', served.console.url).href)
  await page.waitForSelector('.device')
}, 90_000)
afterAll(async () => {
  await browser?.close()
  await served?.close()
  await world?.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Of the transactions that the console has a signature to: their amounts, in minor units. */
async function signedAmounts(): Promise<readonly string[]> {
  const amounts = await page.evaluate(`(async () => {
    const get = async (path) => (await fetch('/api/transactions' + path)).json()
    const { transactions } = await get('')
    const details = await Promise.all(transactions.map(({ id }) => get('/' + id)))
    return details.filter((each) => each.hasSignature).map((each) => String(each.approvedMinor)).join()
  })()`)
  return String(amounts).split(',')
}

async function keys(...names: readonly string[]): Promise<void> {
  const keypad = page.getByRole('group', { name: 'Keys of the terminal' })
  for (const name of names) await keypad.getByRole('button', { name, exact: true }).click()
}

/** What the terminal's display says next. */
function says(text: string): Promise<void> {
  return page.locator('.display-title', { hasText: text }).waitFor()
}

async function dragCard(name: RegExp, place: string): Promise<void> {
  // From the top: what lies under the head of the page counts as seen, and can't be touched.
  await page.evaluate('scrollTo(0, 0)')
  const card = page.getByRole('button', { name }).first()
  await card.scrollIntoViewIfNeeded()
  const from = await card.boundingBox()
  const to = await page.locator(place).boundingBox()
  if (from === null || to === null) throw new Error('nothing to drag')
  await page.mouse.move(from.x + 30, from.y + 30)
  await page.mouse.down()
  await page.mouse.move(to.x + to.width / 2, to.y + Math.min(12, to.height / 2), { steps: 6 })
  await page.mouse.up()
}

async function enterPin(): Promise<void> {
  await page.waitForSelector('.pin-pad.active')
  const pad = page.getByRole('region', { name: 'PIN pad' })
  for (const digit of PIN) await pad.getByRole('button', { name: digit, exact: true }).click()
  await pad.getByRole('button', { name: 'Confirm the PIN' }).click()
}

/** Somebody else's browser on the same table. */
async function watcher(): Promise<Page> {
  const other = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' })
  await other.goto(served.console.url)
  await other.getByLabel('Name').fill('admin')
  await other.getByLabel('Password').fill(OWN_PASSWORD)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await other.waitForSelector('.shell')
  await other.goto(new URL('/terminal', served.console.url).href)
  await other.waitForSelector('.device')
  return other
}

async function chipSale(...digits: readonly string[]): Promise<void> {
  await keys(...digits, 'Enter')
  await page.waitForSelector('.chip-slot.wanted')
  await dragCard(/Chip card/, '.chip-slot')
  await enterPin()
  // A hand that takes it sooner makes the card refuse what the host approved.
  await page.waitForSelector('.light.take.on')
  await page.getByRole('button', { name: 'Take the card out' }).click()
}

describe('the terminal in the browser', () => {
  it('logs on by its own keys', async () => {
    await keys('Menu', '9', '1', '0', '1', 'Enter')
    await says('Password of operator 01')
    await keys('0', '0', '0', '0', 'Enter')
    await says('Operator 01 logged on')
  })

  it('sells by a dragged chip card and a PIN; the slip hangs from the printer', async () => {
    await chipSale('1', '2', '3', '4')
    await says('Approved')
    await page.locator('.slips img').nth(1).waitFor()
    const size = await page
      .locator('.slips img')
      .first()
      .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)
    expect(size).toBeGreaterThan(300)
    await keepShot(page, 'terminal-sold')
    expect(await seriousFindings(page)).toEqual([])
  }, 60_000)

  it('covers the PIN pad for whoever only watches', async () => {
    const other = await watcher()
    await keys('7', '00', 'Enter')
    await page.waitForSelector('.chip-slot.wanted')
    await dragCard(/Chip card/, '.chip-slot')
    await page.waitForSelector('.pin-pad.active')
    const pad = other.getByRole('region', { name: 'PIN pad' })
    await pad.getByText('Somebody else types: covered').waitFor()
    expect(await pad.getByRole('button', { name: /^\d$/ }).count()).toBe(0)
    expect(
      await pad
        .getByRole('button')
        .evaluateAll((all) => all.every((each) => (each as unknown as { disabled: boolean }).disabled)),
    ).toBe(true)
    await keepShot(other, 'terminal-watched')
    expect(await seriousFindings(other)).toEqual([])
    await other.close()
    await enterPin()
    await page.waitForSelector('.light.take.on')
    await page.getByRole('button', { name: 'Take the card out' }).click()
    await says('Approved')
  }, 60_000)

  it('paper out in the middle of a slip', async () => {
    await page.getByRole('button', { name: 'Tear them off' }).click()
    await page.getByRole('button', { name: 'Out after 8 lines' }).click()
    await chipSale('5', '00')
    await page.locator('.display-options li').nth(1).waitFor()
    await keepShot(page, 'terminal-paper-out')
    await page.getByRole('button', { name: 'New roll' }).click()
    await keys('1')
    await page.locator('.slips img').nth(1).waitFor()
    await page.locator('.display-title.idle').waitFor()
  }, 60_000)

  it('the line is cut under way: the sale is reversed when it is back', async () => {
    await page.getByRole('button', { name: 'Lose the next answer' }).click()
    await chipSale('7', '00')
    await page.getByText('A reversal is owed').waitFor()
    await keepShot(page, 'terminal-line-cut')
    await page.getByRole('button', { name: 'Restore' }).click()
    await keys('Menu', '8', '4')
    await page.getByText('A reversal is owed').waitFor({ state: 'detached' })
    expect(world.host.checkBooks()).toEqual([])
  }, 60_000)

  it('the power is cut, and comes back', async () => {
    await page.getByRole('button', { name: 'Cut the power' }).click()
    await page.getByText('No power').waitFor()
    await keepShot(page, 'terminal-no-power')
    await page.getByRole('button', { name: 'Power on' }).click()
    await says('Ready')
  })

  it('takes a stripe, by the keyboard alone', async () => {
    await keys('9', '00', 'Enter')
    await page.waitForSelector('.chip-slot.wanted')
    await page.getByRole('button', { name: /Stripe card/ }).press('s')
    await enterPin()
    await says('Approved')
  })

  it('a card that is held at the reader pays a small amount: no PIN, no signature, and four lights', async () => {
    await keys('2', '5', '00', 'Enter')
    await page.waitForSelector('.tap-spot.on')
    await keepShot(page, 'terminal-tap-wanted')
    await dragCard(/Chip card/, '.tap-spot')
    await page.locator('.tap-light.on').nth(3).waitFor()
    await says('Approved')
    await keepShot(page, 'terminal-tapped')
    await page.locator('.display-title.idle').waitFor()
  }, 60_000)

  it('one that was pulled away too early is presented again', async () => {
    await keys('3', '00', 'Enter')
    await page.waitForSelector('.tap-spot.on')
    await page.getByRole('button', { name: /Chip card/ }).press('e')
    await page.locator('.story', { hasText: 'present it again' }).waitFor()
    await page.waitForSelector('.tap-spot.on')
    await page.getByRole('button', { name: /Chip card/ }).press('b')
    await page.locator('.story', { hasText: 'present one only' }).waitFor()
    await page.waitForSelector('.tap-spot.on')
    await page.getByRole('button', { name: /Chip card/ }).press('t')
    await says('Approved')
    await page.locator('.display-title.idle').waitFor()
    expect(world.host.checkBooks()).toEqual([])
  }, 60_000)

  it('a customer signs on the screen, and the host gets the signature', async () => {
    await keys('1', '5', '0', '00', 'Enter')
    await page.waitForSelector('.chip-slot.wanted')
    await dragCard(/Visa/, '.chip-slot')
    const place = await page.getByRole('img', { name: 'Place to sign' }).boundingBox()
    if (place === null) throw new Error('nowhere to sign')
    await page.mouse.move(place.x + 20, place.y + place.height / 2)
    await page.mouse.down()
    for (const [x, y] of [
      [60, 12],
      [90, 40],
      [130, 16],
      [170, 36],
    ] as const)
      await page.mouse.move(place.x + x, place.y + y, { steps: 5 })
    await page.mouse.up()
    await keepShot(page, 'terminal-sign')
    await page.getByRole('button', { name: 'Signed' }).click()
    await page.waitForSelector('.light.take.on')
    await page.getByRole('button', { name: 'Take the card out' }).click()
    await page.locator('.display-title.idle').waitFor()
    await keepShot(page, 'terminal-signed')
  }, 60_000)

  it('a cardholder chooses the currency before the PIN, and the slip says what was chosen', async () => {
    await keys('1', '2', '3', '4', '5', 'Enter')
    await page.waitForSelector('.chip-slot.wanted')
    await dragCard(/Billed in dollars/, '.chip-slot')
    await page.locator('.display-options li', { hasText: 'USD 17.88' }).waitFor()
    await page.locator('.display-options li', { hasText: 'CNY 123.45' }).waitFor()
    expect(await page.locator('.display-options .chosen').count()).toBe(0)
    await keepShot(page, 'terminal-currency')
    await keys('Enter', '2')
    await enterPin()
    await page.waitForSelector('.light.take.on')
    await page.getByRole('button', { name: 'Take the card out' }).click()
    await page.locator('.display-title.idle').waitFor()
    await keepShot(page, 'terminal-currency-slip', true)
    const row = world.host.transactions('10000001').find(({ conversion }) => conversion !== undefined)
    expect(row?.conversion).toMatchObject({ by: 'cardholder', currency: '840', amountMinor: 1788 })
    await page.goto(new URL(`/transactions/${row?.id}`, served.console.url).href)
    await page.getByText('Chosen by the cardholder').waitFor()
    await keepShot(page, 'transaction-currency', true)
    await page.goto(new URL('/rates', served.console.url).href)
    await page.getByText('In force').first().waitFor()
    await keepShot(page, 'rates')
    expect(await seriousFindings(page)).toEqual([])
    await page.goto(new URL('/terminal', served.console.url).href)
    await page.waitForSelector('.device')
  }, 60_000)

  it('settles; the host has the same books, and shows them', async () => {
    await keys('Menu', '7', '1')
    await page.locator('.story', { hasText: 'Settled' }).waitFor()
    await says('ettled')
    expect(world.host.checkBooks()).toEqual([])
    expect(await signedAmounts()).toEqual(['15000'])
    await keepShot(page, 'terminal-settled')
    await page.goto(new URL('/batches/10000001/1', served.console.url).href)
    await page.getByText('Balanced').waitFor()
    await keepShot(page, 'batch')
    await page.goto(served.console.url)
    await page.getByText('The last transactions').first().waitFor()
    await page.locator('tbody .badge').first().waitFor()
    await keepShot(page, 'overview', true)
    expect(await seriousFindings(page)).toEqual([])
    await page.goto(new URL('/messages', served.console.url).href)
    await page.getByRole('row').filter({ hasText: 'Sale' }).filter({ hasText: '0029' }).first().click()
    await page.locator('.part', { hasText: '9F26' }).first().hover()
    await page.locator('.byte.marked').first().waitFor()
    await keepShot(page, 'message-inspector')
    expect(await seriousFindings(page)).toEqual([])
  }, 60_000)

  it('asks for a tip once the host says so; one more is added from the slip', async () => {
    const { downloads } = world.host
    const { version, content } = downloads.now('parameters')
    const values = { ...(content as { values: object }).values, '18': '1', '19': '15' }
    downloads.save('anna', { set: 'parameters', scope: '', version, content: { values } })
    await page.goto(new URL('/terminal', served.console.url).href)
    await page.waitForSelector('.device')
    await keys('Menu', '8', '5')
    await page.locator('.story', { hasText: 'exchange rates are loaded' }).waitFor()
    await keys('8', '0', '00', 'Enter')
    await says('Choose a tip')
    await keepShot(page, 'terminal-tip')
    expect(await seriousFindings(page)).toEqual([])
    await keys('2')
    await page.waitForSelector('.chip-slot.wanted')
    await dragCard(/Chip card/, '.chip-slot')
    await enterPin()
    await page.waitForSelector('.light.take.on')
    await page.getByRole('button', { name: 'Take the card out' }).click()
    await says('Approved')
    await keepShot(page, 'terminal-tipped')
    const stan = world.terminal?.state.transactions.at(-1)?.request.stan ?? ''
    await keys('Menu', '4', ...String(Number(stan)), 'Enter')
    await says('Tip')
    await keys('5', '00', 'Enter')
    await says('85.00 in all')
    await keepShot(page, 'terminal-tip-added')
    await keys('Enter')
    await says('Approved')
    expect(world.host.checkBooks()).toEqual([])
    await page.goto(new URL('/transactions', served.console.url).href)
    await page.getByRole('row').filter({ hasText: 'Sale' }).filter({ hasText: '85.00' }).first().click()
    await page.getByText('Of which a tip').waitFor()
    await page.getByRole('row').filter({ hasText: 'Tip adjustment' }).waitFor()
    await keepShot(page, 'transaction-tip', true)
    expect(await seriousFindings(page)).toEqual([])
  }, 60_000)

  it('shows a code that a customer can scan', async () => {
    await page.goto(new URL('/terminal', served.console.url).href)
    await page.waitForSelector('.device')
    // One further down than before tips were on.
    await keys('Menu', '6', '2', '8', '8', 'Enter')
    await page.locator('.display .qr-code').waitFor()
    await keepShot(page, 'terminal-code')
  }, 60_000)

  it('fits a phone in the dark, in Chinese', async () => {
    await page.evaluate(`localStorage.setItem('tillwire-theme', 'dark')`)
    await page.evaluate(`localStorage.setItem('tillwire-language', 'zh')`)
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(new URL('/terminal', served.console.url).href)
    await page.waitForSelector('.device')
    await keepShot(page, 'terminal-phone', true)
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(overflow).toBeLessThanOrEqual(0)
    expect(await seriousFindings(page)).toEqual([])
  }, 60_000)
})
