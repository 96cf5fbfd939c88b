import { findAccount, openAccount } from '../../../src/host/core/accounts.ts'
import type { FaultSwitches } from '../../../src/host/core/fault-switches.ts'
import { HostCore } from '../../../src/host/core/host-core.ts'
import type { Inbound, Outcome, ReceivedAt } from '../../../src/host/core/inbound.ts'
import type { RatePort } from '../../../src/host/core/rate-port.ts'
import type { AccountRow, IssuerRow, TerminalRow } from '../../../src/host/core/records.ts'
import type { SecurityModule, WrappedKey } from '../../../src/host/core/security-module-port.ts'
import { type HostStore, NO_ROWS } from '../../../src/host/core/store-port.ts'
import { OPEN_PROFILE, UNIONPAY_PROFILE } from '../../../src/host/estate/estate.ts'
import { newTerminal } from '../../../src/host/estate/new-terminal.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { ClearSecurityModule } from './clear-security-module.ts'

export const TID = '10000001'
export const OTHER_TID = '10000002'
export const ISO_TID = 'TERM0001'
export const MID = '001290058120001'
export const PAN = '6210948000000011'
export const OTHER_PAN = '6210948000000029'
export const FOREIGN_PAN = '4761739001010119'
export const NO_ACCOUNT_PAN = '6210948000009999'
export const PIN = '123456'
export const EXPIRY = '3012'
export const BALANCE = 2_000_000

export const RECEIVED_AT: ReceivedAt = {
  ms: 1_764_000_000_000,
  localTime: { year: 2026, month: 3, day: 14, hour: 15, minute: 9, second: 26 },
}

interface TestHostOptions {
  readonly testBehaviour?: boolean
  readonly faults?: FaultSwitches
  readonly rates?: RatePort
  /** Instead of the one that lets tests look inside. */
  readonly security?: SecurityModule
  /** The store was seeded before. */
  readonly isSeeded?: boolean
}

/** A host with one merchant, three terminals, two issuers and some cards. */
export class TestHost {
  readonly security: SecurityModule
  readonly store: HostStore
  readonly core: HostCore

  constructor(store: HostStore = new MemoryStore(), options: TestHostOptions = {}) {
    this.store = store
    this.security = options.security ?? new ClearSecurityModule()
    this.core = new HostCore({
      security: this.security,
      testBehaviour: options.testBehaviour ?? true,
      acquirer: { institution: '48520000' },
      ...(options.faults === undefined ? {} : { faults: options.faults }),
      ...(options.rates === undefined ? {} : { rates: options.rates }),
    })
    // Keys come from a counter: seeding again gives a second run the keys of the first.
    const target = options.isSeeded === true ? new MemoryStore() : store
    seed(target, this.security)
  }

  /** The module that lets tests look inside. */
  get clearModule(): ClearSecurityModule {
    if (this.security instanceof ClearSecurityModule) return this.security
    throw new Error('this host has a security module with walls')
  }

  clearKey(wrapped: WrappedKey | undefined): Uint8Array {
    return this.clearModule.clearKey(wrapped)
  }

  /** Decides the batch and commits it. */
  process(...batch: readonly Inbound[]): readonly Outcome[] {
    return this.core.process(batch, this.store)
  }

  terminal(tid = TID): TerminalRow {
    const row = this.store.listTerminals().find((each) => each.tid === tid)
    if (row === undefined) throw new Error('no such terminal')
    return row
  }

  account(pan = PAN): AccountRow {
    const row = findAccount(this.store, this.security.lookupOf(pan))
    if (row === undefined) throw new Error('no such account')
    return row
  }

  changeAccount(changes: Partial<AccountRow>, pan = PAN): void {
    this.store.commit({ ...NO_ROWS, accounts: [{ ...this.account(pan), ...changes }] })
  }

  changeTerminal(changes: Partial<TerminalRow>, tid = TID): void {
    this.store.commit({ ...NO_ROWS, terminals: [{ ...this.terminal(tid), ...changes }] })
  }
}

function seed(store: HostStore, security: SecurityModule): void {
  const issuer = (id: string, more: Partial<IssuerRow>): IssuerRow => ({
    id,
    name: 'Test Bank',
    prefixes: ['621094'],
    cardClass: 'domestic',
    organisation: 'CUP',
    institution: '03080000',
    cryptogramScheme: 'pboc-01',
    cryptogramKey: security.generateKey('issuerMasterAc', 'tdes2'),
    pinVerificationKey: security.generateKey('pinVerification', 'aes128'),
    ...more,
  })
  const home = issuer('home', {})
  const foreign = issuer('foreign', {
    prefixes: ['47', '4761'],
    cardClass: 'foreign',
    organisation: 'VIS',
    cryptogramScheme: 'visa-cvn10',
  })
  store.commit({
    ...NO_ROWS,
    merchants: [
      { mid: MID, name: 'TEST SHOP', currency: '156', categoryCode: '5812', status: 'active' },
      { mid: 'MERCHANT0000001', name: 'ISO SHOP', currency: '156', categoryCode: '5999', status: 'active' },
    ],
    terminals: [terminal(security, TID), terminal(security, OTHER_TID), isoTerminal()],
    issuers: [home, foreign],
  })
  for (const [pan, owner] of [
    [PAN, home],
    [OTHER_PAN, home],
    [FOREIGN_PAN, foreign],
  ] as const) {
    openAccount(store, account(security, pan, owner))
  }
}

function terminal(security: SecurityModule, tid: string): TerminalRow {
  const masterKey = security.generateKey('terminalMaster', 'tdes2')
  return newTerminal({ tid, mid: MID, profile: UNIONPAY_PROFILE, masterKey })
}

function isoTerminal(): TerminalRow {
  return newTerminal({ tid: ISO_TID, mid: 'MERCHANT0000001', profile: OPEN_PROFILE })
}

function account(security: SecurityModule, pan: string, owner: IssuerRow) {
  const { pinVerificationKey } = owner
  return {
    pan: security.protectPan(pan),
    issuerId: owner.id,
    currency: '156',
    expiry: EXPIRY,
    status: 'active' as const,
    hasChip: false,
    pinReference:
      pinVerificationKey === undefined ? undefined : security.pinReference(pinVerificationKey, pan, PIN),
    pinTriesMax: 3,
    limits: { singleMinor: undefined, dailyMinor: undefined, dailyCount: undefined },
    testBehaviour: undefined,
    openingBalanceMinor: BALANCE,
  }
}
