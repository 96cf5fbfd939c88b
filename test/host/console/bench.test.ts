import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenedBench, openBench } from '../../../src/cli/console/open-bench.ts'
import type { LoadOrder } from '../../../src/host/console/api-types/loads.ts'
import { programArguments } from '../../compiled/compiled-program.ts'
import { type ConsoleClient, type OpenedConsole, openTestConsole, type Reply } from './console-client.ts'

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url)
const PROGRAM = [process.execPath, ...programArguments(MAIN)]
const LOST = 'scenarios/faults/lose-reply.yaml'
const ORDER: LoadOrder = {
  terminals: 4,
  connections: 2,
  pacing: { kind: 'open', ratePerSecond: 40 },
  mix: 'stripe',
  mixText: null,
  seconds: 2,
  warmupSeconds: 0,
}

let world: OpenedConsole
let bench: OpenedBench
let technician: ConsoleClient
let auditor: ConsoleClient

beforeAll(async () => {
  world = await openTestConsole(undefined, undefined, undefined, (host, directory) => {
    bench = openBench({ host, directory, program: PROGRAM })
    return bench
  })
  technician = await world.as('technician')
  auditor = await world.as('auditor')
})
afterAll(async () => {
  await bench.close()
  await world.close()
})

/** Waits for an event of the page that `isIt` knows. */
function heard(topic: string, isIt: (data: { readonly status?: string }) => boolean): Promise<void> {
  return new Promise((done) => {
    const end = world.console.live.listen((event) => {
      if (event.topic !== topic || !isIt(event.data as { status?: string })) return
      end()
      done()
    })
  })
}

const isOver = ({ status }: { readonly status?: string }) => status !== 'running' && status !== 'preparing'

describe('scenarios in the console', () => {
  it('are listed with kind and both names, and shown as they stand there', async () => {
    const { body } = await auditor.ask('GET', '/api/scenarios')
    expect(body.length).toBeGreaterThan(100)
    expect(body.find(({ file }: { file: string }) => file === LOST)).toMatchObject({
      kind: 'faults',
      zh: expect.stringMatching(/\p{Script=Han}/u),
    })
    const text = await auditor.ask('GET', `/api/scenario-text?file=${LOST}`)
    expect(text.body.text).toContain('lose reply')
    expect((await auditor.ask('GET', '/api/scenario-text?file=package.json')).status).toBe(404)
  })

  it('run in a process of their own and tell what came, with the chart', async () => {
    const over = heard('scenario-run', isOver)
    const started = await technician.ask('POST', '/api/scenario-runs', { files: [LOST] })
    expect(started).toMatchObject({ status: 201, body: { status: 'running', total: 1 } })
    const second = await technician.ask('POST', '/api/scenario-runs', { files: [LOST] })
    expect(second.body.kind).toBe('runUnderWay')
    await over
    const { body } = await auditor.ask('GET', `/api/scenario-runs/${started.body.number}`)
    expect(body).toMatchObject({ status: 'passed', passed: 1, results: [{ file: LOST, differences: [] }] })
    expect(body.results[0].story).toContain('0400')
    expect(body.results[0].story).not.toMatch(/\d{13,19}(?!\d)/)
  })

  it('are cancelled: what was run stays', async () => {
    const all = (await technician.ask('GET', '/api/scenarios')).body
    const files = all.map(({ file }: { file: string }) => file)
    const begun = heard('scenario-run', () => true)
    const { body } = await technician.ask('POST', '/api/scenario-runs', { files })
    await begun
    const over = heard('scenario-run', isOver)
    await technician.ask('DELETE', `/api/scenario-runs/${body.number}`)
    await over
    const [run] = (await technician.ask('GET', '/api/scenario-runs')).body
    expect(run).toMatchObject({ number: body.number, status: 'cancelled' })
  })

  it('are run by who may, and only those that are there', async () => {
    expect((await auditor.ask('POST', '/api/scenario-runs', { files: [LOST] })).status).toBe(403)
    const none = await technician.ask('POST', '/api/scenario-runs', { files: ['--real'] })
    expect(none.status).toBe(404)
  })
})

describe('a load in the console', () => {
  let first: Reply

  it('runs against this host, second by second, and leaves a report and its rows', async () => {
    const second = heard('load-second', () => true)
    const over = heard('load-run', isOver)
    first = await technician.ask('POST', '/api/loads', ORDER)
    expect(first).toMatchObject({ status: 201, body: { status: 'preparing' } })
    expect((await technician.ask('POST', '/api/loads', ORDER)).body.kind).toBe('runUnderWay')
    await Promise.all([second, over])
    const { body } = await auditor.ask('GET', `/api/loads/${first.body.id}`)
    expect(body).toMatchObject({ status: 'good', problem: null, hasReport: true, figures: { failed: 0 } })
    expect(body.series.length).toBeGreaterThanOrEqual(2)
    expect(body.figures.approved).toBeGreaterThan(10)
    expect(world.host.transactions('90000001').length).toBeGreaterThan(0)
    expect(world.host.checkBooks()).toEqual([])
    const report = await auditor.ask('GET', `/api/loads/${first.body.id}/report`)
    expect(report.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(String(report.body)).toContain('<svg')
  })

  it('is stopped, keeps its figures, and stands in the history of the folder', async () => {
    const begun = heard('load-second', () => true)
    const { body } = await technician.ask('POST', '/api/loads', { ...ORDER, seconds: 600 })
    await begun
    const over = heard('load-run', isOver)
    await technician.ask('DELETE', `/api/loads/${body.id}`)
    await over
    const list = (await auditor.ask('GET', '/api/loads')).body
    expect(list.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([
      [body.id, 'stopped'],
      [first.body.id, 'good'],
    ])
    expect(existsSync(join(world.directory, 'load-runs', body.id, 'report.html'))).toBe(true)
    const again = openBench({ host: world.host, directory: world.directory, program: PROGRAM })
    expect(again.loads.runs()).toEqual(bench.loads.runs())
  })

  it('tells in a sentence what is wrong with a mix', async () => {
    const over = heard('load-run', isOver)
    const order = { ...ORDER, mix: 'own', mixText: 'weights: {nothing: 1}' }
    const { body } = await technician.ask('POST', '/api/loads', order)
    await over
    const run = (await technician.ask('GET', `/api/loads/${body.id}`)).body
    expect(run).toMatchObject({ status: 'failed', problem: expect.stringContaining('nothing') })
  })

  it('has limits, and is for those who may', async () => {
    const tooMuch = { ...ORDER, pacing: { kind: 'open', ratePerSecond: 1_000_000 } }
    expect((await technician.ask('POST', '/api/loads', tooMuch)).status).toBe(400)
    expect((await auditor.ask('POST', '/api/loads', ORDER)).status).toBe(403)
    expect((await auditor.ask('GET', '/api/loads/../../host.db/report')).status).toBe(404)
    const deeds = world.office.audit.list({ limit: 20 }).map(({ action }) => action)
    expect(deeds).toEqual(
      expect.arrayContaining(['load.start', 'load.stop', 'scenario.run', 'scenario.cancel']),
    )
  })
})
