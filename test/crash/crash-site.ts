import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { saveCardImage } from '../../hardware/emulator/chip-card/card-image-file.ts'
import { withLuhnDigit } from '../../src/base/exposure.ts'
import { issueCard } from '../../src/cli/card/issue-card.ts'
import { terminalProfile } from '../../src/cli/host/terminal-profile.ts'
import { DEFAULT_MERCHANT } from '../../src/host/estate/default-estate.ts'
import { type HostRecords, openHostRecords } from '../../src/host/service/open-host.ts'
import { freePort } from '../e2e/free-port.ts'
import type { CustomerCard } from './orders.ts'

export const CARD_PIN = '123456'
export const PASSWORD = '135792'

/** Where one till and its host keep their files. */
export interface TillSite {
  readonly tid: string
  readonly terminalDirectory: string
  readonly boardDirectory: string
  readonly cardsDirectory: string
  readonly profileFile: string
  readonly keyBlockFile: string
  readonly cards: readonly CustomerCard[]
  readonly hostPort: number
}

/** The files of a whole run: below the system's folder for temporary files, one folder for each program. */
export class CrashSite {
  readonly directory: string
  readonly hostDirectory: string
  readonly hostPort: number
  readonly tills: readonly TillSite[]
  /** Balances of all accounts before the first transaction, by card. */
  #openingBalances: ReadonlyMap<string, number> = new Map()

  private constructor(directory: string, hostPort: number, tillCount: number) {
    this.directory = directory
    this.hostPort = hostPort
    this.hostDirectory = join(directory, 'host')
    const cardsDirectory = join(directory, 'cards')
    this.tills = Array.from({ length: tillCount }, (_, index) => ({
      tid: String(30_000_001 + index),
      terminalDirectory: join(directory, `terminal-${index + 1}`),
      boardDirectory: join(directory, `board-${index + 1}`),
      cardsDirectory,
      profileFile: join(directory, `terminal-${index + 1}.profile.json`),
      keyBlockFile: join(directory, `terminal-${index + 1}.key-block`),
      cards: cardsOf(index).map(({ card }) => card),
      hostPort,
    }))
    mkdirSync(cardsDirectory)
  }

  static async create(tillCount: number): Promise<CrashSite> {
    return new CrashSite(mkdtempSync(join(tmpdir(), 'tillwire-crash-')), await freePort(), tillCount)
  }

  get openingBalances(): ReadonlyMap<string, number> {
    return this.#openingBalances
  }

  logFile(name: string): string {
    return join(this.directory, `${name}.log`)
  }

  /** Terminals, accounts, cards, profiles and key blocks. The boards are there, the host does not run yet. */
  prepare(): void {
    const records = openHostRecords(this.hostDirectory)
    try {
      this.tills.forEach((till, index) => {
        records.estate.addTerminal(till.tid, DEFAULT_MERCHANT.mid)
        writeFileSync(till.profileFile, profileOf(records, till.tid))
        const { keyBlockProtectionKey } = provisioningOf(till.boardDirectory)
        const keyBlock = records.estate.keyBlockFor(till.tid, keyBlockProtectionKey)
        writeFileSync(till.keyBlockFile, `${keyBlock}\n`, { mode: 0o600 })
        makeCards(records, till, index)
      })
      this.#openingBalances = new Map(
        records.store.listAccounts().map(({ pan, state }) => [pan.lookup, state.balanceMinor]),
      )
    } finally {
      records.close()
    }
  }
}

function provisioningOf(boardDirectory: string): { readonly keyBlockProtectionKey: string } {
  return JSON.parse(readFileSync(join(boardDirectory, 'pad-provisioning.json'), 'utf8'))
}

/** Nothing is ever given up, all batches stay in the journal, and waits are short. */
function profileOf({ store, personalisation }: HostRecords, tid: string): string {
  const source = { terminals: store.listTerminals(), merchants: store.listMerchants(), personalisation }
  return JSON.stringify({
    ...JSON.parse(terminalProfile(source, tid)),
    reversalExhausted: 'keep',
    replyTimeoutMs: 4000,
    supervisorRequired: false,
    receiptQr: false,
    journal: { keepBatches: 100 },
    link: { connectTimeoutMs: 2000, idleTimeoutMs: 60_000 },
  })
}

interface CardPlan {
  readonly card: CustomerCard
  readonly cvm: 'pin' | 'signature'
}

const BALANCE_MINOR = 5_000_000_00
/** Shared by the customers of all tills: stripes of the first till's range. */
const SHARED = 9

/** Chips of the till's own, for a chip is in one reader at a time; a stripe of its own, and one that all share. */
function cardsOf(index: number): readonly CardPlan[] {
  const card = (name: string, start: string, number: number, hasChip: boolean): CustomerCard => ({
    name,
    pan: withLuhnDigit(start + String(number).padStart(15 - start.length, '0')),
    hasChip,
  })
  return [
    { card: card(`chip-${index}`, '6210949001', index, true), cvm: 'pin' },
    { card: card(`signature-${index}`, '6210949002', index, true), cvm: 'signature' },
    { card: card(`foreign-${index}`, '5413339003', index, true), cvm: 'pin' },
    { card: card(`stripe-${index}`, '6210949004', index, false), cvm: 'pin' },
    { card: card('shared', '6210949005', SHARED, false), cvm: 'pin' },
  ]
}

function makeCards(records: HostRecords, till: TillSite, index: number): void {
  for (const { card, cvm } of cardsOf(index)) {
    if (card.name === 'shared' && index > 0) continue
    const { image } = issueCard(records, {
      pan: card.pan,
      pin: CARD_PIN,
      cardholderName: 'TILLWIRE/CRASH',
      cvm,
      authentication: cvm === 'signature' ? 'dda' : 'sda',
      stripeOnly: !card.hasChip,
      balanceMinor: BALANCE_MINOR,
      year: new Date().getFullYear(),
    })
    saveCardImage(join(till.cardsDirectory, `${card.name}.json`), image)
  }
}
