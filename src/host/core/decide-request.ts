import type { Result } from '../../base/result.ts'
import type { CardReading } from './card-reading.ts'
import { decideTransaction } from './decide-transaction.ts'
import { accept, type Decision, deny } from './decision.ts'
import { admit } from './gate.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import type { OperationName } from './inbound.ts'
import { batchEnd, batchUpload } from './operations/batch-upload.ts'
import { download, statusUpload } from './operations/download.ts'
import { qrOrder } from './operations/qr-order.ts'
import { reverse } from './operations/reversal.ts'
import { scriptResult } from './operations/script-result.ts'
import { settle, settleAndClose } from './operations/settlement.ts'
import { signIn, signOff, signOn } from './operations/sign-in.ts'
import { keepSignature } from './operations/signature.ts'
import type { TerminalRow, TransactionRow } from './records.ts'
import { type Refusal, refuse } from './refusal.ts'
import { behaviourOfAmount } from './test-amounts.ts'
import type { TestBehaviour } from './test-behaviour.ts'
import type { WorkingSet } from './working-set.ts'

const LINE_MESSAGES: ReadonlySet<OperationName> = new Set(['signIn', 'signOff', 'echo'])

const REFUSED_AWAY = refuse('96', 'it was refused while the store was away', 11)

/** Admits one request and lets its operation decide. */
export function decideRequest(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  reading: Result<CardReading | undefined, Refusal>,
): Decision {
  const { operation } = request
  const isHome = request.inbound.dialect === 'unionpay-pos'
  // A line between hosts is opened, tested and closed without naming a terminal.
  if (!isHome && request.tid === '' && LINE_MESSAGES.has(operation)) {
    return accept(undefined, context.numbers.take())
  }
  const admitted = admit(work, request, context.security)
  if (!admitted.ok) {
    const terminal = work.terminal(request.tid)
    return deny(terminal, context.numbers.take(), admitted.error, { amountMinor: request.amountMinor })
  }
  const terminal = admitted.value
  switch (operation) {
    case 'signIn':
      return (isHome ? signIn : signOn)(context, work, request, terminal)
    case 'signOff':
      return signOff(context, work, terminal)
    case 'echo':
      return accept(terminal, context.numbers.take())
    case 'download':
      return download(context, work, request, terminal)
    case 'statusUpload':
      return statusUpload(context, work, request, terminal)
    case 'settlement':
      return (isHome ? settle : settleAndClose)(context, work, request, terminal)
    case 'batchUpload':
      return batchUpload(context, work, request, terminal)
    case 'batchEnd':
      return batchEnd(context, work, request, terminal)
    case 'qrOrder':
      return qrOrder(context, request, terminal)
    case 'signature':
      return keepSignature(context, work, request, terminal)
    case 'scriptResult':
      return scriptResult(context, work, request, terminal)
    case 'reversal':
    case 'reversalAlone':
      return decideReversal(context, work, request, terminal)
    case 'unsupported':
    case 'undecodable':
      return deny(
        terminal,
        context.numbers.take(),
        refuse('40', 'this host has no such transaction: see fields 3, 25 and 60'),
      )
    default:
      if (context.refused.has(request, terminal)) return deny(terminal, context.numbers.take(), REFUSED_AWAY)
      return decideTransaction(context, work, request, terminal, reading, operation)
  }
}

function decideReversal(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const id = context.numbers.take()
  const { refusal, original, isRepeated, responseCode } = reverse(work, request, terminal, id)
  const issuer = original === undefined ? undefined : issuerOf(work, original)
  return {
    ...accept(terminal, original?.id ?? id, {
      responseCode,
      pan: request.pan,
      issuer,
      authorisationCode: original?.authorisationCode ?? '',
      amountMinor: request.amountMinor,
    }),
    refusal,
    behaviour:
      context.testBehaviour && original !== undefined && !isRepeated
        ? behaviourOfReversal(work, original)
        : undefined,
    panTruncated: original?.panTruncated ?? '',
  }
}

function issuerOf(work: WorkingSet, { panLookup }: TransactionRow) {
  const account = work.account(panLookup)
  return account === undefined ? undefined : work.issuer(account.issuerId)
}

/** Only the first reversal of such a transaction is lost. */
function behaviourOfReversal(work: WorkingSet, original: TransactionRow): TestBehaviour | undefined {
  const behaviour =
    work.account(original.panLookup)?.testBehaviour ?? behaviourOfAmount(original.requestedMinor)
  return behaviour?.kind === 'loseReplyAndReversal' ? { kind: 'loseReply' } : undefined
}
