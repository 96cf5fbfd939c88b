import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packBcd, packBcdLeft, unpackNibbles } from '../../src/base/bcd.ts'
import {
  asciiToBytes,
  ByteReader,
  bytesToAscii,
  concatBytes,
  equalBytes,
  fromHex,
  isHex,
  toHex,
  xorBytes,
} from '../../src/base/bytes.ts'
import { isLuhnValid, maskValue, truncatePan, withLuhnDigit } from '../../src/base/exposure.ts'
import { InvariantError } from '../../src/base/invariant.ts'
import { currencyCode, formatAmount, parseAmount } from '../../src/base/money.ts'

const digits = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((each) => each.join(''))

describe('bytes', () => {
  it('hexadecimal is what Buffer says, in upper case', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex').toUpperCase())
        expect(equalBytes(fromHex(toHex(bytes).toLowerCase()), bytes)).toBe(true)
      }),
    )
  })

  it('text that is not hexadecimal is refused', () => {
    for (const text of ['0', '0g', '12 3', '0x12']) {
      expect(isHex(text)).toBe(false)
      expect(() => fromHex(text)).toThrow(InvariantError)
    }
    expect(toHex(fromHex('01 ab\n2F'))).toBe('01AB2F')
  })

  it('every byte survives as a character', () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect(equalBytes(asciiToBytes(bytesToAscii(all)), all)).toBe(true)
    expect(() => asciiToBytes('成')).toThrow(InvariantError)
  })

  it('a reader gives what is there and nothing past the end', () => {
    const reader = new ByteReader(fromHex('010203'))
    expect(toHex(reader.take(2) ?? new Uint8Array())).toBe('0102')
    expect(reader.take(2)).toBeUndefined()
    expect([reader.offset, reader.remaining]).toEqual([2, 1])
  })

  it('exclusive or needs two arrays of one length', () => {
    expect(toHex(xorBytes(fromHex('F00F'), fromHex('FFFF')))).toBe('0FF0')
    expect(() => xorBytes(fromHex('00'), fromHex('0000'))).toThrow(InvariantError)
    expect(toHex(concatBytes([fromHex('01'), fromHex(''), fromHex('02')]))).toBe('0102')
  })
})

describe('packed decimal', () => {
  it('right-aligned and left-aligned odd counts differ by the place of the zero', () => {
    expect(toHex(packBcd('123'))).toBe('0123')
    expect(toHex(packBcdLeft('123'))).toBe('1230')
    expect(toHex(packBcdLeft('123', 'F'))).toBe('123F')
    expect(() => packBcd('1G')).toThrow(InvariantError)
  })

  it('unpacks to the digits with their padding', () => {
    fc.assert(
      fc.property(digits(0, 40), (text) => {
        const padded = text.length % 2 === 0 ? text : `0${text}`
        expect(unpackNibbles(packBcd(text))).toBe(padded)
      }),
    )
  })
})

describe('exposure', () => {
  it('a card number shows at most its first six and last four digits', () => {
    fc.assert(
      fc.property(digits(0, 19), (pan) => {
        const shown = truncatePan(pan)
        const kept = shown.startsWith('<') ? '' : shown.replace(/\*/g, '')
        expect(kept.length).toBeLessThanOrEqual(10)
        if (pan.length >= 13)
          expect(shown).toBe(`${pan.slice(0, 6)}${'*'.repeat(pan.length - 10)}${pan.slice(-4)}`)
        else if (pan.length > 4) expect(shown).not.toContain(pan)
      }),
    )
  })

  it('what may never be shown gives its size only', () => {
    expect(maskValue('never', '912C48B98668BEB4', '8 bytes')).toBe('<8 bytes>')
    expect(maskValue('truncatedPan', '6210948000000011', '16 digits')).toBe('621094******0011')
    expect(maskValue('clear', '00', '2')).toBe('00')
  })

  it('exactly one check digit makes a number valid', () => {
    expect(isLuhnValid('4111111111111111')).toBe(true)
    expect(isLuhnValid('4111111111111112')).toBe(false)
    expect(isLuhnValid('41A1')).toBe(false)
    fc.assert(
      fc.property(digits(1, 18), (body) => {
        const valid = Array.from({ length: 10 }, (_, check) => `${body}${check}`).filter(isLuhnValid)
        expect(valid).toEqual([withLuhnDigit(body)])
      }),
    )
  })
})

describe('money', () => {
  it('minor units follow the currency', () => {
    expect(formatAmount(12345, '156')).toBe('123.45')
    expect(formatAmount(5, '156')).toBe('0.05')
    expect(formatAmount(-5, '840')).toBe('-0.05')
    expect(formatAmount(500, '392')).toBe('500')
    expect(currencyCode('156')).toBe('CNY')
    expect(currencyCode('999')).toBe('999')
  })

  it('what is formatted parses to the same amount', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999_999 }),
        fc.constantFrom('156', '392', '840'),
        (amount, currency) => {
          expect(parseAmount(formatAmount(amount, currency), currency)).toBe(amount)
        },
      ),
    )
  })

  it('text that is no amount is refused', () => {
    for (const text of ['', '0', '0.00', '-1', '1.234', '1,00', 'abc', '12345678901.00', '1e3'])
      expect(parseAmount(text, '156')).toBeUndefined()
    expect(parseAmount('1.5', '392')).toBeUndefined()
    expect(parseAmount(' 12.3 ', '156')).toBe(1230)
  })
})
