import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPage } from '../../src/host/console/build-page.ts'
import { TerminalList } from '../../src/host/estate/terminal-list.ts'
import { type OpenedConsole, openTestConsole } from '../host/console/console-client.ts'
import { openBrowser } from './open-browser.ts'

const COUNT = 10_000
let world: OpenedConsole
let browser: Browser
let page: Page

beforeAll(async () => {
  const [webDirectory, opened] = await Promise.all([buildPage(), openBrowser()])
  browser = opened
  world = await openTestConsole(undefined, undefined, webDirectory)
  const { store } = world.host
  const [pattern] = store.listTerminals()
  if (pattern === undefined) throw new Error('no terminal')
  const rows = Array.from({ length: COUNT }, (_, index) => ({
    ...pattern,
    tid: String(40_000_000 + index),
    status: index % 10 === 0 ? ('blocked' as const) : ('active' as const),
  }))
  new TerminalList(world.office.database).follow(rows, store.listMerchants())
  const { cookie = '' } = await world.as('support')
  const context = await browser.newContext({ locale: 'en-GB' })
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ name, value, url: world.console.url }])
  page = await context.newPage()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await world?.close()
})

/** Milliseconds until something was painted, and until the first terminal was there. */
async function openList(): Promise<{ readonly paintMs: number; readonly rowsMs: number }> {
  const begin = performance.now()
  await page.goto(new URL('/estate', world.console.url).href)
  await page.waitForSelector('tbody code')
  const rowsMs = performance.now() - begin
  const paintMs = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  )
  return { paintMs, rowsMs }
}

it(`lists ${COUNT} terminals within a second`, async () => {
  // The best of three: another process may have had the processor.
  const times = [await openList(), await openList(), await openList()]
  expect(Math.min(...times.map(({ paintMs }) => paintMs))).toBeLessThan(1000)
  expect(Math.min(...times.map(({ rowsMs }) => rowsMs))).toBeLessThan(1000)
  expect(await page.locator('tbody tr').count()).toBe(50)
  expect(await page.textContent('main')).toContain(`1–50 / 10,00`)
}, 30_000)

it('filters, sorts and turns pages', async () => {
  await openList()
  await page.fill('input[type=search]', '4000123')
  await page.waitForSelector('tbody tr:nth-child(10):last-child')
  await page.fill('input[type=search]', '')
  await page.selectOption('select', 'blocked')
  await page.waitForSelector('tbody tr:first-child .badge:has-text("Blocked")')
  await page.click('th button:has-text("Terminal")')
  await page.waitForSelector('tbody tr:first-child code:has-text("40009990")')
  await page.click('button:has-text("Next")')
  await page.waitForSelector('tbody tr:first-child code:has-text("40009490")')
  expect(new URL(page.url()).searchParams.get('order')).toBe('down')
}, 30_000)
