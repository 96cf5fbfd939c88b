import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/base/bytes.ts'
import { messageMac } from '../../../src/crypto/mac.ts'
import type { Dialect } from '../../../src/host/core/records.ts'
import { type Codec, compileSpec } from '../../../src/iso8583/compile.ts'
import type { Fields, Message } from '../../../src/iso8583/message.ts'
import { ISO1987_ASCII } from '../../../src/iso8583/specs/iso1987-ascii.ts'
import { ISO1987_ASCII_BINARY_BITMAP } from '../../../src/iso8583/specs/iso1987-ascii-binary-bitmap.ts'
import { ISO1987_BINARY } from '../../../src/iso8583/specs/iso1987-binary.ts'
import { balanceOf, expectRightBooks } from './books.ts'
import { BALANCE, EXPIRY, ISO_TID, NO_ACCOUNT_PAN, PAN, TestHost } from './test-host.ts'
import { amountText, inboundOf, stanText, withoutUndefined } from './test-terminal.ts'

const CODECS: Readonly<Record<Exclude<Dialect, 'unionpay-pos'>, Codec>> = {
  'iso1987-ascii': compileSpec(ISO1987_ASCII),
  'iso1987-ascii-binary-bitmap': compileSpec(ISO1987_ASCII_BINARY_BITMAP),
  'iso1987-binary': compileSpec(ISO1987_BINARY),
}
const MID = 'MERCHANT0000001'

class Client {
  readonly host = new TestHost()
  readonly dialect: keyof typeof CODECS
  stan = 0

  constructor(dialect: keyof typeof CODECS) {
    this.dialect = dialect
  }

  send(mti: string, fields: Fields, macKey?: Uint8Array): Message {
    this.stan++
    const common = { 7: '0314150926', 11: stanText(this.stan), 41: ISO_TID, 42: MID, ...fields }
    const bytes = this.encode({ mti, fields: withoutUndefined(common) }, macKey)
    const [outcome] = this.host.process(inboundOf(bytes, this.dialect))
    const decoded = CODECS[this.dialect].decode(outcome?.reply ?? new Uint8Array(0))
    if (!decoded.ok) throw new Error(`no reply: ${outcome?.explain?.reason}`)
    return decoded.value
  }

  encode(message: Message, macKey: Uint8Array | undefined): Uint8Array {
    const bit = Object.keys(message.fields).some((each) => Number(each) > 64) ? 128 : 64
    const fields = macKey === undefined ? message.fields : { ...message.fields, [bit]: new Uint8Array(8) }
    const encoded = CODECS[this.dialect].encode({ ...message, fields })
    if (!encoded.ok) throw new Error(`field ${encoded.error.field}`)
    const bytes = encoded.value
    if (macKey === undefined) return bytes
    const size = this.dialect === 'iso1987-ascii' ? 16 : 8
    const mac = messageMac('x9.9', macKey, bytes.subarray(0, bytes.length - size))
    bytes.set(size === 16 ? new TextEncoder().encode(toHex(mac)) : mac, bytes.length - size)
    return bytes
  }

  pay(mti: string, processingCode: string, amount: number, more: Fields = {}, macKey?: Uint8Array): Message {
    const card = { 2: PAN, 3: processingCode, 4: amountText(amount), 14: EXPIRY, 22: '012', 49: '156' }
    return this.send(mti, { ...card, ...more }, macKey)
  }
}

const originalOf = (mti: string, reply: Message): string =>
  `${mti}${reply.fields[11]}0314150926${'0'.repeat(22)}`

describe.each(['iso1987-ascii', 'iso1987-ascii-binary-bitmap', 'iso1987-binary'] as const)(
  'host: %s',
  (dialect) => {
    it('network messages: sign-on, echo, sign-off, unknown', () => {
      const client = new Client(dialect)
      const codes = ['001', '301', '002', '399'].map((code) => client.send('0800', { 70: code }).fields[39])
      expect(codes).toEqual(['00', '00', '00', '40'])
    })

    it('a line between hosts is opened, tested and closed without a terminal; money is not', () => {
      const client = new Client(dialect)
      const line = { 41: undefined, 42: undefined }
      const codes = ['001', '301', '002'].map((code) => client.send('0800', { ...line, 70: code }).fields[39])
      expect(codes).toEqual(['00', '00', '00'])
      expect(client.pay('0200', '000000', 1, line).fields[39]).toBe('58')
    })

    it('sale, echo of what came, and the codes that this standard has', () => {
      const client = new Client(dialect)
      const reply = client.pay('0200', '000000', 10_000)
      expect(reply).toMatchObject({
        mti: '0210',
        fields: { 2: PAN, 3: '000000', 4: '000000010000', 7: '0314150926', 39: '00', 41: ISO_TID, 49: '156' },
      })
      expect(reply.fields[37]).toMatch(/^\d{12}$/)
      expect(client.pay('0200', '000000', 1, { 41: 'NOBODY00' }).fields[39]).toBe('58')
      expect(client.pay('0200', '000000', 1, { 2: NO_ACCOUNT_PAN }).fields[39]).toBe('14')
      expect(client.pay('0200', '990000', 1).fields[39]).toBe('40')
      expect(client.host.account().state.balanceMinor).toBe(BALANCE - 10_000)
      expectRightBooks(client.host)
    })

    it('a repeat that says so gets the first answer, an original with used numbers 94', () => {
      const client = new Client(dialect)
      const first = client.pay('0200', '000000', 10_000, { 11: '000500' })
      const repeat = client.pay('0201', '000000', 10_000, { 11: '000500' })
      expect(repeat.mti).toBe('0210')
      expect([repeat.fields[39], repeat.fields[37], repeat.fields[38]]).toEqual([
        '00',
        first.fields[37],
        first.fields[38],
      ])
      expect(client.pay('0200', '000000', 10_000, { 11: '000500' }).fields[39]).toBe('94')
      expect(client.host.account().state.balanceMinor).toBe(BALANCE - 10_000)
    })

    it('reversal by field 90, twice, and of nothing', () => {
      const client = new Client(dialect)
      const sale = client.pay('0200', '000000', 10_000)
      const fields = { 4: '000000010000', 90: originalOf('0200', sale), 39: undefined }
      const replies = ['0400', '0401', '0420'].map((mti) => client.pay(mti, '000000', 10_000, fields))
      expect(replies.map(({ mti, fields: { 39: code } }) => [mti, code])).toEqual([
        ['0410', '00'],
        ['0410', '00'],
        ['0430', '00'],
      ])
      const nothing = client.pay('0420', '000000', 1, { 90: `0200009999${'0'.repeat(32)}` })
      expect(nothing.fields[39]).toBe('25')
      expect(client.pay('0200', '000000', 1, { 11: '009999' }).fields[39]).toBe('12')
      expect(client.host.account().state.balanceMinor).toBe(BALANCE)
      expectRightBooks(client.host)
    })

    it('void and refund by field 90 or reference number; balance in field 54', () => {
      const client = new Client(dialect)
      const sale = client.pay('0200', '000000', 10_000)
      expect(client.pay('0200', '020000', 10_000, { 90: originalOf('0200', sale) }).fields[39]).toBe('00')
      const other = client.pay('0200', '000000', 5_000)
      expect(client.pay('0200', '200000', 2_000, { 37: other.fields[37] }).fields[39]).toBe('00')
      const balance = client.pay('0200', '310000', 0)
      expect([balance.fields[39], balance.fields[54]]).toEqual(['00', '1002156C000001997000'])
      expectRightBooks(client.host)
    })

    it('authorisation, completion advice and its repeat', () => {
      const client = new Client(dialect)
      const hold = client.pay('0100', '000000', 10_000)
      expect(client.host.account().state.heldMinor).toBe(10_000)
      const fields = { 38: hold.fields[38], 90: originalOf('0100', hold), 11: '000700' }
      expect(client.pay('0220', '000000', 9_000, fields).fields[39]).toBe('00')
      expect(client.pay('0221', '000000', 9_000, fields).fields[39]).toBe('00')
      expect(client.host.account().state).toMatchObject({ balanceMinor: BALANCE - 9_000, heldMinor: 0 })
      expect(balanceOf(client.host, 'merchant', MID)).toBe(9_000)
      expectRightBooks(client.host)
    })

    it('a MAC in field 64 or 128 is checked and answered; demanded by the profile it must be there', () => {
      const client = new Client(dialect)
      const { host } = client
      const macKey = host.security.generateKey('mac', 'tdes2')
      const clear = host.clearKey(macKey)
      host.changeTerminal(
        { macKey, profile: { ...host.terminal(ISO_TID).profile, macRequired: true } },
        ISO_TID,
      )
      const sale = client.pay('0200', '000000', 10_000, {}, clear)
      expect(sale.fields[39]).toBe('00')
      expect(Buffer.compare(sale.fields[64] as Uint8Array, macOf(client, sale, clear, 64))).toBe(0)
      const reversal = client.pay('0400', '000000', 10_000, { 90: originalOf('0200', sale) }, clear)
      expect(reversal.fields[39]).toBe('00')
      expect(Buffer.compare(reversal.fields[128] as Uint8Array, macOf(client, reversal, clear, 128))).toBe(0)
      expect(client.pay('0200', '000000', 10_000, {}, new Uint8Array(16)).fields[39]).toBe('63')
      expect(client.pay('0200', '000000', 10_000).fields[39]).toBe('63')
    })

    it('settlement compares, closes the batch, and answers a repeat as before', () => {
      const client = new Client(dialect)
      client.pay('0200', '000000', 10_000)
      client.pay('0200', '200000', 4_000, { 37: client.pay('0200', '000000', 5_000).fields[37] })
      const totals = {
        74: '0000000001',
        76: '0000000002',
        86: '0000000000004000',
        88: '0000000000015000',
        11: '000900',
      }
      expect(client.send('0500', { ...totals, 88: undefined, 86: undefined }).fields[39]).toBe('30')
      const reply = client.send('0500', totals)
      expect([reply.fields[39], reply.fields[66]]).toEqual(['00', '1'])
      expect(client.send('0501', totals).fields[66]).toBe('1')
      expect(client.host.terminal(ISO_TID).batchNumber).toBe(2)
      expect(client.send('0500', { ...totals, 11: '000901' }).fields[66]).toBe('2')
      expectRightBooks(client.host)
    })

    function macOf(client: Client, { mti, fields }: Message, key: Uint8Array, bit: number): Uint8Array {
      const { [bit]: mac, ...rest } = fields
      expect(mac).toBeDefined()
      const bytes = client.encode({ mti, fields: rest }, key)
      const decoded = CODECS[client.dialect].decode(bytes)
      if (!decoded.ok) throw new Error('does not decode')
      return decoded.value.fields[bit] as Uint8Array
    }
  },
)
