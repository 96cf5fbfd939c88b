import type { CardImage } from '../../hardware/emulator/chip-card/card-image.ts'
import { type CardCvm, personaliseCard } from '../../hardware/emulator/chip-card/personalise.ts'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { withLuhnDigit } from '../../src/base/exposure.ts'
import { invariant } from '../../src/base/invariant.ts'
import type { Random } from '../../src/base/ports.ts'
import type { IssuerRow } from '../../src/host/core/records.ts'

import { TEST_CARDS, type TestCard } from '../../src/host/core/test-cards.ts'
import { DEFAULT_MERCHANT, FOREIGN_CURRENCY_CARDS } from '../../src/host/estate/default-estate.ts'
import { Estate } from '../../src/host/estate/estate.ts'
import { SoftwareSecurityModule } from '../../src/host/security-module/software-security-module.ts'
import { MemoryStore } from '../../src/host/store/memory-store.ts'
import { MemoryTables } from '../../src/host/store/memory-tables.ts'
import type { CaPublicKey } from '../../src/terminal/kernel/kernel-config.ts'
import { SeededRandom } from './seeded-random.ts'
import { signingKeyFromJwk, TEST_RSA_KEYS } from './test-rsa-keys.ts'

/** Terminals of the simulated world; a run uses the first of them. */
export const SIM_TERMINALS_MAX = 16
export const SIM_PIN = '123456'

/** A card that a customer of the simulated world may hold. */
export interface SimCard {
  readonly pan: string
  readonly expiry: string
  readonly name: string
  readonly hasChip: boolean
  readonly image: CardImage
  /** Its memory has changed: for a card that is kept. */
  readonly changed?: (image: CardImage) => void
}

/** Chance that can be exchanged, so that one set of prepared keys serves many runs. */
class RunRandom implements Random {
  #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  use(random: Random): void {
    this.#random = random
  }

  bytes(size: number): Uint8Array {
    return this.#random.bytes(size)
  }
}

/**
 * Merchant, terminals, accounts, keys and cards that all runs of a process begin with. Made once: deriving them is
 * slow, and none of it depends on the seed.
 */
export class SimEstate {
  readonly security: SoftwareSecurityModule
  readonly caKeys: readonly CaPublicKey[]
  readonly #random = new RunRandom(new SeededRandom(0x7111))
  readonly #tables = new MemoryTables()
  readonly #estate: Estate
  readonly #store: MemoryStore
  readonly #cards = new Map<number, readonly SimCard[]>()
  readonly #ca = signingKeyFromJwk(TEST_RSA_KEYS.ca)
  readonly #issuer = signingKeyFromJwk(TEST_RSA_KEYS.issuer)
  readonly #keyBlocks = new Map<number, string>()
  #testCards: readonly SimCard[] | undefined

  constructor() {
    this.security = new SoftwareSecurityModule(this.#random.bytes(32), this.#random)
    this.#store = new MemoryStore(this.#tables)
    this.#estate = new Estate(this.#store, this.security)
    this.#estate.setUpDefaults()
    for (let index = 0; index < SIM_TERMINALS_MAX; index++) {
      this.#estate.addTerminal(terminalId(index), DEFAULT_MERCHANT.mid)
      for (const card of accountsOf(index)) this.#estate.addAccount(card)
    }
    for (const card of SHARED_STRIPES) this.#estate.addAccount(card)
    const issuers = this.#store.listIssuers()
    this.caKeys = issuers.map((issuer) => ({
      rid: fromHex(ridOf(issuer)),
      index: 1,
      modulus: this.#ca.modulus,
      exponent: this.#ca.exponent,
    }))
  }

  /** The host's records as they stand before the first step of a run; `random`: of that run. Not to be changed. */
  begin(random: Random): MemoryTables {
    this.#random.use(random)
    return this.#tables
  }

  /** The same records in tables of their own. */
  copyOf(from: MemoryTables): MemoryTables {
    const to = new MemoryTables()
    to.nextNumber = from.nextNumber
    for (const [key, row] of from.merchants) to.merchants.set(key, row)
    for (const [key, row] of from.terminals) to.terminals.set(key, row)
    for (const [key, row] of from.issuers) to.issuers.set(key, row)
    for (const [key, row] of from.accounts) to.accounts.set(key, row)
    for (const [key, rows] of from.entries) to.entries.set(key, [...rows])
    return to
  }

  /** Key protection key and TR-31 block of the master key for the PIN pad of a terminal. */
  padKeys(index: number): { readonly protectionKey: string; readonly keyBlock: string } {
    const protectionKey = toHex(new SeededRandom(0x9ad, index).bytes(16))
    let keyBlock = this.#keyBlocks.get(index)
    if (keyBlock === undefined) {
      this.#random.use(new SeededRandom(0x9ad1, index))
      keyBlock = this.#estate.keyBlockFor(terminalId(index), protectionKey)
      this.#keyBlocks.set(index, keyBlock)
    }
    return { protectionKey, keyBlock }
  }

  /** Cards in the hands of a terminal's customers: chips of their own, stripes that others may hold too. */
  cardsOf(index: number): readonly SimCard[] {
    const known = this.#cards.get(index)
    if (known !== undefined) return known
    const cards = ownAccounts(index).map(({ account, chip }) => this.#makeCard(account, chip))
    this.#cards.set(index, cards)
    return cards
  }

  /** Stripe cards for the accounts that every test host begins with, and some that no account belongs to. */
  testCards(): readonly SimCard[] {
    this.#testCards ??= otherAccounts().map(({ account, chip }) => this.#makeCard(account, chip))
    return this.#testCards
  }

  #makeCard(card: TestCard, chip: ChipKind | undefined): SimCard {
    const issuer = this.#estate.issuerOf(card.pan)
    invariant(issuer !== undefined, 'a card without issuer')
    return personaliseSimCard(card, chip, issuer, {
      rid: ridOf(issuer),
      caIndex: 1,
      ca: this.#ca,
      issuer: this.#issuer,
      issuerExpiry: '1249',
      newCardKey: () => TEST_RSA_KEYS.card,
      cardKeys: (pan, panSequence) => this.#cardKeys(issuer, pan, panSequence),
    })
  }

  #cardKeys(issuer: IssuerRow, pan: string, panSequence: string) {
    const { cryptogramKey } = issuer
    invariant(cryptogramKey !== undefined, 'an issuer without keys')
    const ac = this.security.personaliseCardKey(cryptogramKey, 'issuerMasterAc', {
      pan,
      panSequence,
      scheme: issuer.cryptogramScheme,
    })
    const script = toHex(new SeededRandom(Number(pan.slice(-9))).bytes(16))
    return { ac: toHex(ac), smi: script, smc: script }
  }
}

/** A card for an account, with the keys of its issuer. */
export function personaliseSimCard(
  { pan, expiry, en, currency = '156' }: TestCard,
  chip: ChipKind | undefined,
  { cryptogramScheme: scheme }: IssuerRow,
  keys: Parameters<typeof personaliseCard>[1],
): SimCard {
  const image = personaliseCard(
    {
      pan,
      panSequence: '01',
      expiry,
      effective: '260101',
      cardholderName: 'TILLWIRE/SIM',
      scheme,
      cvm: chip?.cvm ?? 'pin',
      stripeOnly: chip === undefined,
      authentication: chip?.authentication ?? 'sda',
      // ISO 3166 and ISO 4217 have the same numbers for these.
      country: currency,
      currency,
      discretionary: '000',
      transactionCounter: 0,
      contactless: 'card',
    },
    keys,
  )
  return { pan, expiry, name: en, hasChip: chip !== undefined, image }
}

/** Accounts of a terminal's own customers, in the order of `cardsOf`, with the chips of their cards. */
export function ownAccounts(
  index: number,
): readonly { readonly account: TestCard; readonly chip: ChipKind | undefined }[] {
  return [
    ...accountsOf(index).map((account, number) => ({ account, chip: CHIPS[number] })),
    ...SHARED_STRIPES.map((account) => ({ account, chip: undefined })),
  ]
}

/** Accounts that every test host begins with, and last one that nobody has an account for. Those in other currencies have chips. */
export function otherAccounts(): ReturnType<typeof ownAccounts> {
  const chip: ChipKind = { prefix: '', cvm: 'pin', authentication: 'sda', name: 'another currency' }
  return [
    ...TEST_CARDS.map((account) => ({ account, chip: undefined })),
    ...FOREIGN_CURRENCY_CARDS.map((account) => ({ account, chip })),
    ...STRANGERS.map((account) => ({ account, chip: undefined })),
  ]
}

export interface ChipKind {
  readonly prefix: string
  readonly cvm: CardCvm
  readonly authentication: 'dda' | 'sda'
  readonly name: string
}

/** The chip cards of each terminal's customers. Dynamic signatures are slow: one card has them. */
const CHIPS: readonly ChipKind[] = [
  { prefix: '62109480001', cvm: 'pin', authentication: 'sda', name: 'chip with PIN' },
  { prefix: '62109480002', cvm: 'signature', authentication: 'sda', name: 'chip with signature' },
  { prefix: '54133300003', cvm: 'pin', authentication: 'sda', name: 'foreign chip' },
  { prefix: '47617390004', cvm: 'none', authentication: 'dda', name: 'foreign chip, dynamic' },
]

const BALANCE_MINOR = 500_000_000

/** A number of a known issuer without an account. */
export const STRANGERS: readonly TestCard[] = [testCard(withLuhnDigit('621094899999999'), 'stranger', false)]

function accountsOf(index: number): readonly TestCard[] {
  return CHIPS.map(({ prefix, name }) =>
    testCard(withLuhnDigit(prefix + String(index).padStart(15 - prefix.length, '0')), name, true),
  )
}

const SHARED_STRIPES: readonly TestCard[] = [
  testCard(withLuhnDigit('621094800050000'), 'stripe', false),
  testCard(withLuhnDigit('621094800050001'), 'second stripe', false),
  { ...testCard(withLuhnDigit('621094800050002'), 'stripe without money', false), balanceMinor: 20_000 },
]

function testCard(pan: string, en: string, hasChip: boolean): TestCard {
  return {
    pan,
    pin: SIM_PIN,
    expiry: '3012',
    balanceMinor: BALANCE_MINOR,
    status: 'active',
    hasChip,
    limits: { singleMinor: undefined, dailyMinor: undefined, dailyCount: undefined },
    testBehaviour: undefined,
    en,
    zh: en,
  }
}

export function terminalId(index: number): string {
  return `2000${String(index).padStart(4, '0')}`
}

function ridOf({ organisation }: IssuerRow): string {
  return { CUP: 'A000000333', VIS: 'A000000003', MCC: 'A000000004' }[organisation] ?? 'A000000333'
}

let shared: SimEstate | undefined
let runs = 0
/** A new one now and then, so that what it keeps of used keys stays bounded. */
const RUNS_MAX = 400

/** The estate of this process for one more run. */
export function simEstate(): SimEstate {
  if (shared === undefined || runs >= RUNS_MAX) {
    shared = new SimEstate()
    runs = 0
  }
  runs++
  return shared
}
