import type {
  AccountRow,
  AccountState,
  IssuerRow,
  MerchantRow,
  TerminalRow,
  TerminalSetup,
} from '../core/records.ts'
import { formatBehaviour, parseBehaviour } from '../core/test-behaviour.ts'
import { formatKey, parseKey } from './row-text.ts'
import { back, type Mapping, maybe, type SqlValue, words } from './sqlite-mapping.ts'

export const MERCHANTS: Mapping<MerchantRow> = {
  table: 'merchants',
  columns: words('mid name currency categoryCode status currencies'),
  values: (row) => [
    row.mid,
    row.name,
    row.currency,
    row.categoryCode,
    row.status,
    row.currencies === undefined || row.currencies.length === 0 ? null : row.currencies.join(' '),
  ],
}

export type StoredMerchant = Omit<MerchantRow, 'currencies'> & { readonly currencies: string | null }

export function readMerchant({ currencies, ...stored }: StoredMerchant): MerchantRow {
  return currencies === null ? stored : { ...stored, currencies: currencies.split(' ') }
}

export const TERMINALS: Mapping<TerminalRow> = {
  table: 'terminals',
  columns: words(
    'tid mid status macAlgorithm macRequired signInRequired workingKeys masterKey pinKey',
    'macKey trackKey signedIn signedInAtMs batchNumber processingRequest setup',
  ),
  values: (row) => [
    row.tid,
    row.mid,
    row.status,
    row.profile.macAlgorithm,
    Number(row.profile.macRequired),
    Number(row.profile.signInRequired),
    row.profile.workingKeys,
    formatKey(row.masterKey),
    formatKey(row.pinKey),
    formatKey(row.macKey),
    formatKey(row.trackKey),
    Number(row.signedIn),
    maybe(row.signedInAtMs),
    row.batchNumber,
    row.processingRequest,
    row.setup === undefined ? null : JSON.stringify(row.setup),
  ],
}

export interface StoredTerminal {
  readonly tid: string
  readonly mid: string
  readonly status: TerminalRow['status']
  readonly macAlgorithm: TerminalRow['profile']['macAlgorithm']
  readonly macRequired: number
  readonly signInRequired: number
  readonly workingKeys: TerminalRow['profile']['workingKeys']
  readonly masterKey: string | null
  readonly pinKey: string | null
  readonly macKey: string | null
  readonly trackKey: string | null
  readonly signedIn: number
  readonly signedInAtMs: number | null
  readonly batchNumber: number
  readonly processingRequest: number
  readonly setup: string | null
}

export function readTerminal(stored: StoredTerminal): TerminalRow {
  return {
    tid: stored.tid,
    mid: stored.mid,
    status: stored.status,
    profile: {
      macAlgorithm: stored.macAlgorithm,
      macRequired: stored.macRequired !== 0,
      signInRequired: stored.signInRequired !== 0,
      workingKeys: stored.workingKeys,
    },
    masterKey: parseKey(stored.masterKey),
    pinKey: parseKey(stored.pinKey),
    macKey: parseKey(stored.macKey),
    trackKey: parseKey(stored.trackKey),
    signedIn: stored.signedIn !== 0,
    signedInAtMs: back(stored.signedInAtMs),
    batchNumber: stored.batchNumber,
    processingRequest: stored.processingRequest,
    ...(stored.setup === null ? {} : { setup: JSON.parse(stored.setup) as TerminalSetup }),
  }
}

export const ISSUERS: Mapping<IssuerRow> = {
  table: 'issuers',
  columns: words(
    'id name prefixes cardClass organisation institution cryptogramScheme cryptogramKey',
    'pinVerificationKey',
  ),
  values: (row) => [
    row.id,
    row.name,
    row.prefixes.join(','),
    row.cardClass,
    row.organisation,
    row.institution,
    row.cryptogramScheme,
    formatKey(row.cryptogramKey),
    formatKey(row.pinVerificationKey),
  ],
}

export type StoredIssuer = Omit<IssuerRow, 'prefixes' | 'cryptogramKey' | 'pinVerificationKey'> & {
  readonly prefixes: string
  readonly cryptogramKey: string | null
  readonly pinVerificationKey: string | null
}

export function readIssuer(stored: StoredIssuer): IssuerRow {
  return {
    ...stored,
    prefixes: stored.prefixes.split(',').filter((prefix) => prefix !== ''),
    cryptogramKey: parseKey(stored.cryptogramKey),
    pinVerificationKey: parseKey(stored.pinVerificationKey),
  }
}

/** What `stateValues` gives, in its order. */
export const STATE_COLUMNS = [
  'balanceMinor',
  'heldMinor',
  'pinTriesLeft',
  'lastTransactionCounter',
  'day',
  'spentTodayMinor',
  'countToday',
] as const

export const ACCOUNTS: Mapping<AccountRow> = {
  table: 'accounts',
  columns: words(
    'panLookup panCiphertext panTruncated issuerId currency expiry status hasChip',
    'pinReference pinTriesMax singleMinor dailyMinor dailyCount testBehaviour',
    ...STATE_COLUMNS,
  ),
  values: (row) => [
    row.pan.lookup,
    row.pan.ciphertext,
    row.pan.truncated,
    row.issuerId,
    row.currency,
    row.expiry,
    row.status,
    Number(row.hasChip),
    maybe(row.pinReference),
    row.pinTriesMax,
    maybe(row.limits.singleMinor),
    maybe(row.limits.dailyMinor),
    maybe(row.limits.dailyCount),
    row.testBehaviour === undefined ? null : formatBehaviour(row.testBehaviour),
    ...stateValues(row.state),
  ],
}

export const ACCOUNT_STATE_UPDATE = `UPDATE accounts SET ${STATE_COLUMNS.map((name) => `${name} = ?`).join(', ')} WHERE panLookup = ?`

export function stateValues(state: AccountState): SqlValue[] {
  return [
    state.balanceMinor,
    state.heldMinor,
    state.pinTriesLeft,
    state.lastTransactionCounter,
    state.day,
    state.spentTodayMinor,
    state.countToday,
  ]
}

export interface StoredAccount extends AccountState {
  readonly panLookup: string
  readonly panCiphertext: Uint8Array
  readonly panTruncated: string
  readonly issuerId: string
  readonly currency: string
  readonly expiry: string
  readonly status: AccountRow['status']
  readonly hasChip: number
  readonly pinReference: string | null
  readonly pinTriesMax: number
  readonly singleMinor: number | null
  readonly dailyMinor: number | null
  readonly dailyCount: number | null
  readonly testBehaviour: string | null
}

export function readAccount(stored: StoredAccount): AccountRow {
  return {
    pan: {
      lookup: stored.panLookup,
      ciphertext: new Uint8Array(stored.panCiphertext),
      truncated: stored.panTruncated,
    },
    issuerId: stored.issuerId,
    currency: stored.currency,
    expiry: stored.expiry,
    status: stored.status,
    hasChip: stored.hasChip !== 0,
    pinReference: back(stored.pinReference),
    pinTriesMax: stored.pinTriesMax,
    limits: {
      singleMinor: back(stored.singleMinor),
      dailyMinor: back(stored.dailyMinor),
      dailyCount: back(stored.dailyCount),
    },
    testBehaviour: stored.testBehaviour === null ? undefined : parseBehaviour(stored.testBehaviour),
    state: {
      balanceMinor: stored.balanceMinor,
      heldMinor: stored.heldMinor,
      pinTriesLeft: stored.pinTriesLeft,
      lastTransactionCounter: stored.lastTransactionCounter,
      day: stored.day,
      spentTodayMinor: stored.spentTodayMinor,
      countToday: stored.countToday,
    },
  }
}
