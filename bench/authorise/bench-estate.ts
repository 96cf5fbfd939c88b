import type { TestCard } from '../../src/host/core/test-cards.ts'
import { DEFAULT_MERCHANT } from '../../src/host/estate/default-estate.ts'
import type { HostRecords } from '../../src/host/service/open-host.ts'

/** Key of the PIN pads of the benchmark's terminals: their master keys are handed over under it. */
export const PAD_PROTECTION_KEY = '0F1E2D3C4B5A69788796A5B4C3D2E1F0'
export const CARD_PIN = '482913'
export const CARD_EXPIRY = '3012'

export interface BenchTerminal {
  readonly tid: string
  /** TR-31 block of the terminal master key under `PAD_PROTECTION_KEY`. */
  readonly masterKeyBlock: string
}

export interface BenchEstate {
  readonly mid: string
  readonly terminals: readonly BenchTerminal[]
  /** Test card numbers, each with an account. */
  readonly pans: readonly string[]
  /** The cards' own master keys for application cryptograms, by card, in hexadecimal. */
  readonly cardKeys: Readonly<Record<string, string>>
}

/** `terminalCount` terminals and `cardCount` cards in the host's records, beside the embedded defaults. */
export function setUpBenchEstate(
  records: HostRecords,
  { terminalCount, cardCount }: { readonly terminalCount: number; readonly cardCount: number },
): BenchEstate {
  const { estate, security } = records
  const { mid } = DEFAULT_MERCHANT
  const terminals = Array.from({ length: terminalCount }, (_, index) => {
    const { tid } = estate.addTerminal(String(20_000_000 + index), mid)
    return { tid, masterKeyBlock: estate.keyBlockFor(tid, PAD_PROTECTION_KEY) }
  })
  const pans = Array.from({ length: cardCount }, (_, index) => cardNumber(index))
  const cardKeys: Record<string, string> = {}
  for (const pan of pans) {
    estate.addAccount(cardOf(pan))
    const key = estate.issuerOf(pan)?.cryptogramKey
    if (key === undefined) throw new Error('the issuer of the test range has no key')
    const clear = security.personaliseCardKey(key, 'issuerMasterAc', {
      scheme: 'pboc-01',
      pan,
      panSequence: '01',
    })
    cardKeys[pan] = Buffer.from(clear).toString('hex')
  }
  return { mid, terminals, pans, cardKeys }
}

/** A number of UnionPay's published test range with its check digit. Source: ISO/IEC 7812-1, annex B. */
function cardNumber(index: number): string {
  const body = `621094900${String(index).padStart(6, '0')}`
  let sum = 0
  for (let place = 0; place < body.length; place++) {
    const digit = Number(body[body.length - 1 - place])
    const doubled = place % 2 === 0 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return `${body}${(10 - (sum % 10)) % 10}`
}

function cardOf(pan: string): TestCard {
  return {
    pan,
    pin: CARD_PIN,
    expiry: CARD_EXPIRY,
    balanceMinor: 100_000_000_000,
    status: 'active',
    hasChip: false,
    limits: { singleMinor: undefined, dailyMinor: undefined, dailyCount: undefined },
    testBehaviour: undefined,
    en: 'card of the benchmark',
    zh: '性能测试卡',
  }
}
