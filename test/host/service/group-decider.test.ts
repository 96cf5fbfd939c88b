import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Inbound, Outcome } from '../../../src/host/core/inbound.ts'
import { NO_ROWS, StoreError } from '../../../src/host/core/store-port.ts'
import { GroupDecider } from '../../../src/host/service/group-decider.ts'
import { GroupCommitStore } from '../../../src/host/store/group-commit-store.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { expectRightBooks } from '../core/books.ts'
import { Player, type Step, step } from '../core/player.ts'
import { PAN, TestHost } from '../core/test-host.ts'
import { TestTerminal } from '../core/test-terminal.ts'

let directory: string
let count = 0
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-group-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

type Outcomes = readonly (Outcome | undefined)[]

/** A store that has no room while somebody says so. */
class FullableStore extends GroupCommitStore {
  isFull = false
  /** What is tried without a message fails all the same. */
  isTriedInVain = false
  trials = 0

  override commit(...args: Parameters<GroupCommitStore['commit']>): void {
    this.#check()
    super.commit(...args)
  }

  override async commitLater(...args: Parameters<GroupCommitStore['commitLater']>): Promise<void> {
    this.#check()
    await super.commitLater(...args)
  }

  override leaseNumbers(count: number): number {
    this.trials++
    this.#check()
    if (this.isTriedInVain) throw new StoreError('the disk is full', { kind: 'full' })
    return super.leaseNumbers(count)
  }

  #check(): void {
    if (this.isFull) throw new StoreError('the disk is full', { kind: 'full' })
  }
}

/** A host whose second thread commits. */
class ThreadedHost {
  readonly path = join(directory, `host-${++count}.db`)
  readonly sqlite = new SqliteStore(this.path)
  readonly host = new TestHost(this.sqlite)
  readonly said: string[] = []
  readonly store = new FullableStore(this.sqlite, (first, amount) => this.host.core.addNumbers(first, amount))
  readonly decider = new GroupDecider({
    core: this.host.core,
    store: this.store,
    tryAfterMs: 5,
    log: {
      fault: (reason) => this.said.push(`fault: ${reason}`),
      outage: (reason) => this.said.push(`outage: ${reason}`),
      recovered: (refused) => this.said.push(`recovered after ${refused}`),
    },
  })

  static async start(): Promise<ThreadedHost> {
    const threaded = new ThreadedHost()
    // So many that none are leased beside those that the other host uses too.
    threaded.host.core.addNumbers(threaded.sqlite.leaseNumbers(100_000), 100_000)
    await new Promise<void>((started) => threaded.store.startThread(started))
    return threaded
  }

  async decide(...batch: readonly Inbound[]): Promise<Outcomes> {
    return this.decider.decide(batch)
  }

  async close(): Promise<void> {
    await this.store.close()
    this.sqlite.close()
  }
}

const turnOfLoop = (): Promise<unknown> => new Promise((next) => setImmediate(next))

const replyText = (outcome: Outcome | undefined): string =>
  outcome?.reply === undefined ? 'silent' : Buffer.from(outcome.reply).toString('hex')

/** Every message of a random day, in order, with what a host without a second thread answers. */
function recordDay(steps: readonly Step[]): {
  readonly inbounds: readonly Inbound[]
  readonly replies: readonly string[]
} {
  const inbounds: Inbound[] = []
  const replies: string[] = []
  const player = new Player((inbound, outcome) => {
    inbounds.push(inbound)
    replies.push(replyText(outcome))
  })
  for (const next of steps) player.play(next)
  return { inbounds, replies }
}

/** No terminal uses the keys of a sign-in before it has its answer: what follows comes in a batch of its own. */
function untilSignIn(batch: readonly Inbound[]): readonly Inbound[] {
  const at = batch.findIndex(({ bytes, start }) => bytes[start] === 0x08)
  return at < 0 ? batch : batch.slice(0, at + 1)
}

describe('a second thread commits', () => {
  it('answers every message of any day as one thread does, however the messages are batched', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 30, maxLength: 80 }),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 5 }), waits: fc.boolean() }), { minLength: 1 }),
        async (steps, turns) => {
          const { inbounds, replies } = recordDay(steps)
          const threaded = await ThreadedHost.start()
          const answers: Promise<Outcomes>[] = []
          for (let at = 0, turn = 0; at < inbounds.length; turn++) {
            const { size, waits } = turns[turn % turns.length] ?? { size: 1, waits: true }
            const batch = untilSignIn(inbounds.slice(at, at + size))
            const answer = threaded.decide(...batch)
            answers.push(answer)
            at += batch.length
            if (waits) await answer
          }
          const outcomes = (await Promise.all(answers)).flat()
          expect(outcomes.map(replyText)).toEqual(replies)
          expectRightBooks(threaded.host)
          expect(threaded.said).toEqual([])
          await threaded.close()
        },
      ),
      { numRuns: 6, endOnFailure: true },
    )
  })

  it('sees what is decided and not durable yet: a duplicate beside its first is answered once', async () => {
    const threaded = await ThreadedHost.start()
    const terminal = TestTerminal.signedIn(threaded.host)
    const frame = terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { amount: 500 }))
    const [first, second] = await Promise.all([threaded.decide(frame), threaded.decide(frame)])
    expect(first?.[0]?.summary.responseCode).toBe('00')
    expect(second?.[0]?.summary.responseCode).toBe('94')
    expect(threaded.sqlite.listTransactions({})).toHaveLength(1)
    await threaded.close()
  })

  it('has each answer only after its rows are on the disk', async () => {
    const threaded = await ThreadedHost.start()
    const terminal = TestTerminal.signedIn(threaded.host)
    const reader = new Database(threaded.path, { readonly: true })
    const rows = reader.prepare('SELECT count(*) AS count FROM transactions')
    for (let sale = 1; sale <= 20; sale++) {
      await threaded.decide(
        terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { amount: 100 })),
      )
      expect(rows.get()).toEqual({ count: sale })
    }
    reader.close()
    await threaded.close()
  })

  it('decides again, alone, what was decided on a commit that failed', async () => {
    const threaded = await ThreadedHost.start()
    const terminal = TestTerminal.signedIn(threaded.host)
    const sale = (amount: number) =>
      terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { amount }))
    await threaded.decide(sale(100))
    const [newest] = threaded.sqlite.listTransactions({})
    // Whoever holds the file meanwhile writes a record under the next number: the thread's commit can't go through.
    const intruder = new Database(threaded.path)
    intruder.exec(
      `CREATE TEMP TABLE other AS SELECT * FROM transactions WHERE id = ${newest?.id ?? 0};
       UPDATE other SET id = id + 1, batchNumber = 999, stan = 999, state = 'declined', responseCode = '05',
         authorisationCode = '', requestedMinor = 0, approvedMinor = 0, panLookup = '', panTruncated = '',
         accountKnown = 0, moneyMinor = 0, heldMinor = 0;
       INSERT INTO transactions SELECT * FROM other`,
    )
    intruder.close()
    const outcomes = await Promise.all([
      threaded.decide(sale(200)),
      threaded.decide(sale(300)),
      threaded.decide(sale(400)),
    ])
    // All three are decided anew, with numbers of their own.
    expect(outcomes.flat().map((outcome) => outcome?.summary.responseCode)).toEqual(['00', '00', '00'])
    expect(threaded.said).toEqual([])
    expect(threaded.host.account(PAN).state.countToday).toBe(4)
    const rows = threaded.sqlite.listTransactions({}).filter(({ stan }) => stan !== 999)
    expect(rows.map(({ approvedMinor }) => approvedMinor).sort()).toEqual([100, 200, 300, 400])
    await threaded.close()
  })

  it('gives way to who writes beside it, and reads what they wrote', async () => {
    const threaded = await ThreadedHost.start()
    const terminal = TestTerminal.signedIn(threaded.host)
    const sale = (amount: number) =>
      terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { amount }))
    await threaded.decide(sale(100))
    const underWay = threaded.decide(sale(200))
    const account = threaded.host.account(PAN)
    threaded.sqlite.commit({ ...NO_ROWS, accounts: [{ ...threaded.host.account(PAN), status: 'lost' }] })
    expect(account.state.countToday).toBeLessThanOrEqual(2)
    expect((await underWay)[0]?.summary.responseCode).toBe('00')
    const [refused] = await threaded.decide(sale(300))
    expect(refused?.summary.responseCode).toBe('41')
    await threaded.close()
  })

  it('tells of each time that nothing can be recorded, and of its end, with and without a message', async () => {
    const threaded = await ThreadedHost.start()
    const terminal = TestTerminal.signedIn(threaded.host)
    const sell = async (): Promise<string | undefined> => {
      const fields = terminal.financialFields('000000', '00', '22', { amount: 100 })
      return (await threaded.decide(terminal.inbound('0200', fields)))[0]?.summary.responseCode
    }
    threaded.store.isTriedInVain = true
    threaded.store.isFull = true
    expect(await sell()).toBe('96')
    threaded.store.isFull = false
    expect(await sell()).toBe('00')
    threaded.store.isTriedInVain = false
    expect(threaded.said).toEqual(['outage: the disk is full', 'recovered after 1'])
    threaded.store.isFull = true
    expect([await sell(), await sell()]).toEqual(['96', '96'])
    const tried = threaded.store.trials
    while (threaded.store.trials < tried + 2) await turnOfLoop()
    threaded.store.isFull = false
    while (threaded.said.length < 4) await turnOfLoop()
    expect(threaded.said.slice(2)).toEqual(['outage: the disk is full', 'recovered after 2'])
    await threaded.close()
  })

  it('starts the thread by itself when many messages come in one turn', async () => {
    const threaded = new ThreadedHost()
    const terminal = TestTerminal.signedIn(threaded.host)
    const sale = () =>
      terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { amount: 100 }))
    await threaded.decide(...Array.from({ length: 8 }, sale))
    expect(threaded.store.isThreaded).toBe(false)
    while (!threaded.store.isThreaded) await turnOfLoop()
    const [outcome] = await threaded.decide(sale())
    expect(outcome?.summary.responseCode).toBe('00')
    expectRightBooks(threaded.host)
    await threaded.close()
  })
})
