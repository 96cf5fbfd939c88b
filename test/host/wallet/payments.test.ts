import { OfficeDatabase } from '../../../src/host/office/office-database.ts'
import type { CodeTagger } from '../../../src/host/wallet/payment-code.ts'
import { SignatureBook } from '../../../src/host/wallet/signature-book.ts'
import { SqliteWalletRows } from '../../../src/host/wallet/sqlite-wallet-rows.ts'
import { StagedSignatures } from '../../../src/host/wallet/staged-signatures.ts'
import { StagedWalletRows } from '../../../src/host/wallet/staged-wallet-rows.ts'
import { WalletBook } from '../../../src/host/wallet/wallet-book.ts'
import type { WalletRows } from '../../../src/host/wallet/wallet-rows.ts'
import { fakeTag } from './fake-tag.ts'
import { type Customers, describePayments, type PaymentWorld } from './wallet-suite.ts'

function worldOf(
  rows: WalletRows,
  signatures: SignatureBook | StagedSignatures,
  tagger: CodeTagger,
  close: () => void = () => {},
): PaymentWorld {
  const book = new WalletBook(rows, tagger)
  const customers: Customers = {
    addWallet: async (...given) => book.addWallet(...given),
    wallets: async () => book.wallets(),
    wallet: async (number) => book.wallet(number),
    showCode: async (...given) => book.showCode(...given),
    scan: async (...given) => book.scan(...given),
    confirm: async (...given) => book.confirm(...given),
    refuse: async (...given) => book.refuse(...given),
    ordersOf: async (...given) => book.ordersOf(...given),
    orderRow: async (number) => book.orderRow(number),
    signature: async (id) => signatures.find(id),
  }
  return {
    customers,
    decide: async (_keys, act) => act({ wallets: book, signatures }),
    close: async () => close(),
  }
}

describePayments(
  'memory',
  async (tagger) => {
    let number = 0
    return worldOf(new StagedWalletRows(() => ++number), new StagedSignatures(), tagger)
  },
  fakeTag,
)

describePayments(
  'SQLite',
  async (tagger) => {
    const file = new OfficeDatabase(':memory:')
    return worldOf(new SqliteWalletRows(file), new SignatureBook(file), tagger, () => file.close())
  },
  fakeTag,
)
