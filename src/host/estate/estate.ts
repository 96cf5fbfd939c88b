import { openAccount } from '../core/accounts.ts'
import type { AccountRow, IssuerRow, MerchantRow, TerminalProfile, TerminalRow } from '../core/records.ts'
import type { WrappedKey } from '../core/security-module-port.ts'
import {
  findTerminal,
  type HostStore,
  NO_ROWS,
  rowCountOf,
  type StoreRows,
  together,
} from '../core/store-port.ts'
import { TEST_CARDS, type TestCard } from '../core/test-cards.ts'
import type { SoftwareSecurityModule } from '../security-module/software-security-module.ts'
import {
  DEFAULT_ISO_TERMINAL,
  DEFAULT_ISSUERS,
  DEFAULT_MERCHANT,
  DEFAULT_TERMINAL_ID,
  FOREIGN_CURRENCY_CARDS,
  FOREIGN_TEST_CARDS,
  type IssuerSetup,
} from './default-estate.ts'
import { newTerminal } from './new-terminal.ts'

/** What an operator asked for can't be done; the message says why. */
export class EstateError extends Error {
  override readonly name = 'EstateError'
}

export const UNIONPAY_PROFILE: TerminalProfile = {
  macAlgorithm: 'unionpay-ecb',
  macRequired: true,
  signInRequired: true,
  workingKeys: 'tdes',
}

/** For clients that speak plain ISO 8583 without keys of ours. */
export const OPEN_PROFILE: TerminalProfile = {
  macAlgorithm: 'x9.9',
  macRequired: false,
  signInRequired: false,
  workingKeys: 'tdes',
}

/** Merchants, terminals, issuers and accounts: what an operator of the host sets up. */
export class Estate {
  readonly #store: HostStore
  readonly #security: SoftwareSecurityModule
  #listener: (row: TerminalRow) => void = () => {}

  constructor(store: HostStore, security: SoftwareSecurityModule) {
    this.#store = store
    this.#security = security
  }

  /** Sets up the embedded defaults, with fresh keys, in a store that has no merchant yet. */
  setUpDefaults(): void {
    if (this.#store.listMerchants().length > 0) return
    const issuers = DEFAULT_ISSUERS.map((setup) => this.#issuerOf(setup))
    this.#store.commit({
      ...NO_ROWS,
      issuers,
      merchants: [
        { ...DEFAULT_MERCHANT, status: 'active' },
        {
          mid: DEFAULT_ISO_TERMINAL.mid,
          name: DEFAULT_ISO_TERMINAL.name,
          currency: '156',
          categoryCode: '5999',
          status: 'active',
        },
      ],
      terminals: [
        this.#terminalOf(DEFAULT_TERMINAL_ID, DEFAULT_MERCHANT.mid, UNIONPAY_PROFILE),
        this.#terminalOf(DEFAULT_ISO_TERMINAL.tid, DEFAULT_ISO_TERMINAL.mid, OPEN_PROFILE),
      ],
    })
    for (const card of [...TEST_CARDS, ...FOREIGN_TEST_CARDS, ...FOREIGN_CURRENCY_CARDS])
      this.addAccount(card)
  }

  addMerchant(merchant: MerchantRow): void {
    if (!/^[0-9A-Za-z]{15}$/.test(merchant.mid))
      throw new EstateError('a merchant number has 15 letters or digits')
    this.#store.commit({ ...NO_ROWS, merchants: [merchant] })
  }

  /**
   * The further currencies that a merchant takes, as ISO 4217 numbers; its own is always one.
   *
   * @throws {EstateError} when there is no such merchant.
   */
  setCurrencies(mid: string, currencies: readonly string[]): MerchantRow {
    const { currencies: _, ...merchant } = this.#store.listMerchants().find((each) => each.mid === mid) ?? {
      mid: undefined,
    }
    if (merchant.mid === undefined) throw new EstateError(`there is no merchant ${mid}`)
    const further = [...new Set(currencies)].filter((each) => each !== merchant.currency).sort()
    const row = further.length === 0 ? merchant : { ...merchant, currencies: further }
    this.#store.commit({ ...NO_ROWS, merchants: [row] })
    return row
  }

  hasMerchant(mid: string): boolean {
    return this.merchant(mid) !== undefined
  }

  merchant(mid: string): MerchantRow | undefined {
    return this.#store.listMerchants().find((merchant) => merchant.mid === mid)
  }

  hasTerminal(tid: string): boolean {
    return this.#terminal(tid) !== undefined
  }

  /** A new terminal with a fresh terminal master key. */
  addTerminal(tid: string, mid: string, profile: TerminalProfile = UNIONPAY_PROFILE): TerminalRow {
    if (!/^[0-9A-Za-z]{8}$/.test(tid)) throw new EstateError('a terminal number has 8 letters or digits')
    if (this.#terminal(tid) !== undefined) throw new EstateError(`terminal ${tid} exists already`)
    if (!this.hasMerchant(mid)) throw new EstateError(`there is no merchant ${mid}`)
    const row = this.#terminalOf(tid, mid, profile)
    this.#store.commit({ ...NO_ROWS, terminals: [row] })
    this.#listener(row)
    return row
  }

  /**
   * Changes a terminal between two decisions: what is under way for it becomes durable first, and the next message finds
   * the change. Returns the new row.
   *
   * @throws {EstateError} when there is no such terminal.
   */
  changeTerminal(tid: string, change: (row: TerminalRow) => TerminalRow): TerminalRow {
    const changed = together(this.#store, () => {
      const row = this.#terminal(tid)
      if (row === undefined) throw new EstateError(`there is no terminal ${tid}`)
      const next = change(row)
      this.#store.commit({ ...NO_ROWS, terminals: [next] })
      return next
    })
    this.#listener(changed)
    return changed
  }

  /**
   * As `changeTerminal`, of all at once in one commit; a row that comes back as it was is left alone. Returns how many
   * changed. While it runs nothing is decided: up to a second with 10 000 terminals. `more` becomes durable with them.
   */
  changeTerminals(change: (row: TerminalRow) => TerminalRow, more: Partial<StoreRows> = {}): number {
    const changed = together(this.#store, () => {
      const terminals = this.#store.listTerminals().flatMap((row) => {
        const next = change(row)
        return next === row ? [] : [next]
      })
      const rows = { ...NO_ROWS, ...more, terminals }
      if (rowCountOf(rows) > 0) this.#store.commit(rows)
      return terminals
    })
    for (const row of changed) this.#listener(row)
    return changed.length
  }

  /** One listener; it hears each terminal that was added or changed here, once that is durable. */
  onTerminal(listener: (row: TerminalRow) => void): void {
    this.#listener = listener
  }

  /**
   * Another master key, a fresh one when none is given, for a pad that gets it next: the working keys end with the old one.
   *
   * @throws {EstateError} when there is no such terminal, or it works without keys.
   */
  renewMasterKey(tid: string, key?: WrappedKey): TerminalRow {
    return this.changeTerminal(tid, (row) => {
      if (!row.profile.signInRequired) throw new EstateError(`terminal ${tid} works without keys`)
      const algorithm = row.profile.workingKeys === 'sm4' ? 'sm4' : 'tdes2'
      return {
        ...row,
        masterKey: key ?? this.#security.generateKey('terminalMaster', algorithm),
        pinKey: undefined,
        macKey: undefined,
        trackKey: undefined,
        signedIn: false,
      }
    })
  }

  /**
   * TR-31 key block of the terminal's master key for the PIN pad whose key block protection key (16, 24 or 32
   * hexadecimal-written bytes, of which 16 are used here) its manufacturer handed over.
   */
  keyBlockFor(tid: string, padProtectionKey: string): string {
    const terminal = this.#terminal(tid)
    if (terminal?.masterKey === undefined)
      throw new EstateError(`there is no terminal ${tid} with a master key`)
    if (!/^[0-9A-Fa-f]{32}$/.test(padProtectionKey)) {
      throw new EstateError('the key block protection key of the PIN pad is not 32 hexadecimal digits')
    }
    const zeros = '0'.repeat(padProtectionKey.length)
    const protection = this.#security.importKeyComponents('keyBlockProtection', 'aes128', [
      padProtectionKey,
      zeros,
    ])
    return this.#security.exportKeyBlock(protection, terminal.masterKey)
  }

  /** Opens an account for a card of a known issuer. */
  addAccount(card: TestCard): AccountRow {
    const issuer = this.issuerOf(card.pan)
    if (issuer?.pinVerificationKey === undefined)
      throw new EstateError('no issuer has a card number like that')
    const { pinVerificationKey } = issuer
    return openAccount(this.#store, {
      pan: this.#security.protectPan(card.pan),
      issuerId: issuer.id,
      currency: card.currency ?? DEFAULT_MERCHANT.currency,
      expiry: card.expiry,
      status: card.status,
      hasChip: card.hasChip,
      pinReference: this.#security.pinReference(pinVerificationKey, card.pan, card.pin),
      pinTriesMax: 3,
      limits: card.limits,
      testBehaviour: card.testBehaviour,
      openingBalanceMinor: card.balanceMinor,
    })
  }

  /** Issuer of a card number, by its longest prefix. */
  issuerOf(pan: string): IssuerRow | undefined {
    let best: { readonly issuer: IssuerRow; readonly size: number } | undefined
    for (const issuer of this.#store.listIssuers()) {
      for (const prefix of issuer.prefixes) {
        if (pan.startsWith(prefix) && prefix.length > (best?.size ?? 0))
          best = { issuer, size: prefix.length }
      }
    }
    return best?.issuer
  }

  #terminal(tid: string): TerminalRow | undefined {
    return findTerminal(this.#store, tid)
  }

  #terminalOf(tid: string, mid: string, profile: TerminalProfile): TerminalRow {
    const masterKey: WrappedKey | undefined = profile.signInRequired
      ? this.#security.generateKey('terminalMaster', profile.workingKeys === 'sm4' ? 'sm4' : 'tdes2')
      : undefined
    return newTerminal({ tid, mid, profile, masterKey })
  }

  #issuerOf(setup: IssuerSetup): IssuerRow {
    return {
      ...setup,
      cryptogramKey: this.#security.generateKey('issuerMasterAc', 'tdes2'),
      pinVerificationKey: this.#security.generateKey('pinVerification', 'aes128'),
    }
  }
}
