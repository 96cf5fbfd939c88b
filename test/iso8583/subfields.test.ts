import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asciiToBytes, fromHex } from '../../src/base/bytes.ts'
import type { Result } from '../../src/base/result.ts'
import {
  formatBatchDetails,
  formatSettlementTotals,
  parseBatchDetails,
  parseSettlementTotals,
} from '../../src/iso8583/subfields/field-48.ts'
import { formatAdditionalAmounts, parseAdditionalAmounts } from '../../src/iso8583/subfields/field-54.ts'
import { formatField59, parseField59 } from '../../src/iso8583/subfields/field-59.ts'
import { formatField60, parseField60 } from '../../src/iso8583/subfields/field-60.ts'
import { formatField61, parseField61 } from '../../src/iso8583/subfields/field-61.ts'
import {
  formatParameters,
  formatTerminalSerial,
  formatWorkingKeys,
  parseDownloadReply,
  parseParameters,
  parseTerminalSerial,
  parseWorkingKeys,
} from '../../src/iso8583/subfields/field-62.ts'
import { formatField63, parseField63, splitReplyText } from '../../src/iso8583/subfields/field-63.ts'
import { textOf, vectorsOf } from '../vectors/vectors.ts'

function value<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`)
  return result.value
}

/** Fields of the public messages by number. */
function published(field: string): readonly string[] {
  return vectorsOf('cup-message').flatMap(({ expected }) => {
    const fields = expected['fields'] as Readonly<Record<string, string>>
    const text = fields[field]
    return text === undefined ? [] : [text]
  })
}

const TEXTS: Readonly<Record<string, (text: string) => Result<unknown, { readonly offset: number }>>> = {
  'settlement totals': parseSettlementTotals,
  'batch details': parseBatchDetails,
  'additional amounts': parseAdditionalAmounts,
  'field 59': (text) => parseField59(text),
  'field 60': parseField60,
  'field 61': parseField61,
  'field 63': parseField63,
  parameters: parseParameters,
  'working keys': (text) => parseWorkingKeys(asciiToBytes(text)),
  'terminal serial': (text) => parseTerminalSerial(asciiToBytes(text)),
  'download reply': (text) => parseDownloadReply(asciiToBytes(text)),
}

describe('every subfield', () => {
  it.each(Object.entries(TEXTS))('%s: takes or refuses anything, with a place inside it', (_, parse) => {
    const anything = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789 ABDFabc=.'), maxLength: 90 }),
      fc.string({ unit: 'binary-ascii', maxLength: 90 }),
    )
    fc.assert(
      fc.property(anything, (text) => {
        const result = parse(text)
        if (!result.ok) {
          expect(result.error.offset).toBeGreaterThanOrEqual(0)
          expect(result.error.offset).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('never repeats what it refused', () => {
    const secret = '62109480000000'
    for (const parse of Object.values(TEXTS)) {
      const result = parse(`${secret}xx`)
      if (!result.ok) expect(JSON.stringify(result.error)).not.toContain('621094')
    }
  })
})

describe('field 48', () => {
  it('settlement totals of the published message', () => {
    const [text] = published('48').filter((each) => each.length === 62)
    if (text === undefined) throw new Error('no vector')
    const totals = value(parseSettlementTotals(text))
    expect(totals.domestic.debitAmountMinor).toBe(Number(text.slice(0, 12)))
    expect(totals.foreign.creditCount).toBe(Number(text.slice(58, 61)))
    expect(formatSettlementTotals(totals)).toBe(text)
  })

  it('totals come back, and no truncation of them is taken', () => {
    const amount = fc.integer({ min: 0, max: 999_999_999_999 })
    const count = fc.integer({ min: 0, max: 999 })
    const totals = fc.record({
      debitAmountMinor: amount,
      debitCount: count,
      creditAmountMinor: amount,
      creditCount: count,
      flag: fc.constantFrom('notCompared', 'balanced', 'unbalanced', 'error'),
    })
    fc.assert(
      fc.property(totals, totals, fc.nat(61), (domestic, foreign, at) => {
        const text = formatSettlementTotals({ domestic, foreign })
        expect(text).toHaveLength(62)
        expect(value(parseSettlementTotals(text))).toEqual({ domestic, foreign })
        expect(parseSettlementTotals(text.slice(0, at)).ok).toBe(false)
      }),
    )
  })

  it('batch details of the published message', () => {
    const text = published('48').find((each) => each.length !== 62)
    if (text === undefined) throw new Error('no vector')
    const details = value(parseBatchDetails(text))
    expect(details.length).toBe(Number(text.slice(0, 2)))
    expect(formatBatchDetails(details)).toBe(text)
    expect(parseBatchDetails(text.slice(0, -1)).ok).toBe(false)
    expect(parseBatchDetails(`09${text.slice(2)}`).ok).toBe(false)
  })
})

describe('field 54', () => {
  it('amounts with their sign, both ways', () => {
    const text = '1002156C0000019970001001156D000000000100'
    const items = value(parseAdditionalAmounts(text))
    expect(items).toEqual([
      { accountType: '10', amountType: '02', currency: '156', amountMinor: 1_997_000 },
      { accountType: '10', amountType: '01', currency: '156', amountMinor: -100 },
    ])
    expect(formatAdditionalAmounts(items)).toBe(text)
    expect(parseAdditionalAmounts(text.slice(0, -1)).ok).toBe(false)
    expect(parseAdditionalAmounts(text.replace('C', 'X')).ok).toBe(false)
  })
})

describe('field 59', () => {
  it('items of the published message come back', () => {
    for (const text of published('59')) {
      const items = value(parseField59(text))
      expect(items.length).toBeGreaterThan(0)
      expect(formatField59(items)).toBe(text)
      expect(parseField59(text.slice(0, -1)).ok).toBe(false)
    }
  })

  it('any items come back', () => {
    const item = fc.record({
      tag: fc.constantFrom('A1', 'A2', 'A3', 'A4'),
      value: fc.string({ unit: fc.constantFrom(...'0123456789ABC '), maxLength: 40 }),
    })
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 5 }), (items) => {
        expect(value(parseField59(formatField59(items)))).toEqual(items)
      }),
    )
  })
})

describe('fields 60 and 61', () => {
  it('come back from every published message', () => {
    const texts = published('60').filter((text) => parseField60(text).ok)
    // One acquirer's dialect has a form of its own.
    expect(texts.length).toBeGreaterThanOrEqual(published('60').length - 2)
    for (const text of texts) expect(formatField60(value(parseField60(text)))).toBe(text)
    for (const text of published('61')) expect(formatField61(value(parseField61(text)))).toBe(text)
  })

  it('have their members in their places', () => {
    expect(value(parseField60('22000012000501'))).toMatchObject({
      transactionType: '22',
      batchNumber: '000012',
      managementCode: '000',
      readingCapability: '5',
    })
    expect(value(parseField61('0000010000021123'))).toMatchObject({
      batchNumber: '000001',
      stan: '000002',
      date: '1123',
    })
    expect(parseField60('2200001').ok).toBe(false)
    expect(parseField61('00000100000').ok).toBe(false)
  })
})

describe('field 62', () => {
  it('the published working keys: the MAC key of single length has no second half', () => {
    const [vector] = vectorsOf('cup-keys')
    if (vector === undefined) throw new Error('no vector')
    const bytes = fromHex(textOf(vector.inputs, 'f62'))
    const keys = value(parseWorkingKeys(bytes))
    expect(keys.pinKey.cryptogram).toHaveLength(16)
    expect(keys.macKey.cryptogram).toHaveLength(8)
    expect(keys.trackKey).toBeUndefined()
    expect(formatWorkingKeys(keys)).toEqual(bytes)
  })

  it('no other size is a set of keys', () => {
    for (const size of [0, 1, 23, 25, 39, 41, 59, 61, 85]) {
      expect(parseWorkingKeys(new Uint8Array(size)).ok).toBe(false)
    }
  })

  it('serial number and parameters', () => {
    const bytes = formatTerminalSerial({ certificate: '3150', serialNumber: 'TILLWIRE0001' })
    expect(value(parseTerminalSerial(bytes))).toEqual({ certificate: '3150', serialNumber: 'TILLWIRE0001' })
    const items = value(parseParameters('1230133'))
    expect(items.map(({ code, value: each }) => code + each).join('')).toBe('1230133')
    expect(formatParameters(items)).toBe('1230133')
  })

  it('a published download says what follows', () => {
    const [text] = published('62').filter((each) => each.startsWith('319F06'))
    if (text === undefined) throw new Error('no vector')
    const reply = value(parseDownloadReply(fromHex(text)))
    expect(reply.flag).toBe('complete')
    expect(reply.objects.length).toBeGreaterThan(0)
  })
})

describe('field 63', () => {
  it('operator, then text', () => {
    expect(formatField63({ operatorOrOrganisation: '01' })).toBe('01 ')
    expect(value(parseField63('CUP交易'.slice(0, 3)))).toEqual({ operatorOrOrganisation: 'CUP' })
    expect(splitReplyText(''.padEnd(60, ' '))).toMatchObject({ issuer: '', centre: '', acquirer: '' })
  })
})
