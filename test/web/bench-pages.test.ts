import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenedBench, openBench } from '../../src/cli/console/open-bench.ts'
import { buildPage } from '../../src/host/console/build-page.ts'
import { programArguments } from '../compiled/compiled-program.ts'
import { type OpenedConsole, openTestConsole } from '../host/console/console-client.ts'
import { openBrowser } from './open-browser.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const MAIN = new URL('../../src/cli/main.ts', import.meta.url)
const PROGRAM = [process.execPath, ...programArguments(MAIN)]
const SHOTS = process.env['TILLWIRE_SHOTS']
const PHONE = { width: 390, height: 844 }
const DESK = { width: 1280, height: 900 }

let world: OpenedConsole
let bench: OpenedBench
let browser: Browser
let page: Page

beforeAll(async () => {
  world = await openTestConsole(undefined, undefined, await buildPage(), (host, directory) => {
    bench = openBench({ host, directory, program: PROGRAM })
    return bench
  })
  const { cookie = '' } = await world.as('technician')
  const [name = '', value = ''] = cookie.split('=')
  browser = await openBrowser()
  const context = await browser.newContext({ viewport: DESK, locale: 'en-GB' })
  await context.addCookies([{ name, value, url: world.console.url }])
  page = await context.newPage()
}, 90_000)
afterAll(async () => {
  await browser?.close()
  await bench?.close()
  await world?.close()
})

/** Light on a desk and dark on a phone: nothing serious for axe, and nothing wider than the phone. */
async function look(name: string): Promise<void> {
  for (const theme of ['light', 'dark']) {
    await page.setViewportSize(theme === 'dark' ? PHONE : DESK)
    await page.locator('html').evaluate((root, it) => root.setAttribute('data-theme', it), theme)
    if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}-${theme}.png` })
    await page.evaluate(AXE)
    const width = await page.locator('html').evaluate((root) => root.scrollWidth)
    const serious = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string }[] }> }
      }
      const { violations } = await axe.run()
      const isSerious = ({ impact }: { impact: string }) => impact === 'serious' || impact === 'critical'
      return violations.filter(isSerious).map(({ id }) => id)
    })
    expect(serious, `${name} ${theme}`).toEqual([])
    if (theme === 'dark') expect(width, name).toBeLessThanOrEqual(PHONE.width)
  }
  await page.setViewportSize(DESK)
}

describe('pages of the bench, in a real browser', () => {
  it('switches a fault on, shows it in the bar, and switches it off', async () => {
    await page.goto(`${world.console.url}faults`)
    await page.getByRole('button', { name: 'Switch on' }).click()
    await page.getByText('Answers with a code: 91').waitFor()
    await page.getByRole('link', { name: 'Faults: 1' }).waitFor()
    expect(world.host.faults?.list()).toMatchObject([{ behaviour: { responseCode: '91' }, timesLeft: 1 }])
    await look('faults')
    await page.getByRole('button', { name: 'Switch off' }).click()
    await page.getByText('None: the host answers as it should.').waitFor()
    expect(world.host.faults?.list()).toEqual([])
  }, 30_000)

  it('runs a scenario and shows what came', async () => {
    await page.goto(`${world.console.url}scenarios?kind=faults&q=lose-reply.yaml`)
    await page.getByRole('button', { name: 'Run 1' }).click()
    await page.getByText('Of 1: 1 passed, 0 failed, 0 skipped').waitFor()
    await look('scenarios')
    await page.getByRole('table', { name: 'Results' }).getByRole('row').nth(1).click()
    await page.getByRole('dialog').getByText('0400').first().waitFor()
    await look('scenario')
  }, 30_000)

  it('runs a load, with plots that grow', async () => {
    await page.goto(`${world.console.url}loads`)
    await page.getByLabel('Seconds (≤ 600)').fill('3')
    await page.getByLabel('Warm-up seconds').fill('0')
    await page.getByLabel('Terminals (≤ 200)').fill('4')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('img', { name: 'Offered and answered a second' }).locator('canvas').waitFor()
    await page.getByRole('link', { name: 'Report' }).waitFor()
    await look('loads')
    const [run] = bench.loads.runs()
    expect(run).toMatchObject({ status: 'good', hasReport: true })
  }, 30_000)
})
