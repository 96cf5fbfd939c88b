import { toHex } from '../../../base/bytes.ts'
import { decodeTlvs } from '../../../emv/ber-tlv.ts'
import { accept, type Decision, deny } from '../decision.ts'
import type { HostContext } from '../host-context.ts'
import type { HostRequest } from '../host-request.ts'
import type { TerminalRow } from '../records.ts'
import { refuse } from '../refusal.ts'
import type { WorkingSet } from '../working-set.ts'

/** Keeps what the card said to the issuer's script beside the transaction that carried it. */
export function scriptResult(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const id = context.numbers.take()
  const { original } = request
  const batchNumber = original.batchNumber ?? terminal.batchNumber
  const row =
    original.stan === undefined ? undefined : work.transactionByKey(terminal.tid, batchNumber, original.stan)
  if (row === undefined) return deny(terminal, id, refuse('25', 'no transaction for this script result', 61))
  const tlvs = decodeTlvs(request.chipData ?? new Uint8Array(0))
  const result = tlvs.ok ? tlvs.value.find(({ tag }) => tag === 'DF31')?.value : undefined
  if (result === undefined || result.length > SIZE_MAX) {
    return deny(terminal, id, refuse('30', 'field 55 has no tag DF31 of at most 50 bytes', 55))
  }
  work.changeTransaction({ ...row, scriptResult: toHex(result) })
  return accept(terminal, id, { amountMinor: request.amountMinor })
}

/** Ten scripts of five bytes. */
const SIZE_MAX = 50
