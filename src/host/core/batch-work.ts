import { err, type Result } from '../../base/result.ts'
import type { CardReading } from './card-reading.ts'
import { decideRequest } from './decide-request.ts'
import { type Decision, deny } from './decision.ts'
import { explainDecision, explainUndecodable } from './explain.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import type { Inbound, Outcome, Plan } from './inbound.ts'
import { type Intake, takeIn } from './intake.ts'
import { KeyCollector } from './key-collector.ts'
import { PaymentKeyCollector } from './payment-keys.ts'
import { readPayer } from './read-payer.ts'
import { type Refusal, refuse } from './refusal.ts'
import { buildReply } from './reply.ts'
import type { LookupKeys, Snapshot, StoreRows } from './store-port.ts'
import type { TestBehaviour } from './test-behaviour.ts'
import { WorkingSet } from './working-set.ts'

export interface Decided {
  /** Undefined when nothing changes: no commit is due. */
  readonly rows: StoreRows | undefined
  /** One for each message, in order. */
  readonly outcomes: readonly Outcome[]
}

/** One message between the three steps. */
interface Pending {
  readonly intake: Intake
  reading: Result<CardReading | undefined, Refusal>
}

const NO_CARD: Result<undefined, never> = { ok: true, value: undefined }

/** One batch on its way through `needs`, `needsOfPayments`, `needsOfCards` and `decide`, each called once in this order. */
export class BatchWork {
  readonly #context: HostContext
  readonly #pending: readonly Pending[]

  constructor(context: HostContext, batch: readonly Inbound[]) {
    this.#context = context
    this.#pending = batch.map((inbound) => ({ intake: takeIn(inbound, context.explains), reading: NO_CARD }))
  }

  /** Rows that the messages name themselves. */
  needs(): LookupKeys {
    const keys = new KeyCollector()
    for (const { intake } of this.#pending) if (intake.ok) keys.addTerminal(intake.request.tid)
    return keys
  }

  /** Rows of wallets and signatures: before `needsOfCards`, for a store that has them beside the others. */
  needsOfPayments(snapshot: Snapshot): PaymentKeyCollector {
    const keys = new PaymentKeyCollector()
    for (const { intake } of this.#pending) {
      const terminal = intake.ok ? snapshot.terminals.get(intake.request.tid) : undefined
      if (intake.ok && terminal !== undefined) keys.add(intake.request, terminal)
    }
    return keys
  }

  /** Rows that are known only with the terminals' keys and batches: cards, originals, batches. */
  needsOfCards(snapshot: Snapshot): LookupKeys {
    const keys = new KeyCollector()
    for (const pending of this.#pending) {
      if (!pending.intake.ok) continue
      const { request } = pending.intake
      const terminal = snapshot.terminals.get(request.tid)
      if (terminal === undefined) continue
      pending.reading = guarded(() => readPayer(this.#context, request, terminal))
      keys.addRequest(request, terminal, pending.reading.ok ? pending.reading.value : undefined)
    }
    return keys
  }

  /** Decides in order; later messages see what earlier ones did. */
  decide(snapshot: Snapshot): Decided {
    const work = new WorkingSet(snapshot)
    const outcomes = this.#pending.map((pending) => this.#decideOne(work, pending))
    return { rows: work.rows(), outcomes }
  }

  #decideOne(work: WorkingSet, { intake, reading }: Pending): Outcome {
    if (!intake.ok) {
      const outcome = explainUndecodable(intake)
      if (outcome.explain !== undefined) work.addExplain(outcome.explain)
      return outcome
    }
    const { request } = intake
    const changesBefore = work.changeCount
    let outcome: Outcome
    try {
      outcome = this.#finish(request, decideRequest(this.#context, work, request, reading))
    } catch (error) {
      if (!isSecurityModuleError(error)) throw error
      outcome = this.#afterKeyTrouble(request, work.changeCount !== changesBefore)
    }
    if (outcome.explain === undefined) return outcome
    if (this.#context.explains?.take('refused', request.inbound.receivedAt.ms) === false) {
      return { ...outcome, explain: undefined }
    }
    work.addExplain(outcome.explain)
    return outcome
  }

  #finish(request: HostRequest, decision: Decision): Outcome {
    const plan = planOf(decision.behaviour)
    const reply = plan.kind === 'reply' ? buildReply(this.#context, request, decision) : undefined
    const { explain, summary } = explainDecision(request, decision)
    return { reply, plan, explain, summary }
  }

  /** A key that can't be used: say so when nothing was done yet, else keep silent and let the terminal reverse. */
  #afterKeyTrouble(request: HostRequest, isChanged: boolean): Outcome {
    const refusal = refuse('96', 'a key of the host cannot be used: see the log of the security module')
    const decision = deny(undefined, 0, refusal)
    const said = explainDecision(request, decision)
    if (isChanged) return { reply: undefined, plan: { kind: 'silent' }, ...said }
    return {
      reply: buildReply(this.#context, request, decision),
      plan: REPLY_AT_ONCE,
      ...said,
    }
  }
}

const REPLY_AT_ONCE: Plan = { kind: 'reply', delayMs: 0, copies: 1 }

function planOf(behaviour: TestBehaviour | undefined): Plan {
  switch (behaviour?.kind) {
    case 'ignore':
    case 'loseReply':
    case 'loseReplyAndReversal':
      return { kind: 'silent' }
    case 'disconnect':
    case 'disconnectAfter':
      return { kind: 'disconnect' }
    case 'delay':
      return { kind: 'reply', delayMs: behaviour.delayMs, copies: 1 }
    case 'replyTwice':
      return { kind: 'reply', delayMs: 0, copies: 2 }
    default:
      return REPLY_AT_ONCE
  }
}

function guarded(
  read: () => Result<CardReading | undefined, Refusal>,
): Result<CardReading | undefined, Refusal> {
  try {
    return read()
  } catch (error) {
    if (!isSecurityModuleError(error)) throw error
    return err(refuse('A7', 'the track key of the terminal cannot be used'))
  }
}

/** The port's one failure; its class lives behind the wall. */
function isSecurityModuleError(error: unknown): boolean {
  return error instanceof Error && error.name === 'SecurityModuleError'
}
