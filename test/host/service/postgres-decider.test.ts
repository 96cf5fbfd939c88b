import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { PostgresServer } from '../../postgres/postgres-server.ts'
import { reversalOf, SharedStore, saleOf } from '../../postgres/shared-store.ts'
import { BALANCE, FOREIGN_PAN, OTHER_PAN, PAN, PIN } from '../core/test-host.ts'
import type { Reply } from '../core/test-terminal.ts'

let server: PostgresServer
let shared: SharedStore
beforeAll(async () => {
  server = await PostgresServer.start()
})
afterAll(() => server.close())
afterEach(() => shared.close())

async function open(hostCount: number, terminalCount = 1): Promise<SharedStore> {
  shared = await SharedStore.open(await server.emptyDatabase(), hostCount, terminalCount)
  return shared
}

const codeOf = ({ fields }: Reply): string => String(fields[39] ?? 'silent')

async function balanceOf(pan = PAN): Promise<number> {
  const lookup = shared.host.security.lookupOf(pan)
  const account = (await shared.store.listAccounts()).find((each) => each.pan.lookup === lookup)
  return account?.state.balanceMinor ?? Number.NaN
}

async function expectRightBooks(): Promise<void> {
  expect(await shared.store.checkBooks()).toEqual([])
  expect(shared.logs.flatMap(({ faults }) => faults)).toEqual([])
}

/** Whatever order the numbers give, the same one each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
}

/** Lets sockets be read. */
function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('two hosts on one PostgreSQL', () => {
  it('a terminal that moves between them has one day: voids, refunds, holds and reversals find their originals', async () => {
    const { terminals } = await open(2)
    const [terminal] = terminals
    if (terminal === undefined) throw new Error('no terminal')
    const roll = dice(7)
    const next = async (
      mti: string,
      type: readonly [string, string, string],
      wish: Parameters<typeof terminal.financialFields>[3],
    ) => shared.send(roll(2), terminal, terminal.inbound(mti, terminal.financialFields(...type, wish)))
    const about = (original: Reply) => ({
      37: original.fields[37],
      38: original.fields[38],
      61: `${String(terminal.batch).padStart(6, '0')}${String(original.fields[11])}0314`,
    })
    for (let turn = 0; turn < 6; turn++) {
      const sale = await next('0200', ['000000', '00', '22'], { pin: PIN })
      const voided = await next('0200', ['000000', '00', '22'], { amount: 300 })
      const undone = await next('0200', ['200000', '00', '23'], { amount: 300, fields: about(voided) })
      const refund = await next('0220', ['200000', '00', '25'], { amount: 1_000, fields: about(sale) })
      const hold = await next('0100', ['030000', '06', '10'], { amount: 5_000 })
      const completion = await next('0200', ['000000', '06', '20'], { amount: 4_000, fields: about(hold) })
      const foreign = await next('0100', ['030000', '06', '10'], { amount: 70, pan: FOREIGN_PAN })
      const lost = await next('0200', ['000000', '00', '22'], { amount: 800 })
      const reversal = await shared.send(
        roll(2),
        terminal,
        reversalOf(terminal, Number(lost.fields[11]), 800),
      )
      const answers = [sale, voided, undone, refund, hold, completion, foreign, lost, reversal]
      expect(answers.map(codeOf)).toEqual(answers.map(() => '00'))
      expect(new Set(answers.map(({ mac }) => mac))).toEqual(new Set(['right']))
    }
    expect(await balanceOf()).toBe(BALANCE - 6 * 13_000)
    await expectRightBooks()
  })

  it('the same request at both at the same moment moves money once', async () => {
    const { terminals } = await open(2, 8)
    const answers = await Promise.all(
      terminals.flatMap((terminal) =>
        [1, 2, 3, 4, 5].map(async () => {
          const request = saleOf(terminal, 100)
          const both = await Promise.all([0, 1].map((at) => shared.send(at, terminal, request)))
          return both.map(codeOf).sort()
        }),
      ),
    )
    for (const pair of answers) expect(pair).toEqual(['00', '94'])
    expect(await balanceOf()).toBe(BALANCE - 40 * 100)
    await expectRightBooks()
  })

  it('many terminals with one card at both: no update is lost, and the balance is never spent twice', async () => {
    const { terminals } = await open(2, 20)
    // Twice the money that is there.
    const amount = BALANCE / 50
    const codes = await Promise.all(
      terminals.flatMap((terminal, index) =>
        [0, 1, 2, 3, 4].map(async (turn) =>
          codeOf(await shared.send((index + turn) % 2, terminal, saleOf(terminal, amount))),
        ),
      ),
    )
    expect(codes.filter((code) => code === '00')).toHaveLength(50)
    expect(codes.filter((code) => code === '51')).toHaveLength(50)
    expect(await balanceOf()).toBe(0)
    await expectRightBooks()
  })

  it('a sale at one and its reversal at the other, whichever comes first: nothing stays moved', async () => {
    const { terminals } = await open(2, 10)
    await Promise.all(
      terminals.flatMap((terminal) =>
        [1, 2, 3].map(async (turn) => {
          const stan = terminal.nextStan()
          const [sale, reversal] = await Promise.all([
            shared.send(turn % 2, terminal, saleOf(terminal, 100, stan)),
            shared.send((turn + 1) % 2, terminal, reversalOf(terminal, stan, 100)),
          ])
          // Either it was undone, or it came too late.
          expect(['00/00', '12/25']).toContain(`${codeOf(sale)}/${codeOf(reversal)}`)
        }),
      ),
    )
    expect(await balanceOf()).toBe(BALANCE)
    await expectRightBooks()
  })

  it('batches that lock the same rows the other way round both come through', async () => {
    const { terminals } = await open(2, 12)
    const codes = await Promise.all(
      [0, 1].flatMap((at) =>
        [0, 1, 2, 3].map(async () => {
          const order = at === 0 ? terminals : [...terminals].reverse()
          const pans = at === 0 ? [PAN, OTHER_PAN] : [OTHER_PAN, PAN]
          const batch = order.map((terminal, index) =>
            terminal.inbound(
              '0200',
              terminal.financialFields('000000', '00', '22', { amount: 1, pan: pans[index % 2] ?? PAN }),
            ),
          )
          const outcomes = (await shared.deciders[at]?.decide(batch)) ?? []
          return outcomes.map((outcome) => outcome?.summary.responseCode)
        }),
      ),
    )
    expect(codes.flat()).toEqual(Array.from({ length: 96 }, () => '00'))
    expect((await balanceOf()) + (await balanceOf(OTHER_PAN))).toBe(2 * BALANCE - 96)
    await expectRightBooks()
  })
})

describe('a PostgreSQL that goes away', () => {
  it('stopped: 96 with a right MAC, told once; started again: everything goes on, and nothing more was moved', async () => {
    const { terminals, logs } = await open(2, 4)
    const sales = (amount: number) =>
      Promise.all(
        terminals.map(async (terminal, index) => {
          const stan = terminal.nextStan()
          return {
            terminal,
            stan,
            reply: await shared.send(index % 2, terminal, saleOf(terminal, amount, stan)),
          }
        }),
      )
    const kept = await sales(10)
    expect(kept.map(({ reply }) => codeOf(reply))).toEqual(['00', '00', '00', '00'])
    await server.down()
    const refused = [...(await sales(20)), ...(await sales(20))]
    expect(refused.map(({ reply }) => [codeOf(reply), reply.mac])).toEqual(refused.map(() => ['96', 'right']))
    // A reversal can't be refused: it is owed until it is answered.
    const [first] = kept
    if (first === undefined) throw new Error('no sale')
    const reversal = reversalOf(first.terminal, first.stan, 10)
    expect(codeOf(await shared.send(0, first.terminal, reversal))).toBe('silent')
    await server.up()
    await Promise.all(terminals.map((_, index) => comesBack(index)))
    // What the line brings once more stays refused: its terminal was told so.
    for (const [index, { terminal, stan }] of refused.slice(0, 4).entries())
      expect(codeOf(await shared.send(index % 2, terminal, saleOf(terminal, 20, stan)))).toBe('96')
    for (const { episodes } of logs)
      expect(episodes).toEqual([expect.stringMatching(/^outage: .*start/), 'recovered'])
    expect(codeOf(await shared.send(1, first.terminal, reversal))).toBe('00')
    expect(await balanceOf()).toBe(BALANCE - 3 * 10 - terminals.length * 5)
    await expectRightBooks()
  })

  it('dies under load: what was answered is kept, what nobody knows is not answered, what was refused did not happen', async () => {
    const { terminals } = await open(2, 16)
    const answered: { readonly tid: string; readonly stan: number; readonly code: string }[] = []
    let isLoading = true
    let isUp: Promise<unknown> = Promise.resolve()
    const load = terminals.map(async (terminal, index) => {
      while (isLoading) {
        const stan = terminal.nextStan()
        const reply = await shared.send(index % 2, terminal, saleOf(terminal, 1, stan))
        answered.push({ tid: terminal.tid, stan, code: codeOf(reply) })
        await turnOfLoop()
        if (codeOf(reply) === '96') await isUp
      }
    })
    const until = async (isDone: () => boolean): Promise<void> => {
      while (!isDone()) await turnOfLoop()
    }
    for (let turn = 0; turn < 2; turn++) {
      const before = answered.length
      await until(() => answered.length > before + 150)
      const count = answered.length
      let tellUp: () => void = () => {}
      isUp = new Promise<void>((resolve) => {
        tellUp = resolve
      })
      await server.kill()
      await until(() => answered.slice(count).some(({ code }) => code === '96'))
      await server.up()
      const back = answered.length
      tellUp()
      await until(() => answered.slice(back).some(({ code }) => code === '00'))
    }
    isLoading = false
    await Promise.all(load)
    const rows = await shared.store.listTransactions({ limit: 1_000_000 })
    const kept = new Map(rows.map((row) => [`${row.tid}/${row.stan}`, row.responseCode]))
    for (const { tid, stan, code } of answered) {
      const row = kept.get(`${tid}/${stan}`)
      if (code === '00') expect(row).toBe('00')
      if (code === '96') expect(row).toBeUndefined()
    }
    expect(await balanceOf()).toBe(BALANCE - rows.length)
    await expectRightBooks()
  })

  it('misses a table for a while: 96 and no fault; has a column of another type: nobody notices', async () => {
    const { terminals, logs } = await open(1)
    const [terminal] = terminals
    if (terminal === undefined) throw new Error('no terminal')
    const database = shared.address.slice(shared.address.lastIndexOf('/') + 1)
    const sell = async (): Promise<string> => codeOf(await shared.send(0, terminal, saleOf(terminal, 10)))
    expect(await sell()).toBe('00')
    await server.ask(database, 'ALTER TABLE ledger RENAME TO elsewhere')
    expect([await sell(), await sell()]).toEqual(['96', '96'])
    await server.ask(database, 'ALTER TABLE elsewhere RENAME TO ledger')
    expect(await sell()).toBe('00')
    expect(logs[0]?.episodes).toEqual([expect.stringMatching(/^outage: .*a table is missing/), 'recovered'])
    await server.ask(database, 'ALTER TABLE transactions ALTER COLUMN authorisationCode TYPE varchar(80)')
    expect([await sell(), await sell()]).toEqual(['00', '00'])
    expect(logs[0]?.episodes).toHaveLength(2)
    await expectRightBooks()
  })

  it('ends its sessions and may only be read for a while: 96, and on by itself', async () => {
    const { terminals } = await open(1)
    const [terminal] = terminals
    if (terminal === undefined) throw new Error('no terminal')
    expect(codeOf(await shared.send(0, terminal, saleOf(terminal, 10)))).toBe('00')
    const database = shared.address.slice(shared.address.lastIndexOf('/') + 1)
    await server.ask('postgres', `ALTER DATABASE ${database} SET default_transaction_read_only = on`)
    await endSessions(database)
    expect(codeOf(await shared.send(0, terminal, saleOf(terminal, 10)))).toBe('96')
    await server.ask('postgres', `ALTER DATABASE ${database} RESET default_transaction_read_only`)
    await endSessions(database)
    // A balancer sends nothing to a host that says of itself that it is not well.
    while (shared.logs[0]?.episodes.at(-1) !== 'recovered') await turnOfLoop()
    await comesBack(0)
    expect(await balanceOf()).toBe(BALANCE - 10 - 5)
    await expectRightBooks()
  })

  async function endSessions(database: string): Promise<void> {
    await server.ask(
      'postgres',
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${database}'`,
    )
  }

  /** Sells for 5 until it is approved: a host that was told of a loss tries again with the next request. */
  async function comesBack(index: number): Promise<void> {
    const terminal = shared.terminals[index]
    if (terminal === undefined) throw new Error('no terminal')
    for (;;) {
      const code = codeOf(await shared.send(index % shared.deciders.length, terminal, saleOf(terminal, 5)))
      if (code === '00') return
      expect(['96', 'silent']).toContain(code)
      await turnOfLoop()
    }
  }
})
