import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from './console-client.ts'

let world: OpenedConsole
let client: ConsoleClient

beforeAll(async () => {
  world = await openTestConsole()
  client = await world.as('support')
})
afterAll(() => world.close())

const TERMINAL = { tid: '10000001', mid: '001290058120001', batchNumber: 1, currency: '156' }

it('a customer’s phone: a wallet, its code, a merchant’s code, yes and no', async () => {
  const setup = { name: '李雷', balanceMinor: 12_300, confirmAboveMinor: 5_000 }
  const made = await client.ask('POST', '/api/wallets', setup)
  expect(made).toMatchObject({ status: 201, body: { ...setup, isFrozen: false } })
  const path = `/api/wallets/${made.body.number}`
  const code = await client.ask('POST', `${path}/code`, {})
  expect(code.body.code).toMatch(/^62\d{17}$/)
  expect((await client.ask('POST', `${path}/code`, {})).body).toEqual(code.body)

  const { book } = world.host.wallets
  const order = book.openOrder({ ...TERMINAL, stan: 5, amountMinor: 900 }, Date.now())
  const scanned = await client.ask('POST', `${path}/scan`, { payload: order?.payload })
  expect(scanned.body).toMatchObject({ number: order?.number, amountMinor: 900, state: 'open' })
  const yes = await client.ask('POST', `${path}/orders/${order?.number}/confirm`, {})
  expect(yes.body).toMatchObject({ state: 'confirmed' })
  const late = await client.ask('POST', `${path}/orders/${order?.number}/refuse`, {})
  expect(late).toMatchObject({ status: 409, body: { kind: 'notOpen' } })
  expect(late.body.zh).toContain('没有付款')
  const phone = await client.ask('GET', path)
  expect(phone.body).toMatchObject({
    wallet: { balanceMinor: 12_300 },
    orders: [{ state: 'confirmed' }],
    history: [],
  })
  expect((await client.ask('POST', `${path}/scan`, { payload: 'TW1:1-000000x' })).status).toBe(404)
})

it('a wallet is frozen and freed, with a line in the audit log; an auditor plays no customer', async () => {
  const [wallet] = world.host.wallets.list()
  const path = `/api/wallets/${wallet?.number}/frozen`
  expect((await client.ask('PUT', path, { isFrozen: true })).body).toMatchObject({ isFrozen: true })
  expect((await client.ask('PUT', path, { isFrozen: false })).body).toMatchObject({ isFrozen: false })
  const auditor = await world.as('auditor')
  expect((await auditor.ask('PUT', path, { isFrozen: true })).status).toBe(403)
  const entries = world.office.audit.list({ action: 'wallet.frozen', limit: 10 })
  expect(entries).toHaveLength(2)
  expect(world.host.checkBooks()).toEqual([])
})
