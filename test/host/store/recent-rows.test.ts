import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TerminalRow, TransactionRow } from '../../../src/host/core/records.ts'
import { NO_ROWS, type StoreRows } from '../../../src/host/core/store-port.ts'
import { OPEN_PROFILE } from '../../../src/host/estate/estate.ts'
import { newTerminal } from '../../../src/host/estate/new-terminal.ts'
import { RecentRows } from '../../../src/host/store/recent-rows.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { MID } from '../core/test-host.ts'
import { TRANSACTION } from './store-suite.ts'

const TERMINALS = 6
const KEPT_MAX = 2

const tidOf = (terminal: number): string => String(10_000_001 + terminal)

function terminalRow(terminal: number, processingRequest: number): TerminalRow {
  return { ...newTerminal({ tid: tidOf(terminal), mid: MID, profile: OPEN_PROFILE }), processingRequest }
}

/** Rows that are decided at once and become durable later, in order, as far as a test lets them. */
class World {
  readonly store = new SqliteStore(':memory:')
  readonly recent = new RecentRows(this.store.rows, KEPT_MAX)
  readonly requests = new Map<number, number>()
  readonly states = new Map<number, TransactionRow>()
  readonly #waiting: StoreRows[] = []
  #decided = 0
  #durable = 0

  decide(rows: Partial<StoreRows>): void {
    const whole = { ...NO_ROWS, ...rows }
    this.#decided++
    this.recent.add(whole, this.#decided)
    this.#waiting.push(whole)
  }

  settle(count: number): void {
    for (const rows of this.#waiting.splice(0, count)) {
      this.store.commitQuietly(rows)
      this.#durable++
    }
    this.recent.settle(this.#durable)
  }

  asksOf(terminal: number, request: number): void {
    this.requests.set(terminal, request)
    this.decide({ terminals: [terminalRow(terminal, request)] })
  }

  sell(terminal: number): void {
    const id = this.states.size + 1
    const row: TransactionRow = { ...TRANSACTION, id, tid: tidOf(terminal), stan: id }
    this.states.set(id, row)
    this.decide({ newTransactions: [row] })
  }

  undo(place: number): void {
    const row = [...this.states.values()][place]
    if (row === undefined) return
    const undone: TransactionRow = { ...row, state: 'reversed' }
    this.states.set(row.id, undone)
    this.decide({ changedTransactions: [undone] })
  }

  expectLatest(): void {
    for (let terminal = 0; terminal < TERMINALS; terminal++) {
      expect(this.recent.terminal(tidOf(terminal))?.processingRequest).toBe(this.requests.get(terminal))
    }
    for (const { id, tid, stan, state } of this.states.values()) {
      expect(this.recent.transactionByKey(tid, 1, stan)?.id).toBe(id)
      expect(this.recent.transaction(id)?.state).toBe(state)
    }
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('asks' as const), terminal: fc.nat(TERMINALS - 1), value: fc.nat(9) }),
  fc.record({ kind: fc.constant('sell' as const), terminal: fc.nat(TERMINALS - 1) }),
  fc.record({ kind: fc.constant('undo' as const), place: fc.nat(20) }),
  fc.record({ kind: fc.constant('settle' as const), count: fc.nat(4) }),
)

describe('rows between the decision and the disk', () => {
  it('are read as they were decided last, however much of it is durable and however few are kept', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = new World()
        try {
          for (const taken of steps) {
            if (taken.kind === 'asks') world.asksOf(taken.terminal, taken.value)
            else if (taken.kind === 'sell') world.sell(taken.terminal)
            else if (taken.kind === 'undo') world.undo(taken.place)
            else world.settle(taken.count)
            world.expectLatest()
          }
        } finally {
          world.store.close()
        }
      }),
      { numRuns: 60 },
    )
  })

  it('make room once they are durable: first the one that has not changed since it came', () => {
    const asked: string[] = []
    const { rows } = new SqliteStore(':memory:')
    const recent = new RecentRows(
      new Proxy(rows, {
        get: (target, name) =>
          name === 'terminal' ? (tid: string) => void asked.push(tid) : Reflect.get(target, name),
      }),
      KEPT_MAX,
    )
    const decide = (terminal: number, generation: number) =>
      recent.add({ ...NO_ROWS, terminals: [terminalRow(terminal, generation)] }, generation)
    decide(0, 1)
    decide(1, 2)
    decide(0, 3)
    decide(2, 4)
    recent.settle(4)
    for (const terminal of [0, 1, 2]) recent.terminal(tidOf(terminal))
    expect(asked).toEqual([tidOf(1)])
  })

  it('stay as long as they are not durable, however many there are', () => {
    const world = new World()
    for (let terminal = 0; terminal < TERMINALS; terminal++) world.asksOf(terminal, 1)
    world.asksOf(0, 2)
    world.settle(1)
    world.expectLatest()
    world.settle(TERMINALS)
    world.expectLatest()
    world.store.close()
  })
})
