import { deny } from './decision.ts'
import { explainDecision, explainUndecodable } from './explain.ts'
import { admit } from './gate.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import type { Inbound, OperationName, Outcome } from './inbound.ts'
import { takeIn } from './intake.ts'
import type { TerminalRow } from './records.ts'
import { type Refusal, refuse } from './refusal.ts'
import { buildReply } from './reply.ts'
import type { Snapshot } from './store-port.ts'
import { WorkingSet } from './working-set.ts'

/** What of the store can be read while nothing can be written to it. */
export interface KnownRows {
  readonly snapshot: Snapshot
  /** The rows stand like this in the store now. False: they are remembered, or there are none. */
  readonly isCurrent: boolean
  /** Nobody is answered: what was decided of the batch may have been kept. */
  readonly isInDoubt?: boolean
}

/** No money moves by them and no terminal takes 96 for their end. */
const REFUSABLE: ReadonlySet<OperationName> = new Set([
  'signIn',
  'signOff',
  'echo',
  'qrOrder',
  'signature',
  'settlement',
  'batchUpload',
  'batchEnd',
])

/** Answers a batch without any record of it. */
export function refuseBatch(
  context: HostContext,
  batch: readonly Inbound[],
  known: KnownRows,
): readonly Outcome[] {
  const work = new WorkingSet(known.snapshot)
  return batch.map((inbound) => {
    const intake = takeIn(inbound, context.explains)
    if (!intake.ok) return explainUndecodable(intake)
    return refuseOne(context, work, intake.request, known)
  })
}

function refuseOne(context: HostContext, work: WorkingSet, request: HostRequest, known: KnownRows): Outcome {
  const { terminal, refusal } = refusalOf(context, work, request, known)
  const decision = deny(terminal, 0, refusal, { amountMinor: request.amountMinor })
  const { summary } = explainDecision(request, decision)
  if (known.isInDoubt === true || mustKeepSilent(work, request, terminal)) {
    return {
      reply: undefined,
      plan: { kind: 'silent' },
      explain: undefined,
      summary: { ...summary, responseCode: '' },
    }
  }
  if (refusal === UNRECORDED && terminal !== undefined) context.refused.add(request, terminal)
  return {
    reply: buildReply(context, request, decision),
    plan: { kind: 'reply', delayMs: 0, copies: 1 },
    explain: undefined,
    summary,
  }
}

const UNRECORDED = refuse('96', 'nothing can be recorded now')

function refusalOf(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  { isCurrent }: KnownRows,
): { readonly terminal: TerminalRow | undefined; readonly refusal: Refusal } {
  const terminal = work.terminal(request.tid)
  try {
    const admitted = admit(work, request, context.security)
    if (admitted.ok) return { terminal, refusal: UNRECORDED }
    if (isCurrent && request.tid !== '') return { terminal, refusal: admitted.error }
  } catch (error) {
    if (!(error instanceof Error && error.name === 'SecurityModuleError')) throw error
  }
  // Without the rows, or with old ones, it is not known who asks: the answer carries no MAC.
  return { terminal: undefined, refusal: UNRECORDED }
}

/**
 * A reversal or an advice can't be refused, only not be answered: its sender says it again until it is. A repeat asks
 * for an answer that was given already, and a transaction that is known has its answer: a refusal would undo it on one
 * side only.
 */
function mustKeepSilent(work: WorkingSet, request: HostRequest, terminal: TerminalRow | undefined): boolean {
  const { operation, mti, isRepeat, stan } = request
  if (REFUSABLE.has(operation)) return false
  if (operation === 'reversal' || mti.charAt(2) === '2' || isRepeat) return true
  if (terminal === undefined || stan === undefined) return false
  const batchNumber = request.batchNumber ?? terminal.batchNumber
  return work.transactionByKey(terminal.tid, batchNumber, stan) !== undefined
}
