import { describe, expect, it } from 'vitest'
import { createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { hasBit, type ResultBit, TVR } from '../../../src/emv/results.ts'
import type { PinPadAnswer } from '../../../src/terminal/flows/peripheral-effect.ts'
import { startContact } from '../../../src/terminal/kernel/contact.ts'
import { isConditionMet, parseCvmList } from '../../../src/terminal/kernel/cvm-list.ts'
import type { EmvTransaction } from '../../../src/terminal/kernel/emv-transaction.ts'
import type { KernelConfig } from '../../../src/terminal/kernel/kernel-config.ts'
import { applicationOf, countingRandom, testCard } from '../../hardware/chip-card/test-cards.ts'
import { PIN_BLOCK, runKernel, testConfig, testTransaction } from './kernel-world.ts'

const ENTERED: PinPadAnswer = { kind: 'pinEntered', pinBlock: PIN_BLOCK }

/** Runs a transaction with a card whose list is `rules` (the amounts are zero unless given). */
function verify(
  rules: string,
  options: {
    readonly amounts?: string
    readonly pad?: PinPadAnswer
    readonly config?: Partial<KernelConfig>
    readonly transaction?: Partial<EmvTransaction>
  } = {},
) {
  const image = testCard({ authentication: 'sda' })
  const record = applicationOf(image).records.find(({ sfi, number }) => sfi === 2 && number === 1)
  const list = (options.amounts ?? '0000000000000000') + rules
  // The record's signature breaks, which the TVR tells; its length must fit again.
  if (record !== undefined) {
    const content = record.data
      .replace(/^7081../, '')
      .replace(
        /8E0E[0-9A-F]{28}/,
        `8E${(list.length / 2).toString(16).padStart(2, '0').toUpperCase()}${list}`,
      )
    record.data = `7081${(content.length / 2).toString(16).toUpperCase()}${content}`
  }
  const card = createChipCard(image, { random: countingRandom() })
  card.powerOn()
  const asked: string[] = []
  const world = {
    card,
    pinPad: (command: { readonly op: string }) => {
      asked.push(command.op)
      return options.pad ?? ENTERED
    },
  }
  const start = runKernel(
    world,
    startContact(testConfig(options.config), testTransaction(options.transaction)),
  )
  if (start.kind === 'ended' || start.kind === 'fallback')
    return { start, asked, results: '', has: () => false }
  return {
    start,
    asked,
    results: toHex(start.results.cvmResults),
    has: (bit: ResultBit) => hasBit(start.results.terminalVerificationResults, bit),
  }
}

describe('CVM list: what each rule leads to', () => {
  it.each([
    ['online PIN', '4200', '420000', ['enterPin']],
    ['signature', '5E00', '5E0000', []],
    ['no CVM', '1F00', '1F0002', []],
    ['an unsupported method, then signature', '41005E00', '5E0000', []],
    ['a condition of cash is passed over', '42041E00', '1E0000', []],
    ['a condition that is not understood is passed over', '42801F00', '1F0002', []],
    ['if the terminal supports it', '440342031F00', '420300', ['enterPin']],
    ['under X', '1F064200', '1F0602', []],
    ['over X', '42071F00', '1F0002', []],
  ])('%s', (_name, rules, results, asked) => {
    const verified = verify(rules, { amounts: '0000FFFF00000000' })
    expect(verified.results).toBe(results)
    expect(verified.asked).toEqual(asked)
    expect(verified.has(TVR.verificationFailed)).toBe(false)
  })

  it.each([
    ['the fail rule', '0000', '000001', []],
    ['an unsupported method without "else next"', '01001F00', '010001', [TVR.pinPadAbsent]],
    ['every rule failing', '41004400', '440001', [TVR.pinPadAbsent]],
    ['no rule applying', '42041E05', '3F0001', []],
    ['an unknown method', '60002A00', '2A0001', [TVR.unrecognisedCvm]],
  ] as const)('%s fails', (_name, rules, results, bits) => {
    const verified = verify(rules)
    expect(verified.results).toBe(results)
    expect(verified.has(TVR.verificationFailed)).toBe(true)
    for (const bit of bits) expect(verified.has(bit)).toBe(true)
  })

  it('an unknown method with "else next" leaves its bit and goes on', () => {
    const verified = verify('60001F00')
    expect(verified.results).toBe('1F0002')
    expect(verified.has(TVR.unrecognisedCvm)).toBe(true)
    expect(verified.has(TVR.verificationFailed)).toBe(false)
  })

  it('a list without rules, or of a wrong size', () => {
    expect(verify('').results).toBe('3F0000')
    expect(verify('42').start).toEqual({ kind: 'ended', reason: { kind: 'badCard', step: 'riskManagement' } })
    expect(parseCvmList(fromHex('00000000'))).toBeUndefined()
  })
})

describe('CVM list: the PIN pad', () => {
  it('an entered PIN travels and sets its bit', () => {
    const verified = verify('4200')
    expect(verified.has(TVR.onlinePinEntered)).toBe(true)
    expect(verified.start).toMatchObject({ pinBlock: PIN_BLOCK, pinBypassed: false })
  })

  it('bypassed: noted, the next rule serves, the pad is asked once', () => {
    const verified = verify('420042005E00', { pad: { kind: 'pinBypassed' } })
    expect(verified.asked).toEqual(['enterPin'])
    expect(verified.results).toBe('5E0000')
    expect(verified.has(TVR.pinNotEntered)).toBe(true)
    expect(verified.has(TVR.onlinePinEntered)).toBe(false)
    expect(verified.start).toMatchObject({ pinBypassed: true, signature: true, pinBlock: undefined })
  })

  it('bypassed where that is not allowed: cancelled', () => {
    const verified = verify('4200', {
      pad: { kind: 'pinBypassed' },
      transaction: { pinBypassAllowed: false },
    })
    expect(verified.start).toEqual({ kind: 'ended', reason: { kind: 'cancelled' } })
  })

  it.each(['cancelled', 'timeout'] as const)('%s ends the transaction', (kind) => {
    expect(verify('4200', { pad: { kind } }).start).toEqual({ kind: 'ended', reason: { kind } })
  })

  it('no PIN key ends the transaction as such', () => {
    expect(verify('4200', { pad: { kind: 'keyMissing', slot: 'pinKey' } }).start).toEqual({
      kind: 'ended',
      reason: { kind: 'keyMissing' },
    })
  })

  it('a missing or broken pad is noted, and the next rule serves', () => {
    for (const pad of [
      { kind: 'missing', device: 'pinPad' },
      { kind: 'fault', device: 'pinPad', reason: 'test' },
    ] as const) {
      const verified = verify('42001F00', { pad })
      expect(verified.results).toBe('1F0002')
      expect(verified.has(TVR.pinPadAbsent)).toBe(true)
    }
  })

  it('a terminal without online PIN notes that and goes on', () => {
    const verified = verify('42001F00', { config: { terminalCapabilities: fromHex('E028C8') } })
    expect(verified.asked).toEqual([])
    expect(verified.results).toBe('1F0002')
    expect(verified.has(TVR.pinPadAbsent)).toBe(true)
  })
})

describe('CVM list: conditions', () => {
  const list = { amountX: 1000, amountY: 2000, rules: [] }
  const situation = {
    transactionType: '00',
    amountMinor: 1500,
    isApplicationCurrency: true,
    terminalType: 0x22,
    terminalCapabilities: fromHex('E068C8'),
  }
  const met = (condition: number, changes: Partial<typeof situation> = {}) =>
    isConditionMet({ code: 0x42, condition, method: 2, continues: true }, list, { ...situation, ...changes })

  it.each([
    [0x00, {}, true],
    [0x01, {}, false],
    [0x01, { transactionType: '01', terminalType: 0x25 }, true],
    [0x01, { transactionType: '01' }, false],
    [0x02, {}, true],
    [0x02, { transactionType: '09' }, false],
    [0x02, { transactionType: '01' }, false],
    [0x03, {}, true],
    [0x03, { terminalCapabilities: fromHex('E028C8') }, false],
    [0x04, { transactionType: '01' }, true],
    [0x05, { transactionType: '09' }, true],
    [0x05, {}, false],
    [0x06, {}, false],
    [0x07, {}, true],
    [0x08, {}, true],
    [0x09, {}, false],
    [0x07, { isApplicationCurrency: false }, false],
    [0x06, { amountMinor: 1000 }, false],
    [0x07, { amountMinor: 1000 }, false],
    [0x0a, {}, false],
    [0x80, {}, false],
  ])('%i with %j: %s', (condition, changes, expected) => {
    expect(met(condition, changes)).toBe(expected)
  })
})
