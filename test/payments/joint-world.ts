import { bytesToAscii, toHex } from '../../src/base/bytes.ts'
import { openAccount } from '../../src/host/core/accounts.ts'
import { HostCore } from '../../src/host/core/host-core.ts'
import { Catalogue } from '../../src/host/estate/catalogue.ts'
import { RateBook } from '../../src/host/estate/rate-book.ts'
import { OfficeDatabase } from '../../src/host/office/office-database.ts'
import { MemoryStore } from '../../src/host/store/memory-store.ts'
import { SignatureBook } from '../../src/host/wallet/signature-book.ts'
import { SqliteWalletRows } from '../../src/host/wallet/sqlite-wallet-rows.ts'
import { WalletBook } from '../../src/host/wallet/wallet-book.ts'
import { Wallets } from '../../src/host/wallet/wallets.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import { ClearSecurityModule } from '../host/core/clear-security-module.ts'
import { FOREIGN_PAN, RECEIVED_AT, TestHost } from '../host/core/test-host.ts'
import { fakeTag } from '../host/wallet/fake-tag.ts'
import { type Behaviour, FakeHost, fakeMac } from '../terminal/flows/fake-host.ts'
import { FakeWorld } from '../terminal/flows/fake-world.ts'

const CODEC = compileSpec(UNIONPAY_POS)
const ENVELOPE_SIZE = 11
export const NOW = RECEIVED_AT.ms
export const FIRST_BALANCE = 100_000
export const CONFIRM_ABOVE = 50_000

/** The MACs of a pad without keys, so that the terminal's flows and the host's core understand each other. */
class PadMacs extends ClearSecurityModule {
  override mac(_key: unknown, _algorithm: unknown, data: Uint8Array): Uint8Array {
    return fakeMac(data)
  }

  override verifyMac(_key: unknown, _algorithm: unknown, data: Uint8Array, mac: Uint8Array): boolean {
    return bytesToAscii(fakeMac(data)) === bytesToAscii(mac)
  }
}

/** The real core behind the line of a made-up world. */
class CoreHost extends FakeHost {
  readonly test: TestHost
  readonly core: HostCore
  /** What the customer does before the host answers a question about an order, or closes it. */
  customer: () => void = () => {}

  constructor(test: TestHost, core: HostCore) {
    super(CODEC)
    this.test = test
    this.core = core
  }

  override exchange(frame: Uint8Array, behaviour: Behaviour): readonly Uint8Array[] {
    if (behaviour.kind === 'lost' || behaviour.kind === 'notSent') return []
    const decoded = CODEC.decode(frame.slice(ENVELOPE_SIZE))
    if (!decoded.ok) throw new Error('the host can not read that')
    this.heard.push(decoded.value)
    if (/^\d{8}81[23]/.test(String(decoded.value.fields[60]))) this.customer()
    const [outcome] = this.core.process(
      [
        {
          dialect: 'unionpay-pos',
          envelope: { tpdu: toHex(frame.subarray(0, 5)), header: toHex(frame.subarray(5, ENVELOPE_SIZE)) },
          bytes: frame,
          start: ENVELOPE_SIZE,
          end: frame.length,
          receivedAt: RECEIVED_AT,
        },
      ],
      this.test.store,
    )
    const reply = outcome?.reply
    return reply === undefined || behaviour.kind === 'silent' || behaviour.kind === 'dropped' ? [] : [reply]
  }
}

/** A terminal's flows, a host's core and one wallet, joined by real bytes; no clock, no line. */
export class JointWorld {
  readonly terminal: FakeWorld
  readonly host: CoreHost
  readonly file = new OfficeDatabase(':memory:')
  readonly book = new WalletBook(new SqliteWalletRows(this.file), fakeTag)
  readonly signatures = new SignatureBook(this.file)
  readonly wallets: Wallets
  readonly store = new MemoryStore()
  readonly rates = new RateBook(undefined, () => NOW)

  constructor(profile: Partial<TerminalProfile> = {}) {
    const security = new PadMacs()
    const test = new TestHost(this.store, { security })
    this.wallets = new Wallets(this.book, this.store, security, () => NOW)
    const core = new HostCore({
      security,
      testBehaviour: true,
      acquirer: { institution: '48520000' },
      wallets: this.book,
      signatures: this.signatures,
      rates: this.rates,
      catalogue: new Catalogue([], this.rates),
    })
    this.host = new CoreHost(test, core)
    this.wallets.add({ name: 'Li', balanceMinor: FIRST_BALANCE, confirmAboveMinor: CONFIRM_ABOVE })
    const codePayments = ['customerShows', 'merchantShows'] as const
    this.terminal = new FakeWorld({ codePayments, codeWaitMs: 10_000, ...profile }, CODEC)
    Object.assign(this.terminal, { host: this.host })
    this.terminal.run({
      kind: 'commission',
      keyBlock: 'B0000TEST',
      supervisorPassword: '888888',
      cashiers: [{ number: '01', password: '0000' }],
    })
    this.terminal.run({ kind: 'logOn', operator: '01' })
    this.terminal.run({ kind: 'signIn' })
    this.terminal.story = []
  }

  /** An account in `currency` for a card of the foreign issuer. */
  addForeignAccount(pan: string, currency: string): void {
    const { test } = this.host
    const { state: _, ...alike } = test.account(FOREIGN_PAN)
    openAccount(this.store, {
      ...alike,
      pan: test.security.protectPan(pan),
      currency,
      openingBalanceMinor: FIRST_BALANCE,
    })
  }

  get balanceMinor(): number {
    return this.wallets.find(1)?.balanceMinor ?? Number.NaN
  }

  /** A fresh code of the one wallet. */
  code(): string {
    const shown = this.book.showCode(1, NOW, true)
    if (typeof shown === 'string') throw new Error(shown)
    return shown.code
  }

  /** The customer says yes, or no, to whatever order is open. */
  answer(yes: boolean): void {
    const newest = this.file.db.prepare('SELECT max(number) FROM wallet_orders').pluck().get()
    const open = this.book.orderRow(Number(newest))
    if (open?.state !== 'open') return
    if (yes) this.book.confirm(1, open.number, NOW)
    else this.book.refuse(1, open.number, NOW)
  }
}
