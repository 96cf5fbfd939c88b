import { BatchWork } from './batch-work.ts'
import type { HostContext, HostCoreOptions } from './host-context.ts'
import type { Inbound, Outcome } from './inbound.ts'
import { NumberLease } from './number-lease.ts'
import { type KnownRows, refuseBatch } from './refuse-batch.ts'
import { RefusedTraces } from './refused-traces.ts'
import { type DecisionStore, Snapshot } from './store-port.ts'

/** Wallets and signatures of one batch. */
export type PaymentPorts = Pick<HostCoreOptions, 'wallets' | 'signatures'>

const LEASE_SIZE = 10_000

/**
 * The acquirer host's decisions. Knows no clock, no chance and no disk: time comes with each message, keys and
 * card numbers stay behind the security module, rows come from a snapshot and leave as rows.
 *
 * Invariants, each tested by name in test/host/core:
 * - H1: a reply exists only for rows that are part of the same commit.
 * - H2: one terminal, batch and STAN moves money at most once.
 * - H3: the entries of each posting sum to zero.
 * - H4: no input makes a decision throw.
 */
export class HostCore {
  readonly #context: HostContext

  constructor(options: HostCoreOptions) {
    this.#context = { ...options, numbers: new NumberLease(), refused: new RefusedTraces() }
  }

  /**
   * For a store that answers later: ask, fetch, ask again, fetch, decide, commit, and only then reply. `payments`: wallets and
   * signatures as this batch has them, instead of those that the host has.
   */
  receive(batch: readonly Inbound[], payments?: PaymentPorts): BatchWork {
    return new BatchWork(payments === undefined ? this.#context : { ...this.#context, ...payments }, batch)
  }

  /**
   * Answers a batch while nothing can be recorded: 96 to what can be refused, silence to what its sender repeats.
   * Nothing is approved and no row is owed. `known`: what can be had of the rows that the batch needs.
   */
  refuse(batch: readonly Inbound[], known: KnownRows): readonly Outcome[] {
    return refuseBatch(this.#context, batch, known)
  }

  /** Record numbers that are left; each message of a batch may use one. */
  get numbersLeft(): number {
    return this.#context.numbers.left
  }

  /** A record number for something that is no record; the caller has seen to it that one is left. */
  takeNumber(): number {
    return this.#context.numbers.take()
  }

  /** Takes over `count` record numbers from `first` that the store gave to nobody else. */
  addNumbers(first: number, count: number): void {
    this.#context.numbers.add(first, count)
  }

  /**
   * Decides a batch, in order, and makes it durable in one commit. Send the outcomes after it returned.
   *
   * @throws {StoreError} when nothing was committed: then nothing may be answered.
   */
  process(batch: readonly Inbound[], store: DecisionStore): readonly Outcome[] {
    if (this.numbersLeft < batch.length) {
      const count = Math.max(LEASE_SIZE, batch.length)
      this.addNumbers(store.leaseNumbers(count), count)
    }
    const work = this.receive(batch)
    const snapshot = new Snapshot()
    store.fetch(work.needs(), snapshot)
    store.fetch(work.needsOfCards(snapshot), snapshot)
    const { rows, outcomes } = work.decide(snapshot)
    if (rows !== undefined) store.commit(rows)
    return outcomes
  }
}
