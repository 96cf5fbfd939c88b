import { field59Value } from '../../iso8583/subfields/field-59.ts'
import type { HostRequest } from './host-request.ts'
import type { TerminalRow } from './records.ts'
import type { TransactionKey } from './store-port.ts'

/** Rows of wallets and signatures that messages name, for a store that must be asked before anything is decided. */
export interface PaymentKeys {
  /** Payment codes, as they came. */
  readonly codes: readonly string[]
  /** Orders by number. */
  readonly orders: readonly number[]
  /** Messages that may have an order already. */
  readonly orderMessages: readonly TransactionKey[]
  /** Transactions that may have a signature already. */
  readonly signatures: readonly TransactionKey[]
}

/** Collects which rows of wallets and signatures a batch needs. */
export class PaymentKeyCollector implements PaymentKeys {
  readonly codes: string[] = []
  readonly orders: number[] = []
  readonly orderMessages: TransactionKey[] = []
  readonly signatures: TransactionKey[] = []

  add({ operation, networkCode, extended, stan = 0, ...request }: HostRequest, terminal: TerminalRow): void {
    const key = { tid: terminal.tid, batchNumber: request.batchNumber ?? terminal.batchNumber, stan }
    const value = (tag: string): string | undefined =>
      extended === undefined ? undefined : field59Value(extended.items, tag)
    if (operation === 'signature') this.signatures.push(key)
    else if (operation === 'qrOrder') {
      const number = value('B1')
      if (networkCode === '811') this.orderMessages.push(key)
      else if (number !== undefined && /^\d{1,12}$/.test(number)) this.orders.push(Number(number))
    } else if (operation === 'sale') {
      const code = value('A3')
      if (code === undefined) return
      this.codes.push(code)
      // The customer may have to be asked first.
      this.orderMessages.push(key)
    }
  }
}
