import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EstateError } from '../../../src/host/estate/estate.ts'
import { EstateRefusal } from '../../../src/host/estate/estate-refusal.ts'
import { RateBook } from '../../../src/host/estate/rate-book.ts'
import { readRateFile } from '../../../src/host/estate/rate-file.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-rates-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('the book of rates', () => {
  it('keeps each version with the time at which the next took its place, over a restart', () => {
    let nowMs = 1000
    const book = new RateBook(directory, () => nowMs)
    const { version, ...content } = book.current()
    book.change(version, { ...content, source: 'SECOND' })
    nowMs = 2000
    book.change(2, { ...content, source: 'THIRD' })
    const again = new RateBook(directory)
    expect(again.current()).toMatchObject({ version: 3, source: 'THIRD' })
    expect(again.ofVersion(3)?.replacedAtMs).toBeUndefined()
    expect(again.ofVersion(2)).toMatchObject({ table: { source: 'SECOND' }, replacedAtMs: 2000 })
    expect(again.ofVersion(1)?.replacedAtMs).toBe(1000)
    expect(again.ofVersion(4)).toBeUndefined()
  })

  it('changes nothing for whoever looked at an older version, or says what can not be', () => {
    const book = new RateBook(directory)
    const { version, ...content } = book.current()
    book.change(version, content)
    expect(() => book.change(version, content)).toThrow(EstateRefusal)
    for (const wrong of [
      { ...content, base: '999' },
      { ...content, source: '泰维' },
      { ...content, rates: [...content.rates, content.rates[0]] },
      { ...content, rates: [{ ...content.rates[0], rate: 0.14 }] },
      { ...content, rates: [{ ...content.rates[0], validUntil: '20260230000000' }] },
      { ...content, rates: [{ ...content.rates[0], validUntil: '20190101000000' }] },
      { ...content, rates: [{ ...content.rates[0], markupBasisPoints: -1 }] },
      { ...content, rates: [{ ...content.rates[0], currency: content.base }] },
      { ...content, ranges: [{ prefix: '41', currency: '840' }] },
      { ...content, more: 1 },
      undefined,
    ])
      expect(() => book.change(2, wrong)).toThrow(EstateRefusal)
    expect(new RateBook(directory).current().version).toBe(2)
  })

  it('stops at a damaged file with a sentence that says what to do', () => {
    for (const text of ['{"tables": [', '{"tables": []}', '{"tables": [{"version": 0}]}']) {
      writeFileSync(join(directory, 'rates.json'), text)
      expect(() => new RateBook(directory)).toThrow(EstateError)
      expect(() => new RateBook(directory)).toThrow(/move it away/)
    }
  })
})

describe('a file of rates', () => {
  it('JSON as it is listed comes in again', () => {
    const table = new RateBook(undefined).current()
    const { version: _, ...content } = table
    expect(readRateFile(JSON.stringify(table))).toEqual({ ok: true, content })
  })

  it.each([
    ['', ['base: is no ISO 4217 number that is known here', 'source: is not 1 to 20 ASCII characters']],
    ['base,CNY\nsource,X\nrates,USD', ['line 3: begins with none of base, source, rate, range']],
    ['base,CNY\nsource,X\nrate,USD,1', ['line 3: a rate has 6 columns, not 3']],
    [
      'base,CNY\nsource,X\n\n# nothing\nrate,XXX,1,2%,20260101000000,2026\nrange,4,USD',
      [
        'line 5: currency: is no ISO 4217 number that is known here',
        'line 5: markupBasisPoints: is no whole number of basis points from 0 to 9999',
        'line 5: validUntil: is no time: YYYYMMDDhhmmss',
        'line 6: prefix: is not 3 to 14 digits',
      ],
    ],
    ['{"base": ', [expect.stringContaining('it is no JSON')]],
    ['{"base": "156", "source": "X", "rates": []}', [expect.stringContaining('ranges')]],
  ])('%j: each fault with its line', (text, faults) => {
    expect(readRateFile(text)).toEqual({ ok: false, faults })
  })
})
