import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPage } from '../../src/host/console/build-page.ts'
import { openConsole } from '../../src/host/console/open-console.ts'
import { signedPackage } from '../downloads/package-world.ts'
import { type OpenedConsole, openTestConsole } from '../host/console/console-client.ts'
import { openBrowser } from './open-browser.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SHOTS = process.env['TILLWIRE_SHOTS']

let world: OpenedConsole
let opened: Awaited<ReturnType<typeof openConsole>>
let browser: Browser
let page: Page

beforeAll(async () => {
  world = await openTestConsole()
  const { host, office } = world
  const webDirectory = await buildPage(() => {})
  const directory = host.store.path?.replace(/host\.db$/, '') ?? ''
  opened = await openConsole({ host, office, directory, port: 0, webDirectory, release: '0.0.0' })
  const first = await office.people.create('test', {
    name: 'anna',
    fullName: 'Anna',
    roles: ['administrator'],
  })
  browser = await openBrowser()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  await page.goto(opened.url)
  const answer = await page.evaluate(async (password) => {
    const json = { 'content-type': 'application/json' }
    const session = await fetch('/api/session', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ name: 'anna', password }),
    })
    const { csrfToken } = (await session.json()) as { csrfToken: string }
    const headers = { ...json, 'x-csrf-token': csrfToken }
    const next = JSON.stringify({ old: password, next: 'a password of her own' })
    return (await fetch('/api/session/password', { method: 'PUT', headers, body: next })).status
  }, first)
  expect(answer).toBeLessThan(300)
  world.office.database.db
    .prepare(
      "INSERT INTO monitoring_alarms VALUES (1, 'successRate', '10000001', 'critical', ?, 0.41, 0.33, '', NULL, NULL, 1)",
    )
    .run(Date.now())
}, 90_000)
afterAll(async () => {
  await browser?.close()
  await opened?.close()
  await world?.close()
})

async function look(path: string, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` })
  await page.evaluate(AXE)
  const serious = await page.evaluate(async () => {
    const axe = (
      globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string }[] }> } }
    ).axe
    const { violations } = await axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id }) => id)
  })
  expect(serious, path).toEqual([])
}

describe('pages of care, in a real browser', () => {
  it('opens the article from a message', async () => {
    await page.goto(`${opened.url}knowledge?q=${encodeURIComponent('打印机缺纸,请装纸 [E-PAPER]')}`)
    await page.getByText('E-PAPER ·').waitFor()
    await look('/knowledge', 'knowledge')
  }, 30_000)
  it('goes from an alarm to its ticket', async () => {
    await page.goto(`${opened.url}alarms`)
    await page.getByText('41 % / 33 %').waitFor()
    await look('/alarms', 'alarms')
    await page.getByRole('button', { name: /建工单|Ticket/ }).click()
    await page.waitForURL(/tickets/)
    await page.getByRole('cell', { name: /成功率低/ }).waitFor()
    await look('/tickets', 'tickets')
    await page.getByRole('cell', { name: /成功率低/ }).click()
    await page.getByRole('dialog').waitFor()
    await look('/tickets', 'ticket')
  }, 30_000)
  it('takes a package from a file, rolls it out and pauses it', async () => {
    await page.goto(`${opened.url}software`)
    await page.getByRole('button', { name: /Upload a package|上传软件包/ }).click()
    const buffer = Buffer.from(signedPackage('1.1.0'))
    await page.locator('input[type=file]').setInputFiles({ name: 'till.twpk', mimeType: '', buffer })
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await page.getByRole('cell', { name: '1.1.0' }).waitFor()
    await page.getByRole('button', { name: /Start a roll-out|新建发布/ }).click()
    await page.getByLabel(/^Share of terminals|^终端比例/).fill('100')
    await look('/software', 'software-start')
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await page.getByText(/0 of 1 active|0\/1 运行中/).waitFor()
    await page.getByRole('button', { name: /^(Pause|暂停)$/ }).click()
    await page.getByRole('button', { name: /^(Resume|继续)$/ }).waitFor()
    await look('/software', 'software')
    expect(world.host.terminal('10000001')?.processingRequest).toBe(6)
  }, 30_000)
  it('lists what is due', async () => {
    await page.goto(`${opened.url}maintenance`)
    await page.getByRole('cell', { name: '10000001' }).first().waitFor()
    await look('/maintenance', 'maintenance')
  }, 30_000)
})
