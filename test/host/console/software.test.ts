import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signedPackage } from '../../downloads/package-world.ts'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from './console-client.ts'

let world: OpenedConsole
let support: ConsoleClient
let technician: ConsoleClient
const TID = '10000001'

beforeAll(async () => {
  world = await openTestConsole()
  support = await world.as('support')
  technician = await world.as('technician')
})
afterAll(() => world.close())

function upload(file: Uint8Array) {
  return support.ask('POST', '/api/software/packages', { content: Buffer.from(file).toString('base64') })
}

describe('software at the console', () => {
  it('a package is taken in, rolled out, paused and stopped; the header asks the terminal', async () => {
    const added = await upload(signedPackage('1.1.0'))
    expect(added).toMatchObject({ status: 200, body: { version: '1.1.0', name: 'till' } })
    const rule = { percent: 100, failurePercentMax: 20, failuresMin: 3 }
    const started = await support.ask('POST', '/api/software/rollouts', { packageId: added.body.id, ...rule })
    expect(started.body).toMatchObject({ state: 'running', version: 1, counts: { targets: 1, active: 0 } })
    expect(world.host.terminal(TID)?.processingRequest).toBe(6)
    const path = `/api/software/rollouts/${started.body.id}`
    expect((await support.ask('PUT', path, { version: 1, state: 'paused' })).body.state).toBe('paused')
    const late = await support.ask('PUT', path, { version: 1, state: 'stopped' })
    expect(late).toMatchObject({
      status: 409,
      body: { kind: 'changedMeanwhile', detail: { present: { version: 2 } } },
    })
    expect((await support.ask('PUT', path, { version: 2, state: 'stopped' })).body.reason).toBe('person')
    const { body } = await technician.ask('GET', '/api/software')
    expect(body.rollouts).toHaveLength(1)
    expect(body.versions).toEqual(world.host.downloads.versions())
    const actions = world.office.audit.list({ subject: String(started.body.id), limit: 9 })
    expect(actions.map(({ action }) => action)).toContain('rollout.started')
  })

  it('what is no package is refused in both languages', async () => {
    const file = signedPackage('2.0.0')
    const cut = await upload(file.subarray(0, -1))
    expect(cut).toMatchObject({ status: 400, body: { kind: 'badInput' } })
    expect(cut.body.zh).toContain('文件不完整')
    expect(cut.body.en).toContain('cut short')
    const denied = await technician.ask('POST', '/api/software/packages', { content: '' })
    expect(denied.status).toBe(403)
  })

  it('one terminal, or all, is asked to load a set', async () => {
    const one = await technician.ask('POST', `/api/software/terminals/${TID}/loads`, { set: 'caKeys' })
    expect(one.body).toEqual({ count: 1 })
    expect(
      (await technician.ask('POST', '/api/software/terminals/all/loads', { set: 'blacklist' })).body.count,
    ).toBe(1)
    const { body } = await technician.ask('GET', '/api/software/terminals?text=1000')
    expect(body).toMatchObject({
      total: 1,
      terminals: [{ tid: TID, jobs: [6, 4, 7], sets: { caKeys: null } }],
    })
    const unknown = await technician.ask('POST', '/api/software/terminals/99999999/loads', { set: 'caKeys' })
    expect(unknown.status).toBe(404)
  })
})
