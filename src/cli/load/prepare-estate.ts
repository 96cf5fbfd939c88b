import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { toHex } from '../../base/bytes.ts'
import { withLuhnDigit } from '../../base/exposure.ts'
import { DEFAULT_MERCHANT } from '../../host/estate/default-estate.ts'
import { openHostRecords } from '../../host/service/open-host.ts'
import type { LoadEstate } from '../../load/unionpay/load-estate.ts'
import { type IssuingRecords, issueCard } from '../card/issue-card.ts'
import { UsageFailure } from '../failure.ts'

const PIN = '123456'
/** Enough for a year of load on one card. */
const BALANCE_MINOR = 90_000_000_000
const TEST_RANGE = '621094'
const TERMINALS_MAX = 99_999

/**
 * Registers `count` virtual terminals with one stripe and one chip card each at the host of `directory`, which must not
 * run, and answers what its load generator has to know. A host that has such terminals already gets further ones.
 * Signals are heard between terminals: `isOver` then ends it early.
 */
export async function prepareEstate(
  directory: string,
  count: number,
  isOver: () => boolean = () => false,
): Promise<LoadEstate> {
  const records = openHostRecords(directory)
  try {
    let grown = emptyEstate()
    for (const estate of growEstate(records, undefined, count)) {
      grown = estate
      await setImmediate()
      if (isOver()) break
    }
    return grown
  } finally {
    records.close()
  }
}

/**
 * Adds terminals to an estate until it has `count`, and answers it after each: a host that runs goes on answering between
 * them.
 */
export function* growEstate(
  records: IssuingRecords,
  begun: LoadEstate | undefined,
  count: number,
): Generator<LoadEstate> {
  let estate = begun ?? emptyEstate()
  const taken = new Set(records.store.listTerminals().map(({ tid }) => tid))
  for (let number = 1; estate.terminals.length < count; number++) {
    if (number > TERMINALS_MAX) throw new UsageFailure('the host has no more terminal numbers for a load')
    const tid = `9${String(number).padStart(7, '0')}`
    if (taken.has(tid)) continue
    const { mid } = records.estate.addTerminal(tid, DEFAULT_MERCHANT.mid)
    const terminal = {
      tid,
      mid,
      keyBlock: records.estate.keyBlockFor(tid, estate.keyBlockProtectionKey),
      lastStan: 0,
      stripe: cardOf(records, number, '8', true),
      chip: cardOf(records, number, '9', false),
    }
    estate = { ...estate, terminals: [...estate.terminals, terminal] }
    yield estate
  }
}

function emptyEstate(): LoadEstate {
  const keyBlockProtectionKey = toHex(randomBytes(16))
  return { format: 'tillwire-load-estate-1', keyBlockProtectionKey, pin: PIN, terminals: [] }
}

/** A card of a number range that people don't use: 621094, kind, 7 zeros and digits of the terminal. */
function cardOf(records: IssuingRecords, number: number, kind: '8' | '9', stripeOnly: boolean) {
  const pan = withLuhnDigit(`${TEST_RANGE}${kind}1${String(number).padStart(7, '0')}`)
  return issueCard(records, {
    pan,
    pin: PIN,
    cardholderName: 'TILLWIRE/LOAD',
    cvm: 'pin',
    // No key pair of the card's own: making one takes longer than a thousand transactions.
    authentication: 'sda',
    stripeOnly,
    balanceMinor: BALANCE_MINOR,
    year: new Date().getFullYear(),
  }).image
}

/** Writes an estate for its owner alone: it holds the key under which the terminals' master keys travel. */
export function writeEstate(path: string, estate: LoadEstate): void {
  writeFileSync(path, `${JSON.stringify(estate)}\n`, { mode: 0o600 })
}
