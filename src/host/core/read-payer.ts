import { truncatePan } from '../../base/exposure.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { field59Value } from '../../iso8583/subfields/field-59.ts'
import { type CardReading, readCard } from './card-reading.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import type { TerminalRow } from './records.ts'
import { type Refusal, refuse } from './refusal.ts'
import { type CodeReading, WALLET_PREFIX } from './wallet-port.ts'

const REFUSALS: Readonly<Record<Exclude<CodeReading['kind'], 'good'>, Refusal>> = {
  unknown: refuse('14', 'no wallet has this payment code', 59),
  expired: refuse('54', 'the payment code is too old: the customer shows a new one', 59),
  otherPayment: refuse('64', 'the customer confirmed another amount or another merchant', 59),
  away: refuse('96', 'the file of the wallets cannot be used: see the disk'),
}

/** Who pays: the card of `request`, or the wallet whose code it carries in tag A3. Source: unionpay-pos, 11. */
export function readPayer(
  context: HostContext,
  request: HostRequest,
  terminal: TerminalRow,
): Result<CardReading | undefined, Refusal> {
  const code = request.extended === undefined ? undefined : field59Value(request.extended.items, 'A3')
  if (code === undefined || request.operation !== 'sale') return readPlainCard(context, request, terminal)
  const { wallets, security } = context
  if (wallets === undefined) return err(refuse('40', 'this host takes no payment codes', 59))
  if (request.pan !== undefined || request.track2 !== undefined || request.track3 !== undefined)
    return err(refuse('30', 'a payment code and a card', 59))
  const reading = wallets.readCode(code, {
    mid: terminal.mid,
    amountMinor: request.amountMinor ?? 0,
    nowMs: request.inbound.receivedAt.ms,
  })
  if (reading.kind !== 'good') return err(REFUSALS[reading.kind])
  const { walletNumber, serial, isConfirmed, confirmAboveMinor } = reading
  return ok({
    pan: walletNumber,
    lookup: security.lookupOf(walletNumber),
    truncated: truncatePan(walletNumber),
    expiry: undefined,
    serviceCode: undefined,
    code: { serial, isConfirmed, confirmAboveMinor },
  })
}

/** Numbers of wallets can be counted up: whoever knows one has nothing, without a code. */
function readPlainCard(
  { security }: HostContext,
  request: HostRequest,
  terminal: TerminalRow,
): Result<CardReading | undefined, Refusal> {
  const card = readCard(request, terminal, security)
  return card.ok && card.value?.pan.startsWith(WALLET_PREFIX)
    ? err(refuse('14', 'a wallet pays by its code, never by its number', 2))
    : card
}
