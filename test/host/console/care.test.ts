import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from './console-client.ts'

const TID = '10000001'
let world: OpenedConsole
let support: ConsoleClient
let administrator: ConsoleClient

beforeAll(async () => {
  world = await openTestConsole()
  support = await world.as('support')
  administrator = await world.as('administrator')
})
afterAll(() => world.close())

describe('knowledge, alarms, tickets and maintenance over the API', () => {
  it('opens the article of a message, and finds by words', async () => {
    const message = encodeURIComponent('Out of paper: put in a new roll [E-PAPER]')
    expect((await support.ask('GET', `/api/knowledge?q=${message}`)).body.articles).toMatchObject([
      { key: 'E-PAPER' },
    ])
    expect((await support.ask('GET', '/api/knowledge/51')).body.title.en).toBe('Insufficient funds')
    expect((await support.ask('GET', '/api/knowledge/zz')).status).toBe(404)
    expect((await support.ask('GET', '/api/knowledge')).body.articles.length).toBeGreaterThan(90)
  })
  it('shows the estate in one look', async () => {
    const { body } = await support.ask('GET', '/api/monitoring')
    expect(body).toMatchObject({ active: 0, alarmsUp: 0, figures: { decided: 0, successRate: null } })
    expect(body.terminals).toBeGreaterThan(0)
    expect((await support.ask('GET', `/api/monitoring/terminals/${TID}`)).body.status).toBeNull()
    expect((await support.ask('GET', '/api/monitoring/terminals/99999999')).status).toBe(404)
    const list = (await support.ask('GET', `/api/monitoring/list?find=${TID}`)).body
    expect(list).toMatchObject({
      total: 1,
      rows: [{ subject: TID, status: null, alarms: [], figures: { decided: 0 } }],
    })
    const merchants = (await support.ask('GET', '/api/monitoring/list?by=merchant')).body
    expect(merchants.rows.map(({ subject }: { subject: string }) => subject)).toContain(list.rows[0].mid)
  })
  it('takes a ticket from its message to its solution', async () => {
    const opened = await support.ask('POST', '/api/tickets', { title: '打印机缺纸 [E-PAPER]', subject: TID })
    expect(opened).toMatchObject({
      status: 201,
      body: { knowledgeKey: 'E-PAPER', state: 'open', version: 1 },
    })
    const path = `/api/tickets/${opened.body.number}`
    const change = { state: 'solved', severity: 'normal', assignee: 'tom', note: 'new roll', version: 1 }
    expect((await administrator.ask('PUT', path, change)).body.answeredAtMs).not.toBeNull()
    const late = await support.ask('PUT', path, change)
    expect(late).toMatchObject({ status: 409, body: { kind: 'changedMeanwhile' } })
    expect((await support.ask('GET', path)).body).toMatchObject({
      next: ['solved', 'working', 'closed'],
      notes: [{ note: 'new roll' }],
    })
    expect((await support.ask('POST', '/api/tickets', { title: 'x', subject: '99999999' })).status).toBe(404)
  })
  it('keeps thresholds that can not work away, in both languages', async () => {
    const { body } = await administrator.ask('GET', '/api/alarm-rules')
    const { raiseAt, clearAt, enabled, countMin, severity, version } = body.rules[0]
    const rule = { raiseAt, clearAt, enabled, countMin, severity, version }
    const wrong = await administrator.ask('PUT', '/api/alarm-rules/successRate', { ...rule, clearAt: 0.1 })
    expect(wrong).toMatchObject({ status: 400, body: { zh: expect.any(String), en: expect.any(String) } })
    const right = await administrator.ask('PUT', '/api/alarm-rules/successRate', { ...rule, raiseAt: 0.6 })
    expect(right.body).toMatchObject({ raiseAt: 0.6, version: 1 })
    const own = await administrator.ask('PUT', `/api/alarm-rules/successRate/${TID}`, rule)
    expect(own.body).toMatchObject({ subject: TID, version: 1 })
    const second = await administrator.ask('PUT', `/api/alarm-rules/successRate/${TID}`, rule)
    expect(second).toMatchObject({ status: 409, body: { kind: 'changedMeanwhile' } })
    expect((await administrator.ask('PUT', '/api/alarm-rules/successRate/99999999', rule)).status).toBe(404)
    expect((await administrator.ask('PUT', '/api/alarm-rules/batteryLow/estate', rule)).status).toBe(400)
    const removed = await administrator.ask('DELETE', `/api/alarm-rules/successRate/${TID}`, { version: 1 })
    expect(removed.status).toBe(204)
  })
  it('shows and changes retention, runs it as a task of the plan, and tells the second of two who edit', async () => {
    const { body } = await administrator.ask('GET', '/api/retention')
    expect(body).toMatchObject({
      policy: { version: 0, days: { audit: 0 } },
      plan: { total: 0 },
      archives: [],
    })
    const days = { ...body.policy.days, explains: 30 }
    const change = { days, version: 0 }
    expect((await administrator.ask('PUT', '/api/retention/policy', change)).status).toBe(200)
    const second = await administrator.ask('PUT', '/api/retention/policy', change)
    expect(second).toMatchObject({ status: 409, body: { kind: 'changedMeanwhile' } })
    const few = await administrator.ask('PUT', '/api/retention/policy', {
      days: { ...days, transactions: 5 },
      version: 1,
    })
    expect(few).toMatchObject({ status: 400, body: { zh: expect.stringContaining('180') } })
    expect((await administrator.ask('POST', '/api/retention/runs')).body).toEqual({ archive: null })
    expect((await administrator.ask('POST', '/api/retention/verification')).body).toEqual({ verdicts: [] })
    const { tasks } = (await support.ask('GET', '/api/maintenance/tasks?tid=host')).body
    const kinds = tasks.map(({ kind }: { kind: string }) => kind).sort()
    expect(kinds).toEqual(['backup', 'restoreDrill', 'retention'])
    const retention = tasks.find(({ kind }: { kind: string }) => kind === 'retention')
    expect(retention.doneAtMs).not.toBeNull()
    expect((await support.ask('GET', '/api/retention')).status).toBe(403)
  })
  it('asks a terminal for its self-check by the header of its next reply', async () => {
    const path = `/api/maintenance/terminals/${TID}`
    expect((await support.ask('POST', `${path}/self-check`)).status).toBe(202)
    expect(world.host.terminal(TID)?.processingRequest).toBe(2)
    expect((await support.ask('POST', `${path}/evidence`, { kind: 'cleaning', isGood: true })).status).toBe(
      201,
    )
    const { body } = await support.ask('GET', `/api/maintenance/tasks?tid=${TID}`)
    expect(body.tasks.find(({ kind }: { kind: string }) => kind === 'cleaning').doneAtMs).not.toBeNull()
    expect(world.office.audit.list({ limit: 2 }).map(({ action }) => action)).toEqual([
      'maintenance.done',
      'maintenance.checkAsked',
    ])
  })
})
