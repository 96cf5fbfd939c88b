import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from './console-client.ts'

let world: OpenedConsole
let finance: ConsoleClient
const TID = '10000001'
const FILE = [
  'base,CNY',
  'source,MORNING FIX # who sets it',
  'rate,USD,0.141,250,20260101000000,20261231235959',
  'rate,JPY,21.4,250,20260101000000,20261231235959',
  'range,411111,USD',
].join('\n')

beforeAll(async () => {
  world = await openTestConsole()
  finance = await world.as('finance')
})
afterAll(() => world.close())

describe('rates at the console', () => {
  it('are changed by finance: the next version, in the log, and the terminals that offer currencies are asked', async () => {
    world.host.estate.changeTerminal(TID, (row) => ({
      ...row,
      setup: { jobs: [], sets: { rates: { served: 1, loaded: 1 } } },
    }))
    const { body } = await finance.ask('GET', '/api/rates')
    expect(body).toMatchObject({ version: 1, base: '156', terminals: { count: 1, upToDate: 1 } })
    const { terminals: _, ...change } = body
    change.rates[0].rate = '0.15'
    const saved = await finance.ask('PUT', '/api/rates', change)
    expect(saved).toMatchObject({ status: 200, body: { version: 2, count: 1 } })
    expect(world.host.terminal(TID)?.processingRequest).toBe(8)
    const after = await finance.ask('GET', '/api/rates')
    expect(after.body).toMatchObject({ version: 2, terminals: { count: 1, upToDate: 0 } })
    expect(after.body.rates[0].rate).toBe('0.15')
    const [entry] = world.office.audit.list({ action: 'rates.changed', limit: 1 })
    expect(JSON.stringify(entry?.detail)).toContain('"840":["0.15"')
  })

  it('the second of two people is told, and nothing is lost', async () => {
    const { body } = await finance.ask('GET', '/api/rates')
    const { terminals: _, ...change } = body
    expect((await finance.ask('PUT', '/api/rates', change)).status).toBe(200)
    const late = await finance.ask('PUT', '/api/rates', { ...change, source: 'LATE' })
    expect(late).toMatchObject({
      status: 409,
      body: { kind: 'changedMeanwhile', detail: { present: { version: change.version + 1 } } },
    })
  })

  it('what is no rate is refused in both languages, with its place', async () => {
    const { body } = await finance.ask('GET', '/api/rates')
    const { terminals: _, ...change } = body
    change.rates[1].rate = '1e5'
    const refused = await finance.ask('PUT', '/api/rates', change)
    expect(refused).toMatchObject({ status: 400, body: { kind: 'badInput' } })
    expect(refused.body.en).toContain('rates.1.rate')
    expect(refused.body.zh).toContain('没有保存')
    expect((await finance.ask('GET', '/api/rates')).body.version).toBe(change.version)
  })

  it('come from a file, or its faults are told by line', async () => {
    const { version } = (await finance.ask('GET', '/api/rates')).body
    const taken = await finance.ask('POST', '/api/rates/file', { version, text: FILE })
    expect(taken.body).toMatchObject({ version: version + 1 })
    expect(world.host.catalogue.rateBook.current()).toMatchObject({
      source: 'MORNING FIX',
      ranges: [{ prefix: '411111', currency: '840' }],
    })
    const text = FILE.replace('21.4', 'x')
    const refused = await finance.ask('POST', '/api/rates/file', { version: version + 1, text })
    expect(refused.body.en).toContain('line 4: rate')
  })

  it('are read by support and changed by nobody else', async () => {
    const support = await world.as('support')
    expect((await support.ask('GET', '/api/rates')).status).toBe(200)
    expect((await support.ask('PUT', '/api/rates', {})).status).toBe(403)
  })
})

describe('the further currencies of a merchant', () => {
  const path = '/api/estate/merchants/001290058120001'

  it('are set by a clerk, by letters or number, and the host takes them', async () => {
    const clerk = await world.as('clerk')
    const { tier, holder, version } = (await clerk.ask('GET', path)).body
    const saved = await clerk.ask('PUT', path, { tier, holder, version, currencies: ['usd', '392', 'CNY'] })
    expect(saved).toMatchObject({ status: 200, body: { currency: '156', currencies: ['392', '840'] } })
    const [row] = world.host.store.listMerchants().filter(({ mid }) => path.endsWith(mid))
    expect(row?.currencies).toEqual(['392', '840'])
    const [entry] = world.office.audit.list({ action: 'merchant.currenciesSet', limit: 1 })
    expect(entry?.detail).toEqual({ currencies: 'USD JPY CNY' })
  })

  it('stay when a word is no currency, and when nothing is said of them', async () => {
    const clerk = await world.as('clerk')
    const { tier, holder, version } = (await clerk.ask('GET', path)).body
    const refused = await clerk.ask('PUT', path, {
      tier: 'chain',
      holder,
      version,
      currencies: ['EUR', 'QQQ'],
    })
    expect(refused).toMatchObject({ status: 400, body: { kind: 'badInput' } })
    expect(refused.body.en).toContain('QQQ')
    expect((await clerk.ask('GET', path)).body).toMatchObject({ tier, version, currencies: ['392', '840'] })
    const kept = await clerk.ask('PUT', path, { tier, holder, version })
    expect(kept.body.currencies).toEqual(['392', '840'])
  })
})
