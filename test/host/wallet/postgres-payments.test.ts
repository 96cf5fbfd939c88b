import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PaymentKeys } from '../../../src/host/core/payment-keys.ts'
import { NO_ROWS } from '../../../src/host/core/store-port.ts'
import { PostgresPayments } from '../../../src/host/store/postgres-payments.ts'
import { readPostgresAddress } from '../../../src/host/store/postgres-place.ts'
import { BEGIN, COMMIT, step } from '../../../src/host/store/postgres-session.ts'
import { PostgresStore } from '../../../src/host/store/postgres-store.ts'
import { PostgresWallets } from '../../../src/host/store/postgres-wallets.ts'
import { StagedWalletRows } from '../../../src/host/wallet/staged-wallet-rows.ts'
import { WalletBook } from '../../../src/host/wallet/wallet-book.ts'
import { Wallets } from '../../../src/host/wallet/wallets.ts'
import { PostgresServer } from '../../postgres/postgres-server.ts'
import { SharedStore } from '../../postgres/shared-store.ts'
import { RECEIVED_AT, TID } from '../core/test-host.ts'
import type { Reply, TestTerminal } from '../core/test-terminal.ts'
import { fakeTag } from './fake-tag.ts'
import { describePayments, SIGNED_ID } from './wallet-suite.ts'

let server: PostgresServer
let address: string | undefined
beforeAll(async () => {
  server = await PostgresServer.start()
})
afterAll(() => server.close())

/** Eight dots, all black. */
const SIGNATURE = Uint8Array.from([1, 1, 1, 0, 0, 0xff])
const NO_PAYMENT_KEYS: PaymentKeys = { codes: [], orders: [], orderMessages: [], signatures: [] }

describePayments(
  'PostgreSQL',
  async (tagger) => {
    // One database for all: a new one takes longer than a test.
    address ??= await server.emptyDatabase()
    const store = await PostgresStore.open(readPostgresAddress(address))
    for (const table of ['wallets', 'walletCodes', 'walletOrders', 'signatures', 'transactions'])
      await store.together((session) => session.run([step({ name: '', text: `DELETE FROM ${table}` })]))
    await store.commit({ ...NO_ROWS, newTransactions: [transaction(SIGNED_ID)] })
    let number = 100
    return {
      customers: new PostgresWallets(store, tagger),
      decide: (keys, act) =>
        store.together(async (session) => {
          const payments = new PostgresPayments(session, tagger, () => ++number)
          await session.run([BEGIN])
          await payments.fill({ ...NO_PAYMENT_KEYS, ...keys })
          const { wallets, signatures } = payments.ports
          if (wallets === undefined || signatures === undefined) throw new Error('no ports')
          const done = act({ wallets, signatures })
          await session.run([...payments.writes(), COMMIT])
          return done
        }),
      close: () => store.close(),
    }
  },
  fakeTag,
)

function transaction(id: number) {
  return {
    id,
    tid: TID,
    mid: '001290058120001',
    batchNumber: 1,
    stan: 7,
    kind: 'sale',
    state: 'approved',
    dialect: 'unionpay-pos',
    responseCode: '00',
    authorisationCode: '',
    requestedMinor: 2_000,
    approvedMinor: 2_000,
    currency: '156',
    panLookup: '',
    panTruncated: '',
    cardClass: 'domestic',
    accountKnown: false,
    entryMode: '021',
    moneyMinor: 0,
    heldMinor: 0,
    originalId: undefined,
    refundedMinor: 0,
    reversalId: undefined,
    reversalReason: '',
    scriptResult: '',
    receivedAtMs: 0,
    localTime: RECEIVED_AT.localTime,
  } as const
}

const NOW = RECEIVED_AT.ms
const LIMIT = 50_000

function tlv(tag: string, value: string): string {
  return `${tag}${String(value.length).padStart(3, '0')}${value}`
}

/** Two hosts on one database, one terminal, and Li with 1 000.00. */
async function openShared() {
  const shared = await SharedStore.open(await server.emptyDatabase(), 2)
  const [terminal] = shared.terminals
  if (terminal === undefined) throw new Error('no terminal')
  const { security } = shared.host
  const wallets = new PostgresWallets(shared.store, fakeTag)
  await wallets.addWallet('Li', LIMIT, NOW)
  await shared.store.staged((staged) => {
    const book = new WalletBook(new StagedWalletRows(() => 0), fakeTag)
    return new Wallets(book, staged, security, () => NOW).add({
      name: 'Li',
      balanceMinor: 100_000,
      confirmAboveMinor: LIMIT,
    })
  })
  const balance = async () =>
    (await shared.store.listAccounts()).find(({ issuerId }) => issuerId === 'wallet')?.state.balanceMinor
  return { shared, terminal, wallets, balance }
}

function orderMessage(terminal: TestTerminal, networkCode: string, fields: object) {
  const stan = String(terminal.nextStan()).padStart(6, '0')
  return terminal.inbound('0820', { 11: stan, 60: terminal.field60('00', networkCode), ...fields })
}

function payment(terminal: TestTerminal, code: string, amount: number) {
  return terminal.inbound(
    '0200',
    terminal.financialFields('000000', '00', '22', {
      amount,
      fields: { 22: '030', 35: undefined, 53: undefined, 59: tlv('A3', code) },
    }),
  )
}

const codeOf = (reply: Reply): string => String(reply.fields[39])

it('an order of one host is seen, paid, voided and signed at the other, and never paid twice', async () => {
  const { shared, terminal, wallets, balance } = await openShared()
  const created = await shared.send(
    0,
    terminal,
    orderMessage(terminal, '811', { 4: '000000002000', 49: '156' }),
  )
  const text = String(created.fields[59])
  const payload = /B2\d{3}(TW1:\d+-\d{6})/.exec(text)?.[1] ?? ''
  const scanned = await wallets.scan(payload, NOW)
  if (typeof scanned === 'string') throw new Error(scanned)
  await wallets.confirm(1, scanned.number, NOW)
  const named = tlv('B1', String(scanned.number))
  const asked = await shared.send(1, terminal, orderMessage(terminal, '812', { 59: named }))
  const code = /B4019(\d{19})$/.exec(String(asked.fields[59]))?.[1] ?? ''
  // Two different requests with the same code, at both hosts at the same moment.
  const requests = [0, 1].map(() => payment(terminal, code, 2_000))
  const answers = await Promise.all(requests.map((request, at) => shared.send(at, terminal, request)))
  expect(answers.map(codeOf).sort()).toEqual(['00', '12'])
  expect(await balance()).toBe(98_000)
  const paid = answers.find((reply) => codeOf(reply) === '00')
  if (paid === undefined) throw new Error('not paid')
  const upload = () =>
    terminal.inbound('0820', {
      4: '000000002000',
      11: String(paid.fields[11]),
      60: terminal.field60('07', '800'),
      62: SIGNATURE,
    })
  const signed = [await shared.send(1, terminal, upload()), await shared.send(0, terminal, upload())]
  expect(signed.map(codeOf)).toEqual(['00', '94'])
  const voucher = tlv('A4', String(paid.fields[37]))
  const voided = await shared.send(
    0,
    terminal,
    terminal.inbound(
      '0200',
      terminal.financialFields('200000', '00', '23', {
        amount: 2_000,
        fields: {
          22: '030',
          35: undefined,
          53: undefined,
          59: voucher,
          37: paid.fields[37],
          61: `${String(terminal.batch).padStart(6, '0')}${String(paid.fields[11])}0314`,
        },
      }),
    ),
  )
  expect(codeOf(voided)).toBe('00')
  expect(await balance()).toBe(100_000)
  expect(await shared.store.checkBooks()).toEqual([])
  expect(shared.logs.flatMap(({ faults }) => faults)).toEqual([])
  await shared.close()
})
