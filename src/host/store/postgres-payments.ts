import type { PaymentPorts } from '../core/host-core.ts'
import type { PaymentKeys } from '../core/payment-keys.ts'
import type { TransactionKey } from '../core/store-port.ts'
import { type CodeTagger, parsePaymentCode } from '../wallet/payment-code.ts'
import { StagedSignatures } from '../wallet/staged-signatures.ts'
import { StagedWalletRows } from '../wallet/staged-wallet-rows.ts'
import { WalletBook } from '../wallet/wallet-book.ts'
import { PAYMENT_READS, paymentWrites, SIGNED, STORED_PAYMENT } from './postgres-payment-rows.ts'
import { type PostgresSession, type Step, step } from './postgres-session.ts'
import { arrayOf, type Fields, transposed } from './postgres-values.ts'

/**
 * Wallets and signatures of one batch on a shared database: what the messages name is read, and locked where it may change,
 * before anything is decided; what was decided is written in the batch's own transaction. So an order, a payment and its
 * answer are durable together, at whichever host.
 */
export class PostgresPayments {
  readonly ports: PaymentPorts
  readonly #session: PostgresSession
  readonly #tagger: CodeTagger | undefined
  readonly #rows: StagedWalletRows
  readonly #signatures = new StagedSignatures()

  /** `tagger` undefined: this host takes no codes and no signatures. `takeOrderNumber`: one that nobody had. */
  constructor(session: PostgresSession, tagger: CodeTagger | undefined, takeOrderNumber: () => number) {
    this.#session = session
    this.#tagger = tagger
    this.#rows = new StagedWalletRows(takeOrderNumber)
    this.ports =
      tagger === undefined
        ? {}
        : { wallets: new WalletBook(this.#rows, tagger), signatures: this.#signatures }
  }

  /** Within the batch's transaction, after its terminals were locked. */
  async fill(keys: PaymentKeys): Promise<void> {
    const tagger = this.#tagger
    if (tagger === undefined) return
    const { orders, orderMessages, signatures } = keys
    const codes = keys.codes.flatMap((code) => parsePaymentCode(code, tagger) ?? [])
    const takeOrders = (rows: readonly Fields[]): void => {
      for (const row of rows) this.#rows.takeOrder(STORED_PAYMENT.order(row))
    }
    const asked: { readonly step: Step; readonly take: (rows: readonly Fields[]) => void }[] = []
    // What is locked comes first: a row that is read twice counts as it was locked.
    if (orders.length > 0)
      asked.push({ step: step(PAYMENT_READS.orders.locking, arrayOf(orders)), take: takeOrders })
    if (orderMessages.length > 0) {
      const wanted = messages(orderMessages)
      asked.push({ step: step(PAYMENT_READS.ordersOfMessages.locking, ...wanted), take: takeOrders })
    }
    if (codes.length > 0) asked.push(...this.#codeReads(codes, takeOrders))
    if (signatures.length > 0) {
      asked.push({
        step: step(SIGNED, ...messages(signatures)),
        take: (rows) => {
          for (const [id] of rows) this.#signatures.take(Number(id))
        },
      })
    }
    if (asked.length === 0) return
    const results = await this.#session.run(asked.map((each) => each.step))
    for (const [index, { take }] of asked.entries()) take(results[index] ?? [])
  }

  /** What the decisions changed, for the batch's commit. */
  writes(): readonly Step[] {
    return paymentWrites(this.#rows.changes(), this.#signatures.changes())
  }

  #codeReads(
    codes: readonly { readonly wallet: number; readonly serial: number }[],
    takeOrders: (rows: readonly Fields[]) => void,
  ) {
    const keys = transposed(
      2,
      codes.map(({ wallet, serial }) => [wallet, serial]),
    )
    // Nothing of these changes once a code names it, but for the state of an order, which a payment does not ask for.
    return [
      {
        step: step(PAYMENT_READS.wallets.plain, arrayOf(codes.map(({ wallet }) => wallet))),
        take: (rows: readonly Fields[]) => {
          for (const row of rows) this.#rows.takeWallet(STORED_PAYMENT.wallet(row))
        },
      },
      {
        step: step(PAYMENT_READS.codes.plain, ...keys),
        take: (rows: readonly Fields[]) => {
          for (const { wallet, serial, ...code } of rows.map(STORED_PAYMENT.code))
            this.#rows.takeCode(wallet, serial, code)
        },
      },
      { step: step(PAYMENT_READS.ordersOfCodes.plain, ...keys), take: takeOrders },
    ]
  }
}

function messages(keys: readonly TransactionKey[]): readonly string[] {
  return transposed(
    3,
    keys.map(({ tid, batchNumber, stan }) => [tid, batchNumber, stan]),
  )
}
