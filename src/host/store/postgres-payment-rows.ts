import type { NewSignature } from '../wallet/staged-signatures.ts'
import type { StagedWallet, WalletChanges } from '../wallet/staged-wallet-rows.ts'
import type { CodeRow, OrderRow, WalletRow } from '../wallet/wallet-rows.ts'
import { type Read, read } from './postgres-reads.ts'
import type { Statement, Step } from './postgres-session.ts'
import { rowReader } from './postgres-values.ts'
import { change, insert, put, update } from './postgres-writer.ts'
import { type Mapping, words } from './sqlite-mapping.ts'

/** A code as it stands in its table. */
export type StoredCode = CodeRow & { readonly wallet: number; readonly serial: number }

const WALLETS: Mapping<StagedWallet> = {
  table: 'wallets',
  columns: words('number name confirmAboveMinor lastSerial createdMs'),
  values: (row) => [row.number, row.name, row.confirmAboveMinor, row.lastSerial, row.createdMs],
}

const CODES: Mapping<StoredCode> = {
  table: 'walletCodes',
  columns: words('wallet serial issuedMs expiresMs orderNumber'),
  values: (row) => [row.wallet, row.serial, row.issuedMs, row.expiresMs, row.orderNumber],
}

const ORDERS: Mapping<OrderRow> = {
  table: 'walletOrders',
  columns: words(
    'number secret shownBy tid mid batchNumber stan amountMinor currency state wallet serial createdMs expiresMs',
  ),
  values: (row) => [
    row.number,
    row.secret,
    row.shownBy,
    row.tid,
    row.mid,
    row.batchNumber,
    row.stan,
    row.amountMinor,
    row.currency,
    row.state,
    row.wallet,
    row.serial,
    row.createdMs,
    row.expiresMs,
  ],
}

const SIGNATURES: Mapping<NewSignature> = {
  table: 'signatures',
  columns: words('transactionId body receivedMs'),
  values: (row) => [row.transactionId, row.body, row.receivedMs],
}

const OF_MESSAGE = `JOIN unnest($1::text[], $2::bigint[], $3::bigint[]) AS k (tid, batchNumber, stan)
   ON t.tid = k.tid AND t.batchNumber = k.batchNumber AND t.stan = k.stan`
const OF_CODE = 'JOIN unnest($1::bigint[], $2::bigint[]) AS k (wallet, serial)'

/** Reads of wallets, codes, orders and signatures by their keys. */
export const PAYMENT_READS = {
  wallets: read('wallets', WALLETS, 'WHERE t.number = ANY($1::bigint[])', 't.number'),
  codes: read(
    'walletCodes',
    CODES,
    `${OF_CODE} ON t.wallet = k.wallet AND t.serial = k.serial`,
    't.wallet, t.serial',
  ),
  orders: read('walletOrders', ORDERS, 'WHERE t.number = ANY($1::bigint[])', 't.number'),
  ordersOfMessages: read('walletOrdersOfMessages', ORDERS, OF_MESSAGE, 't.number'),
  ordersOfCodes: read(
    'walletOrdersOfCodes',
    ORDERS,
    `JOIN walletCodes c ON c.orderNumber = t.number ${OF_CODE} ON c.wallet = k.wallet AND c.serial = k.serial`,
    't.number',
  ),
  ordersOfWallet: read(
    'walletOrdersOfWallet',
    ORDERS,
    `WHERE t.number IN (SELECT o.number FROM walletOrders o WHERE o.wallet = $1::bigint
       ORDER BY o.number DESC LIMIT $2::bigint)`,
    't.number',
  ),
} as const satisfies Record<string, Read>

/** The code that a wallet showed last. */
export const LAST_CODE: Statement = {
  name: 'lastWalletCode',
  text: `SELECT t.wallet, t.serial, t.issuedMs, t.expiresMs, t.orderNumber FROM walletCodes t
    JOIN wallets w ON w.number = t.wallet AND w.lastSerial = t.serial WHERE w.number = $1::bigint`,
}

export const ALL_WALLETS: Statement = {
  name: 'allWallets',
  text: 'SELECT number, name, confirmAboveMinor, lastSerial, createdMs FROM wallets ORDER BY number',
}

/** Which transactions of these messages have a signature. */
export const SIGNED: Statement = {
  name: 'signed',
  text: `SELECT s.transactionId FROM signatures s JOIN transactions t ON t.id = s.transactionId ${OF_MESSAGE}`,
}

export const SIGNATURE_OF: Statement = {
  name: 'signatureOf',
  text: 'SELECT body FROM signatures WHERE transactionId = $1::bigint',
}

/** Rows of payments as the server sends them. */
export const STORED_PAYMENT = {
  wallet: rowReader<WalletRow>(WALLETS.table, WALLETS.columns),
  code: rowReader<StoredCode>(CODES.table, CODES.columns),
  order: rowReader<OrderRow>(ORDERS.table, ORDERS.columns),
  signature: rowReader<{ readonly body: Uint8Array }>(SIGNATURES.table, ['body']),
}

const NEW_WALLETS = insert(WALLETS)
const NEW_CODES = insert(CODES)
const NEW_ORDERS = insert(ORDERS)
const NEW_SIGNATURES = insert(SIGNATURES)
const LAST_SERIALS = update(WALLETS.table, ['lastSerial'], 'number')
const ORDER_CHANGES = ['state', 'wallet', 'serial', 'expiresMs']
const CHANGE_ORDERS = update(ORDERS.table, ORDER_CHANGES, 'number')

/** The statements that write what was changed: one a table, none when nothing was. */
export function paymentWrites(
  { newWallets, lastSerials, newCodes, newOrders, changedOrders }: WalletChanges,
  signatures: readonly NewSignature[],
): readonly Step[] {
  return [
    ...put(NEW_WALLETS, newWallets),
    ...change(
      LAST_SERIALS,
      2,
      lastSerials.map(({ wallet, serial }) => [serial, wallet]),
    ),
    ...put(NEW_CODES, newCodes),
    ...put(NEW_ORDERS, newOrders),
    ...change(
      CHANGE_ORDERS,
      ORDER_CHANGES.length + 1,
      changedOrders.map(({ state, wallet, serial, expiresMs, number }) => [
        state,
        wallet,
        serial,
        expiresMs,
        number,
      ]),
    ),
    ...put(NEW_SIGNATURES, signatures),
  ]
}

/** For the test that reads every statement. */
export const PAYMENT_STATEMENTS: readonly Statement[] = [
  ...[NEW_WALLETS, NEW_CODES, NEW_ORDERS, NEW_SIGNATURES].map(({ statement }) => statement),
  LAST_SERIALS,
  CHANGE_ORDERS,
  LAST_CODE,
  ALL_WALLETS,
  SIGNED,
  SIGNATURE_OF,
]
