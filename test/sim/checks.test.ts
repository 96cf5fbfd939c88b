import { describe, expect, it } from 'vitest'
import { CardTalkCheck } from '../../sim/check/card-talk-check.ts'
import { Deliveries } from '../../sim/check/deliveries.ts'
import { Secrets } from '../../sim/check/secrets.ts'
import { countPromises } from '../../sim/promise-count.ts'
import { terminalCodec } from '../../src/terminal/adapters/frame-summary.ts'

const PAN = '6210948000000011'

/** A request with a track and a PIN block, as a view of its bytes. */
function request() {
  const codec = terminalCodec()
  const encoded = codec.encode({
    mti: '0200',
    fields: {
      3: '000000',
      4: '000000000100',
      11: '000002',
      35: '6210948000000011=30122010000000000000',
      41: '20000000',
      52: Uint8Array.of(0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0x18),
    },
  })
  if (!encoded.ok) throw new Error(encoded.error.kind)
  const view = codec.createView()
  expect(view.index(encoded.value, 0, encoded.value.length)).toBe(true)
  return view
}

describe('card data where it may not be', () => {
  it.each([`"pan":"${PAN}"`, `0012${PAN}9`, `${PAN}=3012`])('a card number is found in %j', (text) => {
    expect(new Secrets([PAN]).in(text)).toBe('card number')
  })

  it.each(['621094******0011', '6210948000000012', '62109480000000', ''])('%j is none', (text) => {
    expect(new Secrets([PAN]).in(text)).toBeUndefined()
  })

  it('a PIN block or a track of the request that is on the line is found, before it leaves and after', () => {
    const secrets = new Secrets([])
    expect(secrets.journal('T', '"x":"A1B2C3D4E5F60718"')).toBeUndefined()
    expect(secrets.request('T', request())).toBe('track or PIN block')
    expect(secrets.in('a1b2c3d4e5f60718')).toBe('track or PIN block')
    expect(secrets.journal('T', 'track 6210948000000011=30122010000000000000')).toBe('track or PIN block')
    expect(secrets.in('nothing')).toBeUndefined()
  })
})

describe('messages that nobody could believe', () => {
  it('a damaged one has no whole copy, until a duplicate comes', () => {
    const deliveries = new Deliveries()
    deliveries.sent('T', 'reply', '0210', '000002', true)
    expect(deliveries.hadWhole('T', '0210', '000002')).toBe(true)
    deliveries.struck('T', 'wrongMacReply')
    deliveries.struck('T', 'corruptReply')
    expect(deliveries.hadWhole('T', '0210', '000002')).toBe(false)
    deliveries.struck('T', 'duplicateReply')
    expect(deliveries.hadWhole('T', '0210', '000002')).toBe(true)
  })

  it('an older request that comes again is whole', () => {
    const deliveries = new Deliveries()
    deliveries.sent('T', 'request', '0200', '000002', true)
    deliveries.struck('T', 'corruptRequest')
    deliveries.sent('T', 'request', '0400', '000002', true)
    expect(deliveries.hadWhole('T', '0200', '000002')).toBe(false)
    deliveries.struck('T', 'reorderRequests')
    expect(deliveries.hadWhole('T', '0200', '000002')).toBe(true)
  })
})

describe('what a card is told', () => {
  it('a command twice in a row is one too many, but not in another session', () => {
    const check = new CardTalkCheck()
    const generate = Uint8Array.of(0x80, 0xae, 0x80, 0x00, 0x01, 0x99)
    const read = Uint8Array.of(0x00, 0xb2, 0x01, 0x0c, 0x00)
    expect([generate, read, generate, undefined, generate].map((each) => check.command(each))).toEqual(
      Array.from({ length: 5 }),
    )
    expect(check.command(generate)).toBe('80AE8000')
  })
})

describe('promises', () => {
  it('are counted while the world runs, and only then', () => {
    expect(countPromises(() => void Promise.resolve())).toBeGreaterThan(0)
    expect(countPromises(() => {})).toBe(0)
  })
})
