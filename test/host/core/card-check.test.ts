import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { decodeTlvs, findTlv } from '../../../src/emv/ber-tlv.ts'
import { checkIssuerAuthentication, schemeMasterKey } from '../../../src/emv/schemes.ts'
import { expectRightBooks } from './books.ts'
import { EMV_CIPHER } from './clear-security-module.ts'
import { FOREIGN_PAN, PAN, PIN, TestHost } from './test-host.ts'
import { type ChipWish, chipData, type Reply, TestTerminal } from './test-terminal.ts'

const code = ({ fields }: Reply) => fields[39]

function begin() {
  const host = new TestHost()
  return { host, terminal: TestTerminal.signedIn(host) }
}

describe('host card check: account', () => {
  it.each([
    ['lost', '41'],
    ['stolen', '43'],
    ['blocked', '62'],
    ['pickUp', '04'],
    ['inactive', '21'],
  ] as const)('%s: %s', (status, expected) => {
    const { host, terminal } = begin()
    host.changeAccount({ status })
    expect(code(terminal.sale())).toBe(expected)
    expect(code(terminal.preAuthorisation())).toBe(expected)
    expect(code(terminal.balance())).toBe(expected)
  })

  it('expired, and an expiry date that is not the account’s: 54', () => {
    const { host, terminal } = begin()
    expect(code(terminal.sale({ entry: 'keyed', fields: { 14: '3111' } }))).toBe('54')
    host.changeAccount({ expiry: '2602' })
    expect(code(terminal.sale({ entry: 'keyed', fields: { 14: '2602' } }))).toBe('54')
    host.changeAccount({ expiry: '2603' })
    expect(code(terminal.sale({ entry: 'keyed', fields: { 14: '2603' } }))).toBe('00')
  })

  it('limits: one amount 61, a day’s amount 61, a day’s count 65; a void and a new day give room', () => {
    const { host, terminal } = begin()
    host.changeAccount({ limits: { singleMinor: 50_000, dailyMinor: 60_000, dailyCount: 3 } })
    expect(code(terminal.sale({ amount: 50_001 }))).toBe('61')
    const first = terminal.sale({ amount: 50_000 })
    expect(code(terminal.sale({ amount: 10_001 }))).toBe('61')
    expect(code(terminal.voidOf(first))).toBe('00')
    expect([1, 2, 3, 4].map((amount) => code(terminal.sale({ amount })))).toEqual(['00', '00', '00', '65'])
    host.changeAccount({ state: { ...host.account().state, day: '20260313' } })
    expect(code(terminal.sale({ amount: 50_000 }))).toBe('00')
  })

  it('a chip card by its stripe: 45, unless the terminal reads no chips or it is a fallback', () => {
    const { host, terminal } = begin()
    const field60 = terminal.field60('22', '000')
    expect(code(terminal.sale({ serviceCode: '201' }))).toBe('45')
    expect(code(terminal.sale({ serviceCode: '201', fields: { 60: `${field60}52` } }))).toBe('00')
    expect(code(terminal.sale({ serviceCode: '201', fields: { 60: `${field60}20` } }))).toBe('00')
    host.changeAccount({ hasChip: true })
    expect(code(terminal.sale({ serviceCode: '101' }))).toBe('45')
  })
})

describe('host card check: PIN', () => {
  it('wrong 55, the last try 75, then 38 even for the right one', () => {
    const { host, terminal } = begin()
    const tries = ['111111', '222222', '333333', PIN].map((pin) => code(terminal.sale({ pin })))
    expect(tries).toEqual(['55', '55', '75', '38'])
    expect(host.account().state).toMatchObject({ pinTriesLeft: 0, balanceMinor: 2_000_000 })
    expectRightBooks(host)
  })

  it('the right PIN gives all tries back', () => {
    const { host, terminal } = begin()
    expect([terminal.sale({ pin: '000000' }), terminal.sale({ pin: PIN })].map(code)).toEqual(['55', '00'])
    expect(host.account().state.pinTriesLeft).toBe(3)
  })

  it('a block under another key: 99, and no try is lost', () => {
    const { host, terminal } = begin()
    const fields = { 22: '021', 26: '12', 52: new Uint8Array(8).fill(9), 53: '2610000000000000' }
    expect(code(terminal.sale({ fields }))).toBe('99')
    expect(host.account().state.pinTriesLeft).toBe(3)
  })

  it('neither rows nor explain records keep PIN block or track', () => {
    const { host, terminal } = begin()
    const block = toHex(terminal.pinBlock(PAN))
    const track = terminal.track(PAN, '101')
    terminal.sale({ pin: PIN })
    terminal.sale({ pin: '000000' })
    const kept = JSON.stringify([
      host.store.listTransactions({}),
      host.store.listExplains(9),
      host.store.listAccounts().map(({ pan: _pan, ...rest }) => rest),
    ]).toUpperCase()
    for (const secret of [block, track, PAN, PIN]) expect(kept).not.toContain(secret)
  })
})

describe('host card check: chip', () => {
  function chip(host: TestHost, more: Partial<ChipWish> = {}) {
    const issuer = host.store
      .listIssuers()
      .find(({ id }) => id === (more.pan === undefined ? 'home' : 'foreign'))
    const issuerMasterKey = host.clearKey(issuer?.cryptogramKey)
    const wish = { issuerMasterKey, scheme: 'pboc-01', pan: PAN, atc: 1, amount: 10_000, ...more } as const
    return {
      entry: 'keyed',
      amount: wish.amount,
      pan: wish.pan,
      fields: { 22: '051', 23: '001', 55: chipData(wish) },
    } as const
  }

  it('a right cryptogram is answered by a right ARPC over the response code', () => {
    const { host, terminal } = begin()
    const wish = chip(host)
    const approved = terminal.sale(wish)
    expect(code(approved)).toBe('00')
    expect(isAuthentic(host, wish.fields[55], approved)).toEqual({ authentic: true, approved: true })
    const declined = terminal.sale({ ...chip(host, { atc: 2, amount: 3_000_000 }) })
    expect(code(declined)).toBe('51')
    expect(isAuthentic(host, chip(host, { atc: 2, amount: 3_000_000 }).fields[55], declined)).toEqual({
      authentic: true,
      approved: false,
    })
  })

  it('another scheme of another issuer works the same way', () => {
    const { host, terminal } = begin()
    expect(code(terminal.sale(chip(host, { pan: FOREIGN_PAN, scheme: 'visa-cvn10' })))).toBe('00')
  })

  it('a wrong cryptogram: 59 and no tag 91', () => {
    const { host, terminal } = begin()
    const reply = terminal.sale(chip(host, { tamper: true }))
    expect([code(reply), reply.fields[55]]).toEqual(['59', undefined])
    expect(host.account().state.lastTransactionCounter).toBe(0)
  })

  it('a transaction counter that does not rise: 59', () => {
    const { host, terminal } = begin()
    expect([5, 5, 4, 6].map((atc) => code(terminal.sale(chip(host, { atc }))))).toEqual([
      '00',
      '59',
      '59',
      '00',
    ])
  })

  it('an amount that the card did not sign: 59', () => {
    const { host, terminal } = begin()
    expect(code(terminal.sale({ ...chip(host), amount: 9_999 }))).toBe('59')
  })

  it('chip entry without chip data, or with broken data: 30', () => {
    const { terminal } = begin()
    expect(code(terminal.sale({ fields: { 22: '051' } }))).toBe('30')
    expect(code(terminal.sale({ fields: { 22: '051', 55: fromHex('9F26FF') } }))).toBe('30')
    expect(code(terminal.sale({ fields: { 22: '051', 55: fromHex('9F360100') } }))).toBe('59')
  })

  it('an encrypted track of a terminal with SM4 keys, whose blocks are too long for the method: 40', () => {
    const { host, terminal } = begin()
    expect(code(terminal.sale())).toBe('00')
    host.changeTerminal({ profile: { ...host.terminal().profile, workingKeys: 'sm4' } })
    expect(code(terminal.sale())).toBe('40')
    expect(code(terminal.sale({ entry: 'keyed' }))).toBe('00')
  })

  it('a script result is kept beside its transaction', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale(chip(host))
    const result = terminal.send('0620', {
      3: '000000',
      4: '000000010000',
      55: fromHex('DF310520000000019F360200 01'),
      60: terminal.field60('00', '951'),
      61: `000001${String(sale.fields[11])}0314`,
    })
    expect(result).toMatchObject({ mti: '0630', mac: 'right', fields: { 39: '00' } })
    expect(host.store.listTransactions({})[0]?.scriptResult).toBe('2000000001')
  })

  it('a script result without its transaction or without DF31 is refused', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale(chip(host))
    const send = (field61: string, field55: string) =>
      code(terminal.send('0620', { 55: fromHex(field55), 60: terminal.field60('00', '951'), 61: field61 }))
    expect(send('0000010009990314', 'DF310520000000 01')).toBe('25')
    expect(send(`000001${String(sale.fields[11])}0314`, '9F360100')).toBe('30')
  })

  function isAuthentic(host: TestHost, requestData: Uint8Array, reply: Reply) {
    const tags = decodeTlvs(requestData)
    const answer = findTlv(reply.fields[55] as Uint8Array, '91')
    if (!tags.ok || answer === undefined) throw new Error('no tag 91')
    const value = (tag: string) => findTlv(tags.value, tag) ?? new Uint8Array(0)
    const issuer = host.store.listIssuers().find(({ id }) => id === 'home')
    const masterKey = schemeMasterKey(EMV_CIPHER, 'pboc-01', host.clearKey(issuer?.cryptogramKey), PAN, '01')
    const context = { applicationTransactionCounter: value('9F36'), unpredictableNumber: value('9F37') }
    return checkIssuerAuthentication(EMV_CIPHER, 'pboc-01', masterKey, context, value('9F26'), answer)
  }
})
