import { join } from 'node:path'
import Database from 'better-sqlite3'
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WireClient } from '../service/wire-client.ts'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from './console-client.ts'
import { foreignSale } from './foreign-sale.ts'

const PAN = '6210948000000011'
const REASON = { reason: 'dispute 4711 of the cardholder' }
let world: OpenedConsole
let support: ConsoleClient
let wire: WireClient
let stan = 0

beforeAll(async () => {
  world = await openTestConsole()
  support = await world.as('support')
  wire = new WireClient(world.host.ports['iso1987-ascii'], 'ascii4')
})
afterAll(async () => {
  wire.socket.destroy()
  await world.close()
})

/** Sends a sale and waits for its answer. Returns its STAN. */
async function sale(amountMinor: number, pan = PAN): Promise<number> {
  stan++
  await wire.exchange(foreignSale(stan, amountMinor, pan))
  return stan
}

describe('records', () => {
  it('an empty host has nothing to list', async () => {
    expect((await support.ask('GET', '/api/transactions')).body).toEqual({ transactions: [], next: null })
  })

  it('shows the signature of a transaction to those who may', async () => {
    const { signatures } = world.host
    // Two rows of 16 dots: the left four, then the same and the rightmost.
    const body = Buffer.from('0102020003f0000001', 'hex')
    expect(signatures.keep(4711, body, 1)).toBe('kept')
    expect(signatures.keep(4711, body, 2)).toBe('there')
    const auditor = await world.as('auditor')
    expect((await auditor.ask('POST', '/api/transactions/4711/signature', { reason: 'why' })).status).toBe(
      400,
    )
    const shown = await auditor.ask('POST', '/api/transactions/4711/signature', REASON)
    expect(shown.body).toEqual({
      widthDots: 16,
      heightDots: 2,
      rows: [
        [[0, 4]],
        [
          [0, 4],
          [15, 1],
        ],
      ],
    })
    expect(world.office.audit.list({ limit: 1 })).toMatchObject([
      { action: 'signature.shown', subject: 'transaction 4711', detail: REASON },
    ])
    expect((await auditor.ask('POST', '/api/transactions/4712/signature', REASON)).status).toBe(404)
    expect((await support.ask('POST', '/api/transactions/4711/signature', REASON)).status).toBe(403)
  })

  it('lists what was paid, newest first, page by page, and finds by filter', async () => {
    for (const amount of [1234, 5678, 9012]) await sale(amount)
    const first = await support.ask('GET', '/api/transactions?limit=2')
    expect(first.body.transactions.map((each: { requestedMinor: number }) => each.requestedMinor)).toEqual([
      9012, 5678,
    ])
    const rest = await support.ask('GET', `/api/transactions?limit=2&before=${first.body.next}`)
    expect(rest.body).toMatchObject({ transactions: [{ requestedMinor: 1234 }], next: null })
    expect(
      (await support.ask('GET', '/api/transactions?panEnd=0011&tid=TERM0001')).body.transactions,
    ).toHaveLength(3)
    expect((await support.ask('GET', '/api/transactions?panEnd=9999')).body.transactions).toHaveLength(0)
    expect((await support.ask('GET', '/api/transactions?panEnd=12345')).status).toBe(400)
  })

  it('shows one with its ledger entries, which sum to zero, and no card number', async () => {
    const list = await support.ask('GET', '/api/transactions?limit=1')
    const { id, panTruncated } = list.body.transactions[0]
    const { body } = await support.ask('GET', `/api/transactions/${id}`)
    expect(panTruncated).toBe('621094******0011')
    const sum = body.entries.reduce(
      (total: number, entry: { amountMinor: number }) => total + entry.amountMinor,
      0,
    )
    expect(body.entries.length).toBeGreaterThan(1)
    expect(sum).toBe(0)
    expect(JSON.stringify(body)).not.toContain(PAN)
    expect((await support.ask('GET', '/api/transactions/999999')).status).toBe(404)
    expect(body.tipMinor).toBeNull()
    // As a sale at a restaurant's terminal leaves it.
    const books = new Database(join(world.directory, 'host.db'))
    books.prepare('UPDATE transactions SET tipMinor = 12 WHERE id = ?').run(id)
    books.close()
    expect((await support.ask('GET', `/api/transactions/${id}`)).body.tipMinor).toBe(12)
  })

  it('keeps the messages, masked, and tells of each as it comes', async () => {
    const heard: unknown[] = []
    const end = world.console.live.listen(({ topic, data }) => heard.push([topic, data]))
    const number = await sale(4321)
    end()
    expect(heard).toMatchObject([['exchange', { stan: number, amountMinor: 4321, operation: 'sale' }]])
    const { body } = await support.ask('GET', '/api/messages?limit=1')
    const exchange = await support.ask('GET', `/api/messages/${body.exchanges[0].number}`)
    expect(exchange.body.request.mti).toBe('0200')
    expect(exchange.body.reply.mti).toBe('0210')
    expect(JSON.stringify(exchange.body)).not.toContain(PAN)
    expect((await support.ask('GET', '/api/messages?code=99')).body.exchanges).toEqual([])
  })

  it('takes a sample under load, and says how much it left out', async () => {
    const before = (await support.ask('GET', '/api/messages')).body.leftOut
    for (let time = 0; time < 60; time++) await sale(100)
    const { body } = await support.ask('GET', '/api/messages?limit=200')
    expect(body.leftOut).toBeGreaterThan(before)
    expect(body.exchanges.length + body.leftOut).toBe(stan)
  })
})

describe('a card number', () => {
  it('is shown to who may, with a second factor and a reason, which are written down', async () => {
    const list = await support.ask('GET', '/api/transactions?limit=1')
    const path = `/api/transactions/${list.body.transactions[0].id}/card-number`
    const reason = 'chargeback 4711 asks for it'
    expect((await support.ask('POST', path, { reason })).body.kind).toBe('notYours')
    const finance = await world.as('finance')
    expect((await finance.ask('POST', path, { reason })).body.kind).toBe('secondFactorMissing')
    const { body: offer } = await finance.ask('POST', '/api/session/second-factor/offer', {})
    const totp = new TOTP({ secret: offer.text })
    await finance.ask('PUT', '/api/session/second-factor', { code: totp.generate() })
    expect((await finance.ask('POST', path, { reason })).body.kind).toBe('secondFactorNeeded')
    const later = totp.generate({ timestamp: Date.now() + 30_000 })
    await finance.ask('POST', '/api/session/second-factor', { code: later })
    expect((await finance.ask('POST', path, { reason: 'why not' })).status).toBe(400)
    expect((await finance.ask('POST', path, { reason })).body).toEqual({ cardNumber: PAN })
    const [entry] = world.office.audit.list({ action: 'cardNumber.', limit: 1 })
    expect(entry?.detail).toEqual({ reason, card: '621094******0011' })
  })
})

describe('batches', () => {
  it('are listed, and a batch that is none is a clear 404', async () => {
    expect((await support.ask('GET', '/api/batches')).status).toBe(200)
    const { body, status } = await support.ask('GET', '/api/batches/10000001/7')
    expect(status).toBe(404)
    expect(body.en).toContain('batch 7 of terminal 10000001')
  })
})
