import { invariant } from '../../base/invariant.ts'
import type { PendingSignature, ReceiptContent, TerminalState } from './terminal-model.ts'

export type SignatureRecord =
  /** The customer has signed on the screen: the slip carries it, and the host is to have it. `body`: field 62, hexadecimal. */
  | {
      readonly kind: 'signatureTaken'
      readonly batch: string
      readonly stan: string
      readonly body: string
    }
  /** The host has it. */
  | { readonly kind: 'signatureDelivered'; readonly batch: string; readonly stan: string }

/** @throws {InvariantError} when the transaction is not in the batch. */
export function applySignatureRecord(state: TerminalState, record: SignatureRecord): TerminalState {
  const { batch, stan } = record
  const isIt = ({ request }: { readonly request: { readonly batch: string; readonly stan: string } }) =>
    request.batch === batch && request.stan === stan
  const waiting = state.signatures ?? []
  if (record.kind === 'signatureDelivered')
    return { ...state, signatures: waiting.filter((each) => !isIt(each)) }
  const transaction = state.transactions.find(isIt)
  invariant(transaction !== undefined, 'a signature of nothing')
  const { request, reply, amountMinor } = transaction
  const signature = record.body
  const pending: PendingSignature = { request, amountMinor, body: signature, ...(reply && { reply }) }
  const signed = (content: ReceiptContent): ReceiptContent =>
    content.kind === 'transaction' && isIt(content.transaction)
      ? { kind: 'transaction', transaction: { ...content.transaction, signature } }
      : content
  const { lastReceipt } = state
  return {
    ...state,
    signatures: [...waiting, pending],
    transactions: state.transactions.map((each) => (isIt(each) ? { ...each, signature } : each)),
    owedReceipts: state.owedReceipts.map((each) => ({ ...each, content: signed(each.content) })),
    ...(lastReceipt === undefined ? {} : { lastReceipt: signed(lastReceipt) }),
  }
}
