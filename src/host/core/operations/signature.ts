import { parseSignature } from '../../../iso8583/subfields/signature-image.ts'
import { accept, type Decision, deny } from '../decision.ts'
import type { HostContext } from '../host-context.ts'
import type { HostRequest } from '../host-request.ts'
import type { TerminalRow } from '../records.ts'
import { type Refusal, refuse } from '../refusal.ts'
import type { WorkingSet } from '../working-set.ts'

/**
 * 0820/800: keeps a signature with its transaction, which is named by trace number and batch, and by field 37 where there is
 * one. 94 when it has one already. Source: unionpay-pos, 4.
 */
export function keepSignature(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const id = context.numbers.take()
  const { amountMinor, original, stan = 0, multiUse, inbound } = request
  const no = (refusal: Refusal): Decision => deny(terminal, id, refusal, { amountMinor })
  if (context.signatures === undefined) return no(refuse('40', 'this host keeps no signatures', 60))
  const row = work.transactionByKey(terminal.tid, request.batchNumber ?? terminal.batchNumber, stan)
  const isOther = original.id !== undefined && original.id !== row?.id
  if (row === undefined || isOther || row.state === 'declined')
    return no(refuse('25', 'no approved transaction for this signature', 11))
  if (amountMinor !== row.approvedMinor)
    return no(refuse('64', 'the amount is not that of the transaction', 4))
  if (multiUse === undefined || parseSignature(multiUse) === undefined)
    return no(refuse('30', 'field 62 is no signature', 62))
  const kept = context.signatures.keep(row.id, multiUse, inbound.receivedAt.ms)
  if (kept === undefined) return no(refuse('96', 'the file of the signatures cannot be used: see the disk'))
  if (kept === 'there') return no(refuse('94', 'this transaction has its signature', 11))
  return { ...accept(terminal, row.id, { amountMinor }), panTruncated: row.panTruncated }
}
