import { describe, expect, it } from 'vitest'
import { fromHex } from '../../src/base/bytes.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'

const codec = compileSpec(UNIONPAY_POS)

function messageWith(fields: Readonly<Record<number, string>>): Uint8Array {
  const encoded = codec.encode({ mti: '0800', fields })
  if (!encoded.ok) throw new Error(encoded.error.kind)
  return encoded.value
}

describe('views of one codec', () => {
  it('each know their own message', () => {
    const [one, other] = [codec.createView(), codec.createView()]
    const [first, second] = [messageWith({ 11: '000001' }), messageWith({ 41: 'TERMINAL' })]
    expect([one.index(first, 0, first.length), other.index(second, 0, second.length)]).toEqual([true, true])
    expect([one.text(11), one.has(41), other.text(41), other.has(11)]).toEqual([
      '000001',
      false,
      'TERMINAL',
      false,
    ])
  })

  it('each know why their own message was refused, and forget it with the next', () => {
    const [one, other] = [codec.createView(), codec.createView()]
    const short = fromHex('08')
    const bad = fromHex('0A000000000000000000')
    const good = messageWith({ 11: '000001' })
    expect([one.index(short, 0, 1), other.index(bad, 0, bad.length)]).toEqual([false, false])
    expect([one.error?.kind, other.error?.kind]).toEqual(['truncated', 'badDigit'])
    expect(one.has(11)).toBe(false)
    expect(one.index(good, 0, good.length)).toBe(true)
    expect([one.error, other.error?.kind]).toEqual([undefined, 'badDigit'])
  })
})
