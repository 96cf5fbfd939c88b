import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPage } from '../../src/host/console/build-page.ts'
import { openConsole } from '../../src/host/console/open-console.ts'
import { MaintenancePlan } from '../../src/host/monitoring/maintenance-plan.ts'
import { signedPackage } from '../downloads/package-world.ts'
import { type OpenedConsole, openTestConsole } from '../host/console/console-client.ts'
import { keepShot, seriousFindings } from './look-at.ts'
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
    await page.getByRole('button', { name: /建故障单|Ticket/ }).click()
    await page.waitForURL(/tickets/)
    await page.getByRole('cell', { name: /成功率低/ }).waitFor()
    await look('/tickets', 'tickets')
    await page.getByRole('cell', { name: /成功率低/ }).click()
    await page.getByRole('dialog').waitFor()
    await look('/tickets', 'ticket')
  }, 30_000)
  it('adds a rule for one terminal, changes it and takes it away', async () => {
    await page.goto(`${opened.url}alarms`)
    await page.getByRole('button', { name: /Add a rule|新增规则/ }).click()
    await page.getByLabel(/^Alarm$|^告警$/).selectOption('batteryLow')
    await page.getByLabel(/^Watches|^对象/).fill('10000001')
    await page.getByLabel(/^Raised|^告警值/).fill('40')
    await look('/alarms', 'rule-new')
    // Below where it is raised: refused in words, and what was typed stays.
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await page.getByLabel(/^Cleared|^解除值/).fill('50')
    await page.getByRole('dialog').locator('button[type=submit]').click()
    const row = page.getByRole('row').filter({ hasText: '10000001' }).filter({ hasText: '< 40 %' })
    await row.waitFor()
    await look('/alarms', 'rules')
    await row.getByRole('button', { name: /^(Off|关闭)$/ }).click()
    await row.getByRole('button', { name: /^(On|启用)$/ }).waitFor()
    await row.getByRole('button', { name: /^(Remove|删除)$/ }).click()
    await row.waitFor({ state: 'detached' })
  }, 30_000)
  it('edits what terminals download: reviewed, saved, overtaken by another editor, and taken back', async () => {
    const { downloads } = world.host
    await page.goto(`${opened.url}catalogue`)
    await page.getByLabel(/^12 ·/).fill('4')
    const review = page.getByRole('button', { name: /Review and save|核对并保存/ })
    await review.click()
    await page.getByRole('alert').first().waitFor()
    await look('/catalogue', 'catalogue-wrong')
    // One digit for two is enough.
    await page.getByLabel(/^12 ·/).fill('5')
    await review.click()
    await page.getByRole('dialog').getByRole('cell', { name: '05' }).waitFor()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Cancel|取消/ })
      .click()
    await page.getByLabel(/^12 ·/).fill('45')
    await review.click()
    await page.getByRole('dialog').getByRole('cell', { name: '45' }).waitFor()
    await look('/catalogue', 'catalogue-review')
    // Somebody else is faster: told, and nothing that was typed is lost.
    const { version, content } = downloads.now('parameters')
    const others = { ...(content as { values: object }).values, '23': '7' }
    downloads.save('berta', { set: 'parameters', scope: '', version, content: { values: others } })
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Cancel|取消/ })
      .click()
    await page.getByRole('status').filter({ hasText: 'berta' }).waitFor()
    expect(await page.getByLabel(/^12 ·/).inputValue()).toBe('45')
    await review.click()
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(downloads.now('parameters')).toMatchObject({ version: 3, content: { values: { '12': '45' } } })
    await look('/catalogue', 'catalogue')
    await page.getByRole('cell', { name: 'built in' }).click()
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(downloads.now('parameters')).toMatchObject({ version: 4, content: { values: { '12': '30' } } })
    for (const set of ['applications', 'caKeys', 'blacklist', 'contactless']) {
      await page.goto(`${opened.url}catalogue?set=${set}`)
      await page.getByRole('cell', { name: 'built in' }).waitFor()
      await look('/catalogue', `catalogue-${set}`)
    }
  }, 60_000)
  it('shows each terminal and merchant with battery, paper, version and alarms', async () => {
    const { database, audit, nowMs } = world.office
    new MaintenancePlan(database, audit, nowMs).takeStatus({
      tid: '10000001',
      atMs: Date.now(),
      devices: { printer: true, pinPad: false },
      softwareVersion: '1.4.0',
      batteryPercent: 11,
      paper: 'nearEnd',
    })
    await page.goto(`${opened.url}monitoring`)
    const row = page.getByRole('row').filter({ hasText: '10000001' })
    await row
      .filter({ hasText: '11 %' })
      .filter({ hasText: '1.4.0' })
      .filter({ hasText: /Near its end|将尽/ })
      .waitFor()
    await row.filter({ hasText: /Success rate is low|成功率低/ }).waitFor()
    await look('/monitoring', 'monitoring')
    await row.click()
    await page.getByText(/how it stands|近一小时与状态/).waitFor()
    await look('/estate/10000001', 'terminal-monitor')
    await page.getByRole('button', { name: /^(Merchant|商户)$/ }).click()
    const currencies = page.getByLabel(/^(Further currencies|其他受理货币)/)
    await currencies.fill('USD, QQQ')
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await page.getByText(/no currency QQQ|没有货币 QQQ/).waitFor()
    await currencies.fill('USD, JPY')
    await keepShot(page, 'merchant-currencies')
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await page.getByText('CNY JPY USD').waitFor()
    await page.goto(`${opened.url}monitoring?by=merchant`)
    await page.getByRole('cell', { name: '001290058120001' }).waitFor()
    await look('/monitoring', 'monitoring-merchants')
  }, 30_000)
  it('shows what is kept how long', async () => {
    await page.goto(`${opened.url}retention`)
    await page.getByRole('cell', { name: '1,095' }).waitFor()
    await page.getByRole('button', { name: /^(Change|修改)$/ }).click()
    await page.getByRole('dialog').waitFor()
    await look('/retention', 'retention-edit')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^(Verify|核对)$/ }).click()
    await look('/retention', 'retention')
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
    // Behind what earlier stories asked of it.
    const row = world.host.terminal('10000001')
    expect([row?.processingRequest, ...(row?.setup?.jobs ?? [])]).toContain(6)
  }, 30_000)
  it('says that a merchant has as many terminals as its tier allows, before and after one asks for more', async () => {
    const mid = '001290058120001'
    const administrator = await world.as('administrator')
    const csv = ['serial,type', 'PH01,mobile', 'PH02,mobile', 'PH03,mobile'].join('\n')
    await administrator.ask('POST', '/api/estate/deliveries', { name: 'box', csv })
    const { version } = (await administrator.ask('GET', `/api/estate/merchants/${mid}`)).body
    const tier = { tier: 'micro', holder: '', version }
    const set = await administrator.ask('PUT', `/api/estate/merchants/${mid}`, tier)
    const room = set.body.terminalsMax - set.body.terminals
    const devices = ['PH01', 'PH02', 'PH03']
    for (const serial of devices.splice(0, room))
      await administrator.ask('POST', `/api/estate/devices/${serial}/assignment`, { mid })
    const [left = ''] = devices
    const refused = await administrator.ask('POST', `/api/estate/devices/${left}/assignment`, { mid })
    expect(refused).toMatchObject({ status: 409, body: { kind: 'limit' } })
    expect(refused.body.zh).toContain('达到其等级上限')
    await page.goto(`${opened.url}stock?state=inStock`)
    await page.getByRole('cell', { name: left }).click()
    await page.getByLabel(/^(Merchant number|商户号)/).fill(mid)
    await page.getByText(/has 1 of 1 terminals \(tier micro\): as many as allowed/).waitFor()
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await page.getByText(refused.body.en).waitFor()
    await look('/stock', 'tier-room')
  }, 30_000)
  it('plays a customer’s phone at the size of one, in both languages, by day and by night', async () => {
    const wallet = world.host.wallets.add({
      name: '李雷 Li Lei',
      balanceMinor: 123_400,
      confirmAboveMinor: 50_000,
    })
    const order = { tid: '10000001', mid: '001290058120001', batchNumber: 1, stan: 7, currency: '156' }
    world.host.wallets.book.openOrder({ ...order, amountMinor: 2_500 }, Date.now())
    const code = world.host.wallets.book.showCode(wallet.number, Date.now())
    if (typeof code === 'string') throw new Error(code)
    world.host.wallets.book.askCustomer(code.code, { ...order, stan: 8, amountMinor: 60_000 }, Date.now())
    const kept = await page.context().storageState()
    for (const [locale, colorScheme] of [
      ['zh-CN', 'light'],
      ['en-GB', 'dark'],
    ] as const) {
      const storageState = { cookies: kept.cookies, origins: [] }
      const context = await browser.newContext({
        viewport: { width: 390, height: 844 },
        locale,
        colorScheme,
        storageState,
      })
      const phone = await context.newPage()
      await phone.goto(`${opened.url}phone`)
      await phone.getByRole('button', { name: /^(付款码|Show a payment code)$/ }).click()
      await phone.locator('svg.qr-code').waitFor()
      await phone
        .getByText(locale === 'zh-CN' ? '请确认' : 'Please confirm')
        .first()
        .waitFor()
      await keepShot(phone, `phone-${locale}-${colorScheme}`, true)
      expect(await seriousFindings(phone)).toEqual([])
      const { scroll, client } = await phone.evaluate(() => {
        const page = globalThis as unknown as {
          document: { documentElement: { scrollWidth: number; clientWidth: number } }
        }
        const { scrollWidth, clientWidth } = page.document.documentElement
        return { scroll: scrollWidth, client: clientWidth }
      })
      expect(scroll).toBeLessThanOrEqual(client)
      await context.close()
    }
  }, 60_000)
  it('lists what is due', async () => {
    await page.goto(`${opened.url}maintenance`)
    await page.getByRole('cell', { name: '10000001' }).first().waitFor()
    await look('/maintenance', 'maintenance')
  }, 30_000)
})
