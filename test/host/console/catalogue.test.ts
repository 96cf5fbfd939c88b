import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from './console-client.ts'

let world: OpenedConsole
let anna: ConsoleClient
let berta: ConsoleClient
const TID = '10000001'
const PATH = '/api/catalogue/parameters'

beforeAll(async () => {
  world = await openTestConsole()
  anna = await world.as('support')
  berta = await world.as('administrator')
})
afterAll(() => world.close())

describe('the catalogue at the console', () => {
  it('is read, checked and saved; the terminal is asked, the second editor told, the old brought back', async () => {
    const { body: first } = await anna.ask('GET', PATH)
    expect(first).toMatchObject({ now: { version: 1, atMs: null }, loaded: [{ version: null, count: 1 }] })
    const content = { values: { ...first.now.content.values, 12: '45' } }
    const draft = { scope: '', content }
    const { body: checked } = await anna.ask('POST', `${PATH}/check`, draft)
    expect(checked).toMatchObject({ faults: [], changes: [{ key: '12', from: '30', to: '45' }] })
    const short = await anna.ask('POST', `${PATH}/check`, { scope: '', content: { values: { 12: '5' } } })
    expect(short.body.changes).toContainEqual(expect.objectContaining({ key: '12', to: '05' }))
    const { body: overview } = await anna.ask('GET', '/api/catalogue')
    expect(overview.fresh.applications).toMatchObject({ aid: '', tacDenial: '0010000000' })
    const optional = overview.definitions.applications.filter((each: object) => 'isOptional' in each)
    expect(optional.map(({ key }: { key: string }) => key)).toContain('electronicCashMinor')
    const wrong = await anna.ask('POST', `${PATH}/check`, { scope: '', content: { values: { 12: '1' } } })
    expect(wrong.body.faults[0]).toMatchObject({ path: 'values.12' })
    const saved = await anna.ask('PUT', PATH, { ...draft, version: 1, note: 'slow lines' })
    expect(saved.body).toEqual({ version: 2, count: 1 })
    expect(world.host.terminal(TID)?.processingRequest).toBe(1)

    const late = await berta.ask('PUT', PATH, { scope: '', content: { values: { 12: '50' } }, version: 1 })
    expect(late).toMatchObject({ status: 409, body: { kind: 'changedMeanwhile' } })
    expect(late.body.detail.present).toMatchObject({ version: 2, content, note: 'slow lines' })
    expect((await berta.ask('GET', PATH)).body.now.version).toBe(2)

    const back = await berta.ask('POST', `${PATH}/rollback`, { scope: '', version: 2, to: 1 })
    expect(back.body.version).toBe(3)
    const { body: last } = await anna.ask('GET', PATH)
    expect(last.now.content).toEqual(first.now.content)
    expect(last.history.map(({ version }: { version: number }) => version)).toEqual([3, 2, 1])
    const { body: change } = await anna.ask('GET', `${PATH}/versions/2`)
    expect(change.changes).toMatchObject([{ key: '12', from: '30', to: '45' }])
    const deeds = world.office.audit.list({ subject: 'parameters', limit: 9 })
    expect(deeds.map(({ action }) => action)).toEqual(['catalogue.rolledBack', 'catalogue.saved'])
  })

  it('has values for one terminal; who may not is refused, and what is wrong is said in both languages', async () => {
    const order = { scope: `terminal:${TID}`, content: { values: { 12: '55' } }, version: 0 }
    expect((await anna.ask('PUT', PATH, order)).body).toEqual({ version: 4, count: 1 })
    const { body } = await anna.ask('GET', '/api/catalogue')
    expect(body.overrides).toMatchObject([{ set: 'parameters', scope: `terminal:${TID}`, version: 4 }])
    const technician = await world.as('technician')
    expect((await technician.ask('PUT', PATH, order)).status).toBe(403)
    const bad = await anna.ask('PUT', PATH, { ...order, version: 4, content: { values: { 26: 'no' } } })
    expect(bad).toMatchObject({ status: 400, body: { kind: 'badInput' } })
    expect(bad.body.en).toContain('four hexadecimal digits')
    expect(bad.body.zh).toContain('4 位十六进制')
    const nobody = { ...order, scope: 'terminal:99999999' }
    expect((await anna.ask('PUT', PATH, nobody)).status).toBe(404)
    const asked = await anna.ask('POST', '/api/software/merchants/001290058120001/loads', { set: 'caKeys' })
    expect(asked.body).toEqual({ count: 1 })
  })
})
