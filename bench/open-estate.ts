import { NO_ROWS } from '../src/host/core/store-port.ts'
import type { TestCard } from '../src/host/core/test-cards.ts'
import { OPEN_PROFILE } from '../src/host/estate/estate.ts'
import { newTerminal } from '../src/host/estate/new-terminal.ts'
import { type HostRecords, openHostRecords } from '../src/host/service/open-host.ts'
import { midOf, tidOf } from './prefill.ts'

/** Terminals of plain ISO 8583 and funded test cards. */
export interface OpenEstate {
  readonly terminals: number
  readonly merchants: number
  readonly cards: number
  /** The open batch of each terminal. */
  readonly batchNumber: number
}

/** Card number `index` of the published test range, with its check digit. */
export function panOf(index: number): string {
  const digits = `621094${String(700_000_000 + index)}`
  let sum = 0
  for (const [place, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return `${digits}${(10 - (sum % 10)) % 10}`
}

export const CARD_EXPIRY = '3012'

/** Opens the records of a host in `folder` and sets up what the measured requests name. */
export function openEstate(
  folder: string,
  { terminals, merchants, cards, batchNumber }: OpenEstate,
): HostRecords {
  const records = openHostRecords(folder)
  const { store, estate } = records
  store.commit({
    ...NO_ROWS,
    merchants: Array.from({ length: merchants }, (_, index) => ({
      mid: midOf(index),
      name: `Merchant ${index}`,
      currency: '156',
      categoryCode: '5999',
      status: 'active' as const,
    })),
    terminals: Array.from({ length: terminals }, (_, index) => ({
      ...newTerminal({ tid: tidOf(index), mid: midOf(index % merchants), profile: OPEN_PROFILE }),
      batchNumber,
    })),
  })
  for (let index = 0; index < cards; index++) estate.addAccount(cardOf(index))
  return records
}

function cardOf(index: number): TestCard {
  return {
    pan: panOf(index),
    pin: '123456',
    expiry: CARD_EXPIRY,
    balanceMinor: 100_000_000_000,
    status: 'active',
    hasChip: false,
    limits: { singleMinor: undefined, dailyMinor: undefined, dailyCount: undefined },
    testBehaviour: undefined,
    en: '',
    zh: '',
  }
}
