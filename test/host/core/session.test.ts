import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/base/bytes.ts'
import { PAN, TestHost, TID } from './test-host.ts'
import { type Reply, TestTerminal } from './test-terminal.ts'

const code = ({ fields }: Reply) => fields[39]
const reason = ({ outcome }: Reply) => outcome.explain?.reason
const headerJob = ({ envelope }: Reply) => toHex(envelope).slice(15, 16)

describe('host session: sign-in', () => {
  it.each([
    ['001', 24],
    ['003', 40],
    ['004', 60],
  ])('field 60.3 %s brings %i bytes of working keys that open under the master key', (networkCode, size) => {
    const host = new TestHost()
    const terminal = new TestTerminal(host)
    const reply = terminal.signIn(networkCode)
    expect(reply.mti).toBe('0810')
    expect((reply.fields[62] as Uint8Array).length).toBe(size)
    expect(toHex(terminal.need().mac)).toBe(toHex(host.clearKey(host.terminal().macKey)))
    expect(toHex(terminal.need().pin)).toBe(toHex(host.clearKey(host.terminal().pinKey)))
    expect(reply).toMatchObject({
      mac: 'absent',
      fields: { 12: '150926', 13: '0314', 60: `00000001${networkCode}` },
    })
  })

  it('makes fresh keys each time and tells the batch that the host knows', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const first = toHex(terminal.need().mac)
    host.changeTerminal({ batchNumber: 77 })
    const reply = terminal.signIn()
    expect(toHex(terminal.need().mac)).not.toBe(first)
    expect(reply.fields[60]).toBe('00000077004')
    expect(terminal.sale().fields[39]).toBe('00')
  })

  it('a MAC algorithm with a long key fills the MAC slot', () => {
    const host = new TestHost()
    host.changeTerminal({ profile: { ...host.terminal().profile, macAlgorithm: 'x9.19' } })
    const terminal = TestTerminal.signedIn(host)
    expect(terminal.need().mac.length).toBe(16)
  })

  it('without a master key: A7; with an unknown key layout: the transaction is not supported', () => {
    const host = new TestHost()
    host.changeTerminal({ masterKey: undefined })
    const terminal = new TestTerminal(host)
    expect(code(terminal.signIn())).toBe('A7')
    expect(code(terminal.send('0800', { 60: '00000001360' }, { mac: false }))).toBe('40')
  })

  it('a damaged key answers 96 and changes nothing', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const sale = terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { entry: 'keyed' }))
    host.clearModule.broken = true
    const [outcome] = host.process(sale)
    host.clearModule.broken = false
    expect(outcome?.summary.responseCode).toBe('96')
    expect(host.store.listTransactions({})).toEqual([])
  })
})

describe('host session: who may ask', () => {
  it('unknown terminal 97, wrong merchant 03, blocked terminal 58', () => {
    const host = new TestHost()
    expect(code(new TestTerminal(host, '99999999').signIn())).toBe('97')
    const terminal = TestTerminal.signedIn(host)
    expect(code(terminal.sale({ fields: { 42: '001290058129999' } }))).toBe('03')
    host.changeTerminal({ status: 'blocked' })
    expect(code(terminal.sale())).toBe('58')
  })

  it('not signed in and signed off: 77, and the header asks for a sign-in', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const off = terminal.send('0820', { 11: '000050', 60: terminal.field60('00', '002') }, { mac: false })
    expect(code(off)).toBe('00')
    const reply = terminal.sale()
    expect(code(reply)).toBe('77')
    expect(headerJob(reply)).toBe('3')
  })

  it('batch mismatch: 77', () => {
    const terminal = TestTerminal.signedIn(new TestHost())
    terminal.batch = 9
    expect(code(terminal.sale())).toBe('77')
  })

  it('wrong MAC and no MAC: A0, nothing recorded', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const fields = () => terminal.financialFields('000000', '00', '22', {})
    expect(code(terminal.send('0200', fields(), { key: new Uint8Array(8).fill(1) }))).toBe('A0')
    expect(code(terminal.send('0200', fields(), { mac: false }))).toBe('A0')
    expect(host.store.listTransactions({})).toEqual([])
    expect(host.store.listExplains(9).map((each) => each.field)).toEqual([64, 64])
  })

  it('a wrong MAC is told before anything that it covers: a damaged merchant number proves nothing', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const fields = {
      ...terminal.financialFields('000000', '00', '22', {}),
      42: '001290058129999',
    }
    expect(code(terminal.send('0200', fields, { key: new Uint8Array(8).fill(1) }))).toBe('A0')
  })

  it('one changed bit anywhere in a sale is never accepted', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const inbound = terminal.inbound('0200', terminal.financialFields('000000', '00', '22', {}))
    for (let index = inbound.start; index < inbound.end; index++) {
      const bytes = inbound.bytes.slice()
      bytes[index] = (bytes[index] ?? 0) ^ 0x01
      const [outcome] = host.process({ ...inbound, bytes })
      expect(outcome?.summary.responseCode).not.toBe('00')
    }
    expect(host.account().state.balanceMinor).toBe(2_000_000)
  })

  it('echo needs no STAN, no session and no MAC', () => {
    const terminal = new TestTerminal(new TestHost())
    const reply = terminal.send('0820', { 60: terminal.field60('00', '301'), 11: undefined }, { mac: false })
    expect(reply).toMatchObject({ mti: '0830', fields: { 39: '00' } })
    expect(reply.fields[11]).toBeUndefined()
  })

  it('the TPDU is swapped, the header kept, the processing request filled in', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    host.changeTerminal({ processingRequest: 5 })
    expect(toHex(terminal.sale().envelope)).toBe('6000000003603205320001')
  })
})

describe('host session: bad input', () => {
  it('says field and place of what does not decode, and which dialect would', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const inbound = terminal.inbound('0200', terminal.financialFields('000000', '00', '22', {}))
    const [cut] = host.process({ ...inbound, end: inbound.end - 3 })
    expect(cut).toMatchObject({ reply: undefined, plan: { kind: 'silent' } })
    expect(cut?.explain).toMatchObject({ field: 64, decodableAs: [] })
    const [other] = host.process({ ...inbound, dialect: 'iso1987-ascii' })
    expect(other?.explain?.decodableAs).toContain('unionpay-pos')
    expect(other?.explain?.reason).toMatch(/decodes as unionpay-pos/)
    expect(host.store.listExplains(9)).toHaveLength(2)
  })

  it('format errors answer 30 and name the field', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const wrongCode = terminal.sale({ fields: { 3: '310000' } })
    expect([code(wrongCode), wrongCode.outcome.explain?.field]).toEqual(['30', 3])
    const noCard = terminal.sale({ fields: { 35: undefined } })
    expect([code(noCard), noCard.outcome.explain?.field]).toEqual(['30', 2])
    const noBatch = terminal.sale({ fields: { 60: '22' } })
    expect([code(noBatch), noBatch.outcome.explain?.field]).toEqual(['30', 60])
  })

  it('no explain record and no summary holds a card number', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const replies = [
      terminal.sale(),
      terminal.sale({ pan: '9999990000000000' }),
      terminal.sale({ entry: 'keyed', fields: { 14: '2001' } }),
      terminal.sale({ fields: { 4: '000000000000' } }),
    ]
    const said = JSON.stringify([
      replies.map(({ outcome }) => [outcome.summary, outcome.explain]),
      host.store.listExplains(99),
    ])
    expect(said).not.toContain(PAN)
    expect(said).not.toContain('9999990000000000')
    expect(reason(replies[1] as Reply)).toBe('no issuer for this card number')
    expect(host.store.listTransactions({ tid: TID }).map((row) => row.panTruncated)).toContain(
      '621094******0011',
    )
  })

  it('control characters of a terminal number never reach a log line', () => {
    const terminal = new TestTerminal(new TestHost(), 'A\r\nB\u001b[1m')
    const { explain, summary } = terminal.signIn().outcome
    expect([explain?.tid, summary.tid]).toEqual(['A..B.[1m', 'A..B.[1m'])
  })

  it('a reply that comes in as a request is not answered', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    const [outcome] = host.process(terminal.inbound('0210', { 60: terminal.field60('22', '000') }))
    expect(outcome).toMatchObject({ reply: undefined, explain: { field: 0 } })
  })

  it('an unknown transaction answers 40', () => {
    const terminal = TestTerminal.signedIn(new TestHost())
    expect(code(terminal.financial('0200', '000000', '64', '22', {}))).toBe('40')
  })
})

describe('a terminal that is not live yet', () => {
  it('moves no money, but signs in, tests its line and settles; in test mode it sells', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    host.changeTerminal({ setup: { sets: {}, jobs: [], stage: 'commissioning' } })
    const refused = terminal.sale()
    expect([code(refused), reason(refused)]).toEqual([
      '58',
      'the terminal is not live yet: finish its commissioning',
    ])
    expect(code(terminal.signIn())).toBe('00')
    host.changeTerminal({ setup: { sets: {}, jobs: [], stage: 'testing' } })
    expect(code(terminal.sale())).toBe('00')
  })
})

describe('a terminal whose parameters switch transactions off', () => {
  it('is refused those, and served the others', () => {
    const host = new TestHost()
    const terminal = TestTerminal.signedIn(host)
    host.changeTerminal({ setup: { sets: {}, jobs: [], policy: { kinds: ['refund'] } } })
    const refused = terminal.sale()
    expect([code(refused), reason(refused)]).toEqual([
      '58',
      "the terminal's parameters (26) switch this transaction off",
    ])
    host.changeTerminal({ setup: { sets: {}, jobs: [], policy: { kinds: ['sale'] } } })
    expect(code(terminal.sale())).toBe('00')
  })
})
