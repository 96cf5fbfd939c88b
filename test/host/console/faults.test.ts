import Iso8583 from 'iso_8583'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WireClient } from '../service/wire-client.ts'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from './console-client.ts'
import { foreignSale } from './foreign-sale.ts'

let world: OpenedConsole
let technician: ConsoleClient
let wire: WireClient | undefined
let stan = 0

beforeAll(async () => {
  world = await openTestConsole()
  technician = await world.as('technician')
})
afterAll(() => world.close())
afterEach(async () => {
  wire?.socket.destroy()
  wire = undefined
  for (const { tid } of world.host.faults?.list() ?? [])
    await technician.ask('DELETE', `/api/faults/${tid ?? 'all'}`)
})

/** Of this test; a new one where the last was dropped. */
function line(): WireClient {
  if (wire === undefined || wire.isClosed) wire = new WireClient(world.host.ports['iso1987-ascii'], 'ascii4')
  return wire
}

function sendSale(): void {
  stan++
  line().send(foreignSale(stan))
}

async function answer(): Promise<string> {
  return Buffer.from(await line().receive()).toString('latin1')
}

async function codeOfSale(): Promise<string> {
  sendSale()
  const message = new Iso8583().getIsoJSON(Buffer.from(await line().receive()), { lenHeader: false })
  return String(message['39'])
}

function switchOn(behaviour: object, more: object = {}) {
  return technician.ask('PUT', '/api/faults', { tid: null, behaviour, times: null, ...more })
}

const rows = () => world.host.transactions('TERM0001').length

describe('a fault switched on at the console is seen on the wire', () => {
  it('answers with a code, as often as was asked, then as always', async () => {
    const on = await switchOn({ kind: 'respond', responseCode: '91' }, { times: 2 })
    expect(on.body.faults).toMatchObject([{ tid: null, timesLeft: 2, by: expect.stringContaining('tech') }])
    expect([await codeOfSale(), await codeOfSale(), await codeOfSale()]).toEqual(['91', '91', '00'])
    expect((await technician.ask('GET', '/api/faults')).body.faults).toEqual([])
  })

  it('the switch of one terminal wins over that of all, and acts on no other', async () => {
    await switchOn({ kind: 'respond', responseCode: '05' }, { tid: 'TERM0001' })
    expect(await codeOfSale()).toBe('05')
    await switchOn({ kind: 'respond', responseCode: '96' })
    expect(await codeOfSale()).toBe('05')
    await technician.ask('DELETE', '/api/faults/TERM0001')
    expect(await codeOfSale()).toBe('96')
  })

  it('loses the reply of what is done and recorded', async () => {
    await switchOn({ kind: 'loseReply' }, { times: 1 })
    const before = rows()
    sendSale()
    const lost = stan
    sendSale()
    // What comes first is the answer to the sale behind it.
    expect(await answer()).toContain(String(lost + 1).padStart(6, '0'))
    expect(rows()).toBe(before + 2)
    expect(world.host.transactions('TERM0001').some((row) => row.stan === lost)).toBe(true)
  })

  it('answers late', async () => {
    await switchOn({ kind: 'delay', delayMs: 300 })
    const startMs = performance.now()
    expect(await codeOfSale()).toBe('00')
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(295)
  })

  it('answers twice', async () => {
    await switchOn({ kind: 'replyTwice' })
    sendSale()
    const [one, two] = [await answer(), await answer()]
    expect(two).toBe(one)
  })

  it.each([
    ['disconnect', 0],
    ['disconnectAfter', 1],
  ])('%s: the connection is dropped, and %i is recorded', async (kind, recorded) => {
    await switchOn({ kind })
    const before = rows()
    sendSale()
    await expect(line().receive()).rejects.toThrow('closed the connection')
    expect(rows() - before).toBe(recorded)
  })

  it('another trace number, another amount', async () => {
    await switchOn({ kind: 'wrongStan' })
    sendSale()
    expect(await answer()).toContain(String(stan + 1).padStart(6, '0'))
    await switchOn({ kind: 'wrongAmount' })
    sendSale()
    expect(await answer()).toContain('000000000101')
  })
})

describe('who switches', () => {
  it('is in the audit log; an auditor may look, not switch', async () => {
    await switchOn({ kind: 'ignore' }, { tid: 'TERM0001', times: 3 })
    await technician.ask('DELETE', '/api/faults/TERM0001')
    const [off, on] = world.office.audit.list({ limit: 2 })
    expect([on, off]).toMatchObject([
      { action: 'fault.on', subject: 'TERM0001', detail: { behaviour: 'ignore', times: 3 } },
      { action: 'fault.off', subject: 'TERM0001' },
    ])
    const auditor = await world.as('auditor')
    expect((await auditor.ask('GET', '/api/faults')).status).toBe(200)
    expect((await auditor.ask('DELETE', '/api/faults/all')).status).toBe(403)
  })

  it('is told what is wrong: no such terminal, no such code', async () => {
    const noTerminal = await switchOn({ kind: 'ignore' }, { tid: 'NOBODY00' })
    expect(noTerminal).toMatchObject({ status: 404, body: { kind: 'notFound' } })
    expect((await switchOn({ kind: 'respond', responseCode: 'x' })).status).toBe(400)
    expect(world.host.faults?.list()).toEqual([])
  })
})
