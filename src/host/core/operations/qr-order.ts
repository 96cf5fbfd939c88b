import { type Field59Item, field59Value } from '../../../iso8583/subfields/field-59.ts'
import { accept, type Decision, deny } from '../decision.ts'
import type { HostContext } from '../host-context.ts'
import type { HostRequest } from '../host-request.ts'
import type { TerminalRow } from '../records.ts'
import { type Refusal, refuse } from '../refusal.ts'
import type { OrderState, QrOrder, WalletPort } from '../wallet-port.ts'

/** Tag B3. */
const STATES: Readonly<Record<OrderState, string>> = {
  open: '0',
  confirmed: '1',
  refused: '2',
  closed: '3',
  expired: '4',
}

const AWAY = refuse('96', 'the file of the wallets cannot be used: see the disk')
const NO_ORDER = refuse('25', 'this terminal has no such order', 59)

/** Opens an order (60.3 811), tells how it stands (812), or closes it (813). No money moves: a sale does that. */
export function qrOrder(context: HostContext, request: HostRequest, terminal: TerminalRow): Decision {
  const id = context.numbers.take()
  const { wallets } = context
  const order: QrOrder | Refusal =
    wallets === undefined
      ? refuse('40', 'this host takes no payment codes', 60)
      : orderOf(wallets, request, terminal)
  if ('approved' in order) return deny(terminal, id, order)
  return accept(terminal, id, { amountMinor: request.amountMinor, extended: itemsOf(order) })
}

function orderOf(wallets: WalletPort, request: HostRequest, terminal: TerminalRow): QrOrder | Refusal {
  const { ms } = request.inbound.receivedAt
  const { tid, mid } = terminal
  if (request.networkCode === '811') {
    const amountMinor = request.amountMinor ?? 0
    if (amountMinor === 0) return refuse('13', 'the amount is missing or zero', 4)
    const batchNumber = request.batchNumber ?? terminal.batchNumber
    const { currency, stan = 0 } = request
    return wallets.openOrder({ tid, mid, batchNumber, stan, amountMinor, currency }, ms) ?? AWAY
  }
  const text = request.extended === undefined ? undefined : field59Value(request.extended.items, 'B1')
  if (text === undefined || !/^\d{1,12}$/.test(text)) return refuse('30', 'no order number', 59)
  const isClosing = request.networkCode === '813'
  const found = (isClosing ? wallets.closeOrder : wallets.order).call(wallets, tid, Number(text), ms)
  if (found === 'none') return NO_ORDER
  return found ?? AWAY
}

function itemsOf({ number, state, payload, paymentCode }: QrOrder): readonly Field59Item[] {
  return [
    { tag: 'B1', value: String(number) },
    ...(payload === undefined ? [] : [{ tag: 'B2', value: payload }]),
    { tag: 'B3', value: STATES[state] },
    ...(paymentCode === undefined ? [] : [{ tag: 'B4', value: paymentCode }]),
  ]
}
