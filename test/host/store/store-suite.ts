import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type {
  AccountRow,
  BatchRow,
  CatalogueRow,
  ExplainRow,
  HoldRow,
  LedgerEntryRow,
  TerminalSetup,
  TransactionRow,
  UploadRow,
} from '../../../src/host/core/records.ts'
import {
  batchKey,
  type HostStore,
  type LookupKeys,
  NO_KEYS,
  NO_ROWS,
  Snapshot,
  type StoreRows,
  type TransactionFilter,
  transactionKey,
} from '../../../src/host/core/store-port.ts'
import { type AsyncHostStore, promisedStore } from '../../../src/host/store/async-store.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { expectRightBooks } from '../core/books.ts'
import { BALANCE, FOREIGN_PAN, MID, PIN, TestHost, TID } from '../core/test-host.ts'
import { TestTerminal } from '../core/test-terminal.ts'

const LOOKUP = 'A'.repeat(32)

export const TRANSACTION: TransactionRow = {
  id: 10,
  tid: TID,
  mid: MID,
  batchNumber: 1,
  stan: 1,
  kind: 'sale',
  state: 'approved',
  dialect: 'unionpay-pos',
  responseCode: '00',
  authorisationCode: '000010',
  requestedMinor: 500,
  approvedMinor: 500,
  currency: '156',
  panLookup: LOOKUP,
  panTruncated: '621094******0011',
  cardClass: 'foreign',
  accountKnown: true,
  entryMode: '021',
  moneyMinor: -500,
  heldMinor: 0,
  originalId: undefined,
  refundedMinor: 0,
  reversalId: undefined,
  reversalReason: '',
  scriptResult: '',
  receivedAtMs: 1_764_000_000_000,
  localTime: { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5 },
  conversion: {
    by: 'cardholder',
    currency: '392',
    amountMinor: 107,
    rate: '21.375',
    markupBasisPoints: 35,
    version: 7,
  },
}

const ACCOUNT: AccountRow = {
  pan: { lookup: LOOKUP, ciphertext: Uint8Array.of(1, 2, 255), truncated: '621094******0011' },
  issuerId: 'home',
  currency: '156',
  expiry: '3012',
  status: 'lost',
  hasChip: true,
  pinReference: undefined,
  pinTriesMax: 3,
  limits: { singleMinor: 1, dailyMinor: undefined, dailyCount: 0 },
  testBehaviour: { kind: 'delay', delayMs: 20 },
  state: {
    balanceMinor: -500,
    heldMinor: 0,
    pinTriesLeft: 2,
    lastTransactionCounter: 65_535,
    day: '20260102',
    spentTodayMinor: 500,
    countToday: 1,
  },
}

const HOLD: HoldRow = {
  id: 20,
  panLookup: LOOKUP,
  mid: MID,
  tid: TID,
  batchNumber: 1,
  stan: 2,
  authorisationCode: '000020',
  amountMinor: 700,
  state: 'open',
  endedById: undefined,
}

const BATCH: BatchRow = {
  tid: TID,
  batchNumber: 1,
  mid: MID,
  state: 'settling',
  terminalTotals: undefined,
  hostTotals: {
    domestic: { debitMinor: 1, debitCount: 2, creditMinor: 3, creditCount: 4 },
    foreign: { debitMinor: 5, debitCount: 6, creditMinor: 7, creditCount: 8 },
  },
  domesticFlag: '1',
  foreignFlag: '3',
  settlementStan: undefined,
  recordCount: 12,
  closedAtMs: undefined,
}

const UPLOAD: UploadRow = {
  tid: TID,
  batchNumber: 1,
  stan: 5,
  kind: 'chip',
  amountMinor: 9,
  panLookup: LOOKUP,
  panTruncated: '',
  result: 'extra',
  transactionId: undefined,
}

const EXPLAIN: ExplainRow = {
  receivedAtMs: 5,
  dialect: 'iso1987-ascii',
  tid: '',
  mti: '',
  stan: undefined,
  responseCode: '',
  reason: 'why',
  field: 35,
  offset: 0,
  decodableAs: ['unionpay-pos', 'iso1987-binary'],
}

function entry(
  postingId: number,
  index: number,
  amountMinor: number,
  more: Partial<LedgerEntryRow> = {},
): LedgerEntryRow {
  return { postingId, index, account: 'merchant', owner: MID, amountMinor, currency: '156', ...more }
}

/** The ciphertext in plain numbers: a Buffer is as good as an array of bytes. */
function plain({ pan, ...row }: AccountRow) {
  return { ...row, pan: { ...pan, ciphertext: [...pan.ciphertext] } }
}

/** Keeps what the core commits. */
class Recorder extends MemoryStore {
  readonly commits: StoreRows[] = []

  override commit(rows: StoreRows): void {
    super.commit(rows)
    this.commits.push(rows)
  }
}

/** A store in this process, or one across a network. */
type Opened = HostStore | AsyncHostStore

function isLocal(store: Opened): store is HostStore {
  return store instanceof MemoryStore || store instanceof SqliteStore
}

/** What each store must do, whatever it is made of. `open` gives an empty one. */
export function describeStore(name: string, open: () => Opened | Promise<Opened>): void {
  describe(`store: ${name}`, () => {
    let opened: Opened
    let store: AsyncHostStore
    beforeEach(async () => {
      opened = await open()
      store = isLocal(opened) ? promisedStore(opened) : opened
    })
    afterEach(() => store.close())

    const fetched = async (keys: Partial<LookupKeys>): Promise<Snapshot> => {
      const snapshot = new Snapshot()
      await store.fetch({ ...NO_KEYS, ...keys }, snapshot)
      return snapshot
    }

    /** Lets the core work on the store; one across a network gets the core's commits, one by one. */
    const throughCore = async (work: (host: TestHost) => void): Promise<TestHost> => {
      const recorder = new Recorder()
      const host = new TestHost(isLocal(opened) ? opened : recorder)
      work(host)
      for (const rows of recorder.commits) await store.commit(rows)
      return host
    }

    it('gives rows back as they were put, with what is undefined', async () => {
      const other = { ...TRANSACTION, id: 20, stan: 2, originalId: 10, reversalId: 21, scriptResult: 'AB' }
      await store.commit({
        ...NO_ROWS,
        accounts: [ACCOUNT],
        newTransactions: [TRANSACTION, other],
        holds: [HOLD],
        entries: [entry(10, 0, 500)],
        batches: [BATCH],
        uploads: [UPLOAD],
        explains: [EXPLAIN],
      })
      expect(await store.listAccounts()).toEqual([ACCOUNT])
      expect(await store.listTransactions({})).toEqual([other, TRANSACTION])
      expect(await store.listBatches()).toEqual([BATCH])
      expect(await store.listBatches('none')).toEqual([])
      expect(await store.listUploads(BATCH)).toEqual([UPLOAD])
      expect(await store.listExplains(1)).toEqual([EXPLAIN])
      expect(await store.ledgerEntries(10)).toEqual([entry(10, 0, 500)])
      expect((await fetched({ holdsOfAccounts: [LOOKUP] })).holds.get(20)).toEqual(HOLD)
    })

    it('gives master data back, profiles and wrapped keys with it', async () => {
      const host = await throughCore((on) => void TestTerminal.signedIn(on).sale())
      const row = host.terminal()
      expect(row.macKey?.block).toMatch(/^mac-/)
      expect(row.macKey?.checkValue).toMatch(/^[0-9A-F]{8}$/)
      expect(row.profile).toEqual({
        macAlgorithm: 'unionpay-ecb',
        macRequired: true,
        signInRequired: true,
        workingKeys: 'tdes',
      })
      const snapshot = await fetched({ terminals: [TID, 'none'] })
      expect([...snapshot.terminals.values()]).toEqual([row])
      expect([...snapshot.merchants.keys()]).toEqual([MID])
      expect(snapshot.issuers.map(({ id, prefixes }) => [id, prefixes])).toEqual([
        ['foreign', ['47', '4761']],
        ['home', ['621094']],
      ])
      expect((await store.listMerchants()).map(({ mid }) => mid)).toContain(MID)
    })

    it('gives back what is known of a terminal beside its keys: downloads, jobs, software, limits, status', async () => {
      const host = await throughCore((on) => void TestTerminal.signedIn(on).sale())
      const setup: TerminalSetup = {
        sets: { parameters: { served: 3, loaded: 2, loadedAtMs: 5 }, blacklist: { served: 1 } },
        jobs: [4, 7],
        software: { running: '1.2.3', packageId: 'AB', state: 'loading', percent: 40, atMs: 6 },
        policy: { kinds: ['sale', 'saleVoid'] },
        stage: 'testing',
        status: { text: '011021\'\\0"é', atMs: 7 },
      }
      const row = { ...host.terminal(), processingRequest: 7, setup }
      await store.commit({ ...NO_ROWS, terminals: [row] })
      expect((await fetched({ terminals: [TID] })).terminals.get(TID)).toEqual(row)
      expect(await store.listTerminals()).toContainEqual(row)
      const { setup: _, ...bare } = row
      await store.commit({ ...NO_ROWS, terminals: [bare] })
      expect((await fetched({ terminals: [TID] })).terminals.get(TID)).toEqual(bare)
    })

    it('keeps the newest of the catalogue for each scope and set, and all versions behind it', async () => {
      const version = (number: number, more: Partial<CatalogueRow> = {}): CatalogueRow => ({
        scope: '',
        set: 'parameters',
        version: number,
        content: '{"values":{"12":"45"}}',
        atMs: 1_764_000_000_000 + number,
        author: '安娜',
        note: '',
        ...more,
      })
      const other = version(3, { scope: 'terminal:10000001', note: 'a "quoted" note' })
      await store.commit({ ...NO_ROWS, catalogue: [version(2)] })
      await store.commit({ ...NO_ROWS, catalogue: [other, version(2, { set: 'blacklist' })] })
      await store.commit({ ...NO_ROWS, catalogue: [version(4)] })
      expect(await store.listCatalogue()).toEqual([version(2, { set: 'blacklist' }), version(4), other])
      expect(await store.listCatalogueHistory('', 'parameters')).toEqual([version(4), version(2)])
      const snapshot = await fetched({ catalogue: ['', 'terminal:10000001', 'merchant:none'] })
      expect(snapshot.catalogue.get('')).toHaveLength(2)
      expect(snapshot.catalogue.get('terminal:10000001')).toEqual([other])
      expect(snapshot.catalogue.get('merchant:none')).toEqual([])
    })

    it('a fetched transaction brings its originals, their holds and the account', async () => {
      const completion = { ...TRANSACTION, id: 30, stan: 3, originalId: 20 }
      const undone = { ...TRANSACTION, id: 40, stan: 4, originalId: 30 }
      await store.commit({
        ...NO_ROWS,
        accounts: [ACCOUNT],
        newTransactions: [{ ...TRANSACTION, id: 20, stan: 2 }, completion, undone],
        holds: [HOLD],
      })
      const snapshot = await fetched({ transactions: [{ tid: TID, batchNumber: 1, stan: 4 }] })
      expect([...snapshot.transactions.keys()]).toEqual([40, 30, 20])
      expect(snapshot.transactionIds.get(transactionKey(TID, 1, 4))).toBe(40)
      expect(snapshot.holds.get(20)).toEqual(HOLD)
      expect(snapshot.accounts.get(LOOKUP)).toEqual(ACCOUNT)
      expect((await fetched({ transactionIds: [20, 99] })).transactions.size).toBe(1)
      expect(
        (await fetched({ transactions: [{ tid: TID, batchNumber: 2, stan: 4 }] })).transactions.size,
      ).toBe(0)
    })

    it('a whole batch brings all its transactions and uploads, and nothing of another', async () => {
      await store.commit({
        ...NO_ROWS,
        newTransactions: [
          TRANSACTION,
          { ...TRANSACTION, id: 11, stan: 2 },
          { ...TRANSACTION, id: 12, batchNumber: 2 },
        ],
        batches: [BATCH],
        uploads: [UPLOAD],
      })
      const snapshot = await fetched({ wholeBatches: [BATCH] })
      expect([...snapshot.transactions.keys()].sort()).toEqual([10, 11])
      expect(snapshot.batches.get(batchKey(TID, 1))).toEqual(BATCH)
      expect(snapshot.uploads.get(batchKey(TID, 1))).toEqual([UPLOAD])
      expect((await fetched({ batches: [BATCH] })).transactions.size).toBe(0)
    })

    it('a second fetch leaves what is there alone', async () => {
      await store.commit({ ...NO_ROWS, newTransactions: [TRANSACTION], accounts: [ACCOUNT] })
      const snapshot = await fetched({ transactionIds: [10] })
      const changed = { ...TRANSACTION, state: 'voided' as const }
      snapshot.transactions.set(10, changed)
      await store.fetch({ ...NO_KEYS, transactionIds: [10], wholeBatches: [BATCH] }, snapshot)
      expect(snapshot.transactions.get(10)).toBe(changed)
    })

    it('changes of transactions, account states and uploads replace what was there', async () => {
      await store.commit({
        ...NO_ROWS,
        newTransactions: [TRANSACTION],
        accounts: [ACCOUNT],
        uploads: [UPLOAD],
      })
      const changed = {
        ...TRANSACTION,
        state: 'reversed' as const,
        refundedMinor: 1,
        reversalId: 50,
        reversalReason: '98',
        scriptResult: '20',
        // A tip that came later.
        approvedMinor: 555,
        moneyMinor: -555,
        tipMinor: 55,
      }
      const state = { ...ACCOUNT.state, heldMinor: 5, countToday: 9 }
      await store.commit({
        ...NO_ROWS,
        changedTransactions: [changed],
        accountStates: [{ panLookup: LOOKUP, state }],
        uploads: [{ ...UPLOAD, result: 'matched', transactionId: 10 }],
      })
      expect(await store.listTransactions({})).toEqual([changed])
      expect(await store.listAccounts()).toEqual([{ ...ACCOUNT, state }])
      expect(await store.listUploads(BATCH)).toEqual([{ ...UPLOAD, result: 'matched', transactionId: 10 }])
    })

    it('a commit that cannot be whole leaves nothing behind', async () => {
      await store.commit({ ...NO_ROWS, newTransactions: [TRANSACTION] })
      const twin = { ...TRANSACTION, id: 11 }
      await expect(
        store.commit({
          ...NO_ROWS,
          accounts: [ACCOUNT],
          entries: [entry(11, 0, 1)],
          newTransactions: [twin],
        }),
      ).rejects.toThrow()
      expect(await store.listAccounts()).toEqual([])
      expect(await store.ledgerEntries(11)).toEqual([])
      expect(await store.listTransactions({})).toEqual([TRANSACTION])
    })

    it('numbers are leased once, from 1', async () => {
      const leases = [await store.leaseNumbers(3), await store.leaseNumbers(1), await store.leaseNumbers(10)]
      expect(leases).toEqual([1, 4, 5])
    })

    it('lists by terminal, merchant and batch, newest first, up to a limit', async () => {
      const rows = [1, 2, 3].map((n) => ({
        ...TRANSACTION,
        id: n,
        stan: n,
        batchNumber: n,
        tid: n === 3 ? 'X' : TID,
      }))
      await store.commit({ ...NO_ROWS, newTransactions: rows })
      const ids = async (filter: TransactionFilter) =>
        (await store.listTransactions(filter)).map(({ id }) => id)
      expect([
        await ids({}),
        await ids({ tid: TID }),
        await ids({ mid: MID, batchNumber: 2 }),
        await ids({ limit: 1 }),
      ]).toEqual([[3, 2, 1], [2, 1], [2], [3]])
    })

    it('explain records are kept up to a number, the newest', async () => {
      const many = Array.from({ length: 4_000 }, (_, index) => ({ ...EXPLAIN, receivedAtMs: index }))
      for (let turn = 0; turn < 3; turn++) await store.commit({ ...NO_ROWS, explains: many })
      const kept = await store.listExplains(20_000)
      expect(kept).toHaveLength(10_000)
      expect(kept[0]?.receivedAtMs).toBe(3_999)
    })

    it('a day through the core leaves right books and the same balances as its replies', async () => {
      const host = await throughCore((on) => {
        const terminal = TestTerminal.signedIn(on)
        const sale = terminal.sale({ pin: PIN })
        terminal.voidOf(terminal.sale({ amount: 300 }))
        terminal.refundOf(sale, { amount: 1_000 })
        const hold = terminal.preAuthorisation({ amount: 5_000 })
        terminal.completionOf(hold, { amount: 4_000 })
        terminal.preAuthorisation({ amount: 7_000, pan: FOREIGN_PAN })
        terminal.reverse(terminal.sale({ amount: 800 }))
        terminal.reverseStan(900)
      })
      expectRightBooks(host)
      expect(await store.checkBooks()).toEqual([])
      expect((await store.listAccounts()).map(plain)).toEqual(host.store.listAccounts().map(plain))
      expect(await store.listTransactions({})).toEqual(host.store.listTransactions({}))
      expect(await store.ledgerBalances()).toEqual(host.store.ledgerBalances())
      expect(host.account().state).toMatchObject({ balanceMinor: BALANCE - 13_000, heldMinor: 0 })
      expect(host.account(FOREIGN_PAN).state.heldMinor).toBe(7_000)
      expect((await store.ledgerBalances()).find(({ account }) => account === 'merchant')?.amountMinor).toBe(
        13_000,
      )
    })

    describe('checkBooks finds', () => {
      const holder = { account: 'cardholder', owner: LOOKUP } as const
      const right = { ...NO_ROWS, accounts: [ACCOUNT], newTransactions: [TRANSACTION] }
      const books = [entry(10, 0, -500, holder), entry(10, 1, 500)]
      const kinds = async () => [...new Set((await store.checkBooks()).map(({ kind }) => kind))].sort()

      it('nothing in right books', async () => {
        await store.commit({ ...right, entries: books })
        expect(await store.checkBooks()).toEqual([])
      })

      it('an entry too few', async () => {
        await store.commit({ ...right, entries: books.slice(0, 1) })
        expect(await kinds()).toEqual(['effectDiffers', 'ledgerNotZero', 'postingNotZero'])
      })

      it('postings that are wrong one by one though their sum is right', async () => {
        await store.commit({ ...right, entries: [...books, entry(60, 0, 1), entry(61, 0, -1)] })
        expect(await kinds()).toEqual(['postingNotZero'])
      })

      it('a balance and a held amount without entries, and a hold without a held amount', async () => {
        const state = { ...ACCOUNT.state, balanceMinor: 0, heldMinor: 3 }
        await store.commit({ ...right, accounts: [{ ...ACCOUNT, state }], entries: books, holds: [HOLD] })
        expect(await kinds()).toEqual(['balanceDiffers', 'heldDiffers', 'holdsDiffer'])
      })

      it('a transaction whose entries are missing or were reversed only on paper', async () => {
        await store.commit({
          ...right,
          accounts: [{ ...ACCOUNT, state: { ...ACCOUNT.state, balanceMinor: 0 } }],
        })
        expect(await kinds()).toEqual(['effectDiffers'])
        await store.commit({
          ...NO_ROWS,
          changedTransactions: [{ ...TRANSACTION, state: 'reversed', reversalId: 11 }],
        })
        expect(await kinds()).toEqual([])
      })

      it('a void without its original, an original voided twice, a voided one without its void', async () => {
        const plain = { ...TRANSACTION, moneyMinor: 0 }
        const undone = { ...plain, kind: 'saleVoid' as const, originalId: 10 }
        await store.commit({ ...NO_ROWS, newTransactions: [plain, { ...undone, id: 11, stan: 2 }] })
        expect(await kinds()).toEqual(['voidWithoutOriginal'])
        await store.commit({ ...NO_ROWS, changedTransactions: [{ ...plain, state: 'voided' }] })
        expect(await kinds()).toEqual([])
        await store.commit({ ...NO_ROWS, newTransactions: [{ ...undone, id: 12, stan: 3 }] })
        expect(await kinds()).toEqual(['voidWithoutOriginal'])
      })

      it('refunds that do not add up, and refunds above what was paid', async () => {
        const plain = { ...TRANSACTION, moneyMinor: 0 }
        const refund = { ...plain, kind: 'refund' as const, originalId: 10, approvedMinor: 501 }
        await store.commit({ ...NO_ROWS, newTransactions: [plain, { ...refund, id: 11, stan: 2 }] })
        expect(await kinds()).toEqual(['refundsDiffer'])
        await store.commit({ ...NO_ROWS, changedTransactions: [{ ...plain, refundedMinor: 501 }] })
        expect(await kinds()).toEqual(['refundsDiffer'])
      })
    })
  })
}
