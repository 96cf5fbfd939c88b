import type { CardReading } from './card-reading.ts'
import { catalogueScopes } from './catalogue-scope.ts'
import type { HostRequest } from './host-request.ts'
import type { TerminalRow } from './records.ts'
import type { BatchKey, LookupKeys, TransactionKey } from './store-port.ts'

/** Collects which rows a batch needs. */
export class KeyCollector implements LookupKeys {
  readonly terminals: string[] = []
  readonly transactions: TransactionKey[] = []
  readonly transactionIds: number[] = []
  readonly accounts: string[] = []
  readonly holdsOfAccounts: string[] = []
  readonly batches: BatchKey[] = []
  readonly wholeBatches: BatchKey[] = []
  readonly catalogue: string[] = []

  addTerminal(tid: string): void {
    if (tid !== '') this.terminals.push(tid)
  }

  addRequest(request: HostRequest, terminal: TerminalRow, card: CardReading | undefined): void {
    const { tid } = terminal
    const batchNumber = request.batchNumber ?? terminal.batchNumber
    switch (request.operation) {
      case 'signIn':
      case 'signOff':
      case 'echo':
      case 'qrOrder':
      case 'unsupported':
      case 'undecodable':
        return
      case 'download':
        this.catalogue.push(...catalogueScopes(terminal))
        return
      case 'settlement':
      case 'batchEnd':
        this.#addSettlement(tid, batchNumber)
        return
      case 'batchUpload':
        this.batches.push({ tid, batchNumber })
        for (const { stan } of request.uploads ?? []) this.transactions.push({ tid, batchNumber, stan })
        return
      default:
        this.#addTransaction(request, tid, batchNumber, card)
    }
  }

  #addSettlement(tid: string, batchNumber: number): void {
    this.wholeBatches.push({ tid, batchNumber })
    // A repeat of the settlement that closed the batch before.
    this.batches.push({ tid, batchNumber: batchNumber === 1 ? 999_999 : batchNumber - 1 })
  }

  #addTransaction(
    { stan, original, operation, authorisationCode }: HostRequest,
    tid: string,
    batchNumber: number,
    card: CardReading | undefined,
  ): void {
    if (stan !== undefined) this.transactions.push({ tid, batchNumber, stan })
    if (original.stan !== undefined) {
      this.transactions.push({
        tid,
        batchNumber: original.batchNumber ?? batchNumber,
        stan: original.stan,
      })
    }
    if (original.id !== undefined) this.transactionIds.push(original.id)
    if (card === undefined) return
    this.accounts.push(card.lookup)
    const isOfHold = operation.startsWith('preAuthorisation') || operation.startsWith('completion')
    if (isOfHold && authorisationCode !== '') this.holdsOfAccounts.push(card.lookup)
  }
}
