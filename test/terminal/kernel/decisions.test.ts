import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { encodeTlv } from '../../../src/emv/ber-tlv.ts'
import { hasBit, type ResultBit, TSI, TVR } from '../../../src/emv/results.ts'
import { analyseActions, analyseDefault } from '../../../src/terminal/kernel/action-analysis.ts'
import { parseFileLocator } from '../../../src/terminal/kernel/application-initiation.ts'
import { ContactSession } from '../../../src/terminal/kernel/contact-session.ts'
import type { EmvTransaction } from '../../../src/terminal/kernel/emv-transaction.ts'
import type { ApplicationParameters, KernelConfig } from '../../../src/terminal/kernel/kernel-config.ts'
import { chooseMethod } from '../../../src/terminal/kernel/offline-authentication.ts'
import { checkRestrictions } from '../../../src/terminal/kernel/processing-restrictions.ts'
import { isSelected, manageRisk } from '../../../src/terminal/kernel/risk-management.ts'
import { runKernel, testConfig, testTransaction } from './kernel-world.ts'

const PARAMETERS: ApplicationParameters = {
  aid: fromHex('A000000333010101'),
  partialMatch: true,
  version: fromHex('0020'),
  tacDefault: fromHex('D84000A800'),
  tacDenial: fromHex('0010000000'),
  tacOnline: fromHex('D84004F800'),
  floorLimitMinor: 50_000,
  randomThresholdMinor: 20_000,
  randomTargetPercent: 0,
  randomMaximumPercent: 99,
  defaultDdol: fromHex('9F3704'),
  onlinePin: true,
}

/** A session in the middle of a transaction, with what the card has said. */
function session(
  card: Readonly<Record<string, string>> = {},
  options: {
    readonly parameters?: Partial<ApplicationParameters>
    readonly transaction?: Partial<EmvTransaction>
    readonly config?: Partial<KernelConfig>
    readonly tvr?: string
  } = {},
): ContactSession {
  const parameters = { ...PARAMETERS, ...options.parameters }
  const made = new ContactSession(
    testConfig(options.config),
    testTransaction(options.transaction),
    { name: parameters.aid, parameters, label: 'TEST', pdol: new Uint8Array(0), objects: new Map() },
    fromHex('01020304'),
  )
  made.card.set('82', fromHex('7C00'))
  made.card.set('5A', fromHex('6210948000000011'))
  for (const [tag, value] of Object.entries(card)) made.card.set(tag, fromHex(value))
  made.tvr.set(fromHex(options.tvr ?? '0000000000'))
  return made
}

describe('action analysis', () => {
  const open = { '9F0D': '0000000000', '9F0E': '0000000000', '9F0F': '0000000000' }

  it.each([
    ['nothing is wrong', '0000000000', open, 'TC'],
    ['floor limit: TAC online', '0000008000', open, 'ARQC'],
    ['service not allowed: TAC denial', '0010000000', open, 'AAC'],
    ['denial wins over online', '0010008000', open, 'AAC'],
    ['IAC denial', '0040000000', { ...open, '9F0E': '0040000000' }, 'AAC'],
    ['IAC online', '0008000000', { ...open, '9F0F': '0008000000' }, 'ARQC'],
    ['a missing IAC online wants everything online', '0008000000', { '9F0E': '0000000000' }, 'ARQC'],
    ['a missing IAC denial denies nothing', '0040000000', { '9F0F': '0000000000' }, 'ARQC'],
    ['a bit that nobody watches', '0008000000', open, 'TC'],
  ] as const)('%s', (_name, tvr, codes, expected) => {
    expect(analyseActions(session(codes, { tvr }))).toBe(expected)
  })

  it('an online-only terminal always asks; an offline-only one takes the default codes', () => {
    expect(analyseActions(session(open, { config: { terminalType: 0x21 } }))).toBe('ARQC')
    expect(analyseActions(session(open, { config: { terminalType: 0x23 } }))).toBe('TC')
    expect(analyseActions(session(open, { config: { terminalType: 0x23 }, tvr: '8000000000' }))).toBe('AAC')
  })

  it.each([
    ['0000000000', open, 'TC'],
    ['0000008000', open, 'AAC'],
    ['0008000000', { ...open, '9F0D': '0008000000' }, 'AAC'],
    ['0008000000', {}, 'AAC'],
    ['0000000000', {}, 'TC'],
  ] as const)('without an answer: TVR %s with %j gives %s', (tvr, codes, expected) => {
    expect(analyseDefault(session(codes, { tvr }))).toBe(expected)
  })
})

describe('random selection', () => {
  it.each([
    // Below the threshold the target counts.
    [{ randomTargetPercent: 20 }, 10_000, 20, true],
    [{ randomTargetPercent: 20 }, 10_000, 21, false],
    // From the threshold it grows to the maximum: half-way between 20 and 80 at 35 000.
    [{ randomTargetPercent: 20, randomMaximumPercent: 80 }, 20_000, 20, true],
    [{ randomTargetPercent: 20, randomMaximumPercent: 80 }, 20_000, 21, false],
    [{ randomTargetPercent: 20, randomMaximumPercent: 80 }, 35_000, 50, true],
    [{ randomTargetPercent: 20, randomMaximumPercent: 80 }, 35_000, 51, false],
    [{ randomTargetPercent: 0, randomMaximumPercent: 0 }, 49_999, 1, false],
    // At the floor limit it is not applied: the limit itself sends online.
    [{ randomTargetPercent: 99, randomMaximumPercent: 99 }, 50_000, 1, false],
  ])('%j, amount %i, draw %i: %s', (changes, amount, draw, expected) => {
    expect(isSelected({ ...PARAMETERS, ...changes }, amount, draw)).toBe(expected)
  })

  it('never selects below the target of 0 or misses at 99', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 19_999 }), fc.integer({ min: 1, max: 99 }), (amount, draw) => {
        expect(isSelected({ ...PARAMETERS, randomTargetPercent: 0 }, amount, draw)).toBe(false)
        expect(isSelected({ ...PARAMETERS, randomTargetPercent: 99 }, amount, draw)).toBe(true)
      }),
    )
  })

  it('draws each of 1 to 99 alike, whatever the bytes', () => {
    const counts = new Map<boolean, number>()
    for (let byte = 0; byte < 198; byte++) {
      const made = session({}, { parameters: { randomTargetPercent: 33 }, transaction: { amountMinor: 100 } })
      const random = { bytes: (size: number) => new Uint8Array(size).fill(0xff).fill(byte, size - 1) }
      runKernel({ card: { transmit: () => fromHex('6A88') }, random }, manageRisk(made))
      const selected = hasBit(made.tvr, TVR.randomlySelected)
      counts.set(selected, (counts.get(selected) ?? 0) + 1)
    }
    expect(counts.get(true)).toBe(66)
  })
})

describe('risk management', () => {
  function run(
    card: Readonly<Record<string, string>>,
    options: Parameters<typeof session>[1] = {},
    counters: Readonly<Record<string, string>> = {},
  ) {
    const made = session(card, options)
    const transmit = (apdu: Uint8Array) => {
      const tag = toHex(apdu.subarray(2, 4))
      const value = counters[tag]
      return value === undefined ? fromHex('6A88') : fromHex(`${toHex(encodeTlv(tag, fromHex(value)))}9000`)
    }
    runKernel(
      { card: { transmit }, random: { bytes: (size) => new Uint8Array(size).fill(98) } },
      manageRisk(made),
    )
    return { tvr: toHex(made.tvr), performed: hasBit(made.tsi, TSI.terminalRiskManagementPerformed) }
  }

  it.each([
    ['below the floor limit', {}, { amountMinor: 49_999 }, '0000000000'],
    ['at the floor limit', {}, { amountMinor: 50_000 }, '0000008000'],
    ['forced by the merchant', {}, { amountMinor: 100, forceOnline: true }, '0000000800'],
  ])('%s', (_name, card, transaction, tvr) => {
    const parameters = { randomMaximumPercent: 0 }
    expect(run(card, { transaction, parameters })).toEqual({ tvr, performed: true })
  })

  it('earlier amounts of the same card count against the floor limit', () => {
    const logged = (pan: string) => (pan === '6210948000000011' ? 49_900 : 0)
    const transaction = { amountMinor: 100, loggedAmountMinor: logged }
    expect(run({}, { transaction }).tvr).toBe('0000008000')
  })

  it('a card on the exception file is noted', () => {
    const config = { isOnExceptionFile: (pan: string) => pan.endsWith('0011') }
    expect(run({}, { config, transaction: { amountMinor: 100 } }).tvr).toBe('1000000000')
  })

  it('a card that does not want it gets none but what the merchant forces', () => {
    expect(run({ '82': '7400' }, { transaction: { forceOnline: true } })).toEqual({
      tvr: '0000000800',
      performed: false,
    })
  })

  const limits = { '9F14': '03', '9F23': '05' }
  it.each([
    ['within the limits', { '9F36': '000A', '9F13': '0007' }, '0000000000'],
    ['above the lower', { '9F36': '000B', '9F13': '0007' }, '0000004000'],
    ['above both', { '9F36': '000D', '9F13': '0007' }, '0000006000'],
    ['a new card', { '9F36': '0001', '9F13': '0000' }, '0008000000'],
    ['counters that go backwards', { '9F36': '0007', '9F13': '0007' }, '0000006000'],
    ['no counter', { '9F13': '0007' }, '0000006000'],
    ['no last online counter', { '9F36': '0007' }, '0000006000'],
  ])('velocity: %s', (_name, counters, tvr) => {
    expect(run(limits, { transaction: { amountMinor: 100 } }, counters).tvr).toBe(tvr)
  })

  it('velocity is checked only when both limits are there', () => {
    expect(run({ '9F14': '03' }, { transaction: { amountMinor: 100 } }).tvr).toBe('0000000000')
  })
})

describe('processing restrictions', () => {
  const right = { '9F08': '0020', '9F07': 'FF00', '5F28': '0156', '5F25': '250101', '5F24': '301231' }

  const findings = (card: Readonly<Record<string, string>>, transaction: Partial<EmvTransaction> = {}) => {
    const made = session(card, { transaction })
    checkRestrictions(made)
    return toHex(made.tvr)
  }

  it.each([
    ['a card that is right', {}, {}, '0000000000'],
    ['another version', { '9F08': '0030' }, {}, '0080000000'],
    ['not for goods or services at home', { '9F07': 'D700' }, {}, '0010000000'],
    ['goods at home', { '9F07': '2100' }, {}, '0000000000'],
    ['abroad not allowed', { '9F07': '2900', '5F28': '0840' }, {}, '0010000000'],
    ['abroad allowed', { '9F07': '1500', '5F28': '0840' }, {}, '0000000000'],
    ['only at ATMs', { '9F07': 'FE00' }, {}, '0010000000'],
    ['cash not allowed', { '9F07': '2900' }, { transactionType: '01' }, '0010000000'],
    ['cashback not allowed', { '9F07': '2900' }, { transactionType: '09' }, '0010000000'],
    ['cashback allowed', { '9F07': '2980' }, { transactionType: '09' }, '0000000000'],
    ['a refund is not goods', { '9F07': '0100' }, { transactionType: '20' }, '0000000000'],
    ['not yet effective', { '5F25': '261124' }, {}, '0020000000'],
    ['effective from today', { '5F25': '261123' }, {}, '0000000000'],
    ['expired yesterday', { '5F24': '261122' }, {}, '0040000000'],
    ['expires today', { '5F24': '261123' }, {}, '0000000000'],
    ['expired in the last century', { '5F24': '991231' }, {}, '0040000000'],
  ])('%s', (_name, card, transaction, tvr) => {
    expect(findings({ ...right, ...card }, transaction)).toBe(tvr)
  })

  it('a card without usage control and dates of effect is free', () => {
    expect(findings({ '5F24': '301231' })).toBe('0000000000')
  })
})

describe('offline authentication: which method', () => {
  it.each([
    ['7D00', 'E068C8', 'cda'],
    ['7D00', 'E068C0', 'dda'],
    ['7D00', 'E06880', 'sda'],
    ['7C00', 'E068C8', 'dda'],
    ['5C00', 'E068C8', 'sda'],
    ['1C00', 'E068C8', undefined],
    ['7D00', 'E06800', undefined],
  ])('card %s, terminal %s: %s', (profile, capabilities, expected) => {
    expect(chooseMethod(fromHex(profile), fromHex(capabilities))).toBe(expected)
  })
})

describe('file locator', () => {
  it.each([
    ['', 'empty'],
    ['080101', 'not whole'],
    ['00010100', 'SFI 0'],
    ['F8010100', 'SFI 31'],
    ['09010100', 'low bits'],
    ['08000100', 'first record 0'],
    ['08020100', 'last before first'],
    ['08010102', 'more signed than there are'],
  ])('%s is refused (%s)', (locator) => {
    expect(parseFileLocator(fromHex(locator))).toBeUndefined()
  })

  it('the one of the public trace', () => {
    expect(parseFileLocator(fromHex('080103001001050120010100'))).toEqual([
      { sfi: 1, first: 1, last: 3, authenticated: 0 },
      { sfi: 2, first: 1, last: 5, authenticated: 1 },
      { sfi: 4, first: 1, last: 1, authenticated: 0 },
    ])
  })
})

describe('bits', () => {
  it('each has its own place', () => {
    for (const table of [TVR, TSI]) {
      const places = Object.values(table as Readonly<Record<string, ResultBit>>).map((bit) => bit.join('.'))
      expect(new Set(places).size).toBe(places.length)
    }
  })
})
