import { fromHex, toHex } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import { createSm4, createTdes } from '../../crypto/block-cipher.ts'
import { unwrapKeyBlock } from '../../crypto/key-block.ts'
import { nodeRandom } from '../../crypto/node-random.ts'
import { openAccount } from '../../host/core/accounts.ts'
import type { AccountRow, MerchantRow, TerminalRow } from '../../host/core/records.ts'
import type { WrappedKey } from '../../host/core/security-module-port.ts'
import { NO_ROWS } from '../../host/core/store-port.ts'
import { parseBehaviour } from '../../host/core/test-behaviour.ts'
import { Estate } from '../../host/estate/estate.ts'
import { SoftwareSecurityModule } from '../../host/security-module/software-security-module.ts'
import { MemoryStore } from '../../host/store/memory-store.ts'
import type {
  RecordedAccount,
  RecordedCard,
  RecordedTerminal,
  RecordedTerminalRow,
} from '../../recording/recording-entry.ts'

/** The right PIN of every card in a replay: the recorded blocks are zeros. */
export const REPLAY_PIN = '123456'

/** Clear keys of a terminal in a replay, as its PIN pad would hold them. */
export interface PadKeys {
  readonly algorithm: 'tdes' | 'sm4'
  readonly masterKey: Uint8Array
  pinKey?: Uint8Array
  macKey?: Uint8Array
  trackKey?: Uint8Array
}

/** A host's records in memory as a recording says that they were, with keys of its own. */
export class ReplayEstate {
  readonly store = new MemoryStore()
  readonly security = new SoftwareSecurityModule(nodeRandom.bytes(32), nodeRandom)
  readonly #estate = new Estate(this.store, this.security)

  constructor() {
    this.#estate.setUpDefaults()
  }

  /** Sets up a terminal as it was when it was first heard; answers its keys, where there are some. */
  addTerminal({ tid, row }: Pick<RecordedTerminal, 'tid' | 'row'>): PadKeys | undefined {
    if (row === undefined) {
      this.#blankTerminal(tid)
      return undefined
    }
    this.#addMerchant(row)
    const { security } = this
    const isSm4 = row.workingKeys === 'sm4'
    const long = isSm4 ? 'sm4' : 'tdes2'
    const masterKey = row.hasMasterKey ? security.generateKey('terminalMaster', long) : undefined
    const hasKeys = masterKey !== undefined && row.signedIn
    const profile = profileOf(row)
    const macLength = isSm4 ? 'sm4' : profile.macAlgorithm === 'unionpay-ecb' ? 'des' : 'tdes2'
    const terminal: TerminalRow = {
      tid,
      mid: row.mid,
      status: row.status === 'active' ? 'active' : 'blocked',
      profile,
      masterKey,
      pinKey: hasKeys ? security.generateKey('pin', long) : undefined,
      macKey: hasKeys ? security.generateKey('mac', macLength) : undefined,
      trackKey: hasKeys ? security.generateKey('track', long) : undefined,
      signedIn: row.signedIn,
      signedInAtMs: undefined,
      batchNumber: row.batchNumber,
      processingRequest: row.processingRequest,
    }
    this.store.commit({ ...NO_ROWS, terminals: [terminal] })
    return masterKey === undefined ? undefined : this.#padKeys(terminal, masterKey, isSm4 ? 'sm4' : 'tdes')
  }

  /** Opens the account of a card as it was when the card was first seen. */
  addCard({ pan, account }: Pick<RecordedCard, 'pan' | 'account'>): void {
    const issuer = this.#estate.issuerOf(pan)
    if (account === undefined || issuer?.pinVerificationKey === undefined) return
    const { security, store } = this
    const row = openAccount(store, {
      ...accountSetup(account),
      pan: security.protectPan(pan),
      issuerId: issuer.id,
      pinReference: account.hasPin
        ? security.pinReference(issuer.pinVerificationKey, pan, REPLAY_PIN)
        : undefined,
      openingBalanceMinor: Number(account.state['balanceMinor'] ?? 0),
    })
    const state = { ...row.state, ...stateOf(account, row) }
    store.commit({ ...NO_ROWS, accountStates: [{ panLookup: row.pan.lookup, state }] })
  }

  macAlgorithmOf(tid: string): TerminalRow['profile']['macAlgorithm'] {
    const terminal = this.store.listTerminals().find((each) => each.tid === tid)
    return terminal?.profile.macAlgorithm ?? 'unionpay-ecb'
  }

  /** Scheme and cryptogram key of a chip card. */
  chipCard(pan: string, panSequence: string) {
    const issuer = this.#estate.issuerOf(pan)
    if (issuer?.cryptogramKey === undefined) return undefined
    const scheme = issuer.cryptogramScheme
    const card = { scheme, pan, panSequence }
    return { scheme, key: this.security.personaliseCardKey(issuer.cryptogramKey, 'issuerMasterAc', card) }
  }

  #addMerchant({ mid, merchantStatus, currency, categoryCode }: RecordedTerminalRow): void {
    const merchant: MerchantRow = {
      mid,
      name: 'recorded',
      currency,
      categoryCode,
      status: merchantStatus === 'active' ? 'active' : 'closed',
    }
    this.store.commit({ ...NO_ROWS, merchants: [merchant] })
  }

  /** The recorded host did not know it: neither may this one, whatever its defaults. */
  #blankTerminal(tid: string): void {
    const known = this.store.listTerminals().find((terminal) => terminal.tid === tid)
    if (known !== undefined) this.store.commit({ ...NO_ROWS, terminals: [{ ...known, status: 'blocked' }] })
  }

  #padKeys(terminal: TerminalRow, master: WrappedKey, algorithm: PadKeys['algorithm']): PadKeys {
    const protectionKey = toHex(nodeRandom.bytes(16))
    const block = unwrapKeyBlock(
      fromHex(protectionKey),
      this.#estate.keyBlockFor(terminal.tid, protectionKey),
    )
    invariant(block.ok, 'a key block that does not open')
    const keys: PadKeys = { algorithm, masterKey: block.value.key }
    for (const slot of ['pinKey', 'macKey', 'trackKey'] as const) {
      const key = terminal[slot]
      if (key === undefined) continue
      keys[slot] = decryptKey(keys, this.security.exportUnder(master, key).cryptogram)
    }
    return keys
  }
}

/** A working key as a PIN pad takes it. */
export function decryptKey({ algorithm, masterKey }: PadKeys, cryptogram: Uint8Array): Uint8Array {
  const cipher = algorithm === 'sm4' ? createSm4(masterKey) : createTdes(masterKey)
  return Uint8Array.from(cipher.decrypt(cryptogram))
}

const MAC_ALGORITHMS = ['unionpay-ecb', 'x9.9', 'x9.19', 'aes-cmac', 'sm4-ecb'] as const

function profileOf(row: RecordedTerminalRow): TerminalRow['profile'] {
  return {
    macAlgorithm: MAC_ALGORITHMS.find((each) => each === row.macAlgorithm) ?? 'unionpay-ecb',
    macRequired: row.macRequired,
    signInRequired: row.signInRequired,
    workingKeys: row.workingKeys === 'sm4' ? 'sm4' : 'tdes',
  }
}

const STATUSES = ['active', 'lost', 'stolen', 'blocked', 'pickUp', 'inactive'] as const

function accountSetup(account: RecordedAccount) {
  const { limits, testBehaviour } = account
  return {
    currency: account.currency,
    expiry: account.expiry,
    status: STATUSES.find((each) => each === account.status) ?? 'blocked',
    hasChip: account.hasChip,
    pinTriesMax: account.pinTriesMax,
    limits: {
      singleMinor: limits['singleMinor'],
      dailyMinor: limits['dailyMinor'],
      dailyCount: limits['dailyCount'],
    },
    testBehaviour: testBehaviour === undefined ? undefined : parseBehaviour(testBehaviour),
  }
}

function stateOf({ state }: RecordedAccount, row: AccountRow): AccountRow['state'] {
  const number = (name: keyof AccountRow['state']): number => Number(state[name] ?? row.state[name])
  return {
    balanceMinor: number('balanceMinor'),
    heldMinor: number('heldMinor'),
    pinTriesLeft: number('pinTriesLeft'),
    lastTransactionCounter: number('lastTransactionCounter'),
    day: String(state['day'] ?? ''),
    spentTodayMinor: number('spentTodayMinor'),
    countToday: number('countToday'),
  }
}
